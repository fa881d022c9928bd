import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { App } from './fixtures.ts';
import { Ui } from './ui.ts';

/** Writes a file beside the user's data; returns its path. */
export function putFile(app: App, name: string, text: string): string {
  const path = join(app.userDataDir, name);
  writeFileSync(path, text);
  return path;
}

/** Saves under a new name by the keyboard: through the host's dialog (answered here) or as the browser's download. Returns the path. */
export async function saveAs(app: App, name: string): Promise<string> {
  const path = join(app.userDataDir, name);
  if (app.electron) {
    await app.electron.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await app.page.keyboard.press('ControlOrMeta+Shift+S');
    await expect.poll(async () => (await app.snapshot()).session.dirty).toBe(false);
  } else {
    const arriving = app.page.waitForEvent('download');
    await app.page.keyboard.press('ControlOrMeta+Shift+S');
    await (await arriving).saveAs(path);
  }
  expect(readFileSync(path, 'utf8')).toContain('kind: Scenario');
  return path;
}

/** Opens a file as a person does: Ctrl+O, past the question about unsaved work, then the host's or the browser's file dialog. */
export async function openByDialog(app: App, path: string): Promise<void> {
  const ui = new Ui(app);
  const chosen = app.electron ? null : app.page.waitForEvent('filechooser');
  if (app.electron) {
    await app.electron.evaluate(({ dialog }, filePath) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    }, path);
  }
  const { dirty } = (await app.snapshot()).session;
  // The window asks about unsaved work only once it knows of it.
  await expect(app.page.getByText('unsaved')).toBeVisible({ visible: dirty });
  await app.page.keyboard.press('ControlOrMeta+O');
  if (dirty) await ui.dialog('Save your changes first?').getByRole('button', { name: 'Go on without saving' }).click();
  if (chosen) await (await chosen).setFiles(path);
}

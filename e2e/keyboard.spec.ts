import { expect, test } from './fixtures.ts';
import { FULL } from './scenarios.ts';
import { Ui } from './ui.ts';

test('by keyboard alone: make a pod, cordon a node, ask why', async ({ app }) => {
  const ui = new Ui(app);
  const { keyboard } = app.page;
  await app.openText('full.yaml', FULL);
  await expect(ui.card('node-a')).toBeVisible();

  await ui.tabTo(/^Pod$/);
  await keyboard.press('Enter');
  const dialog = ui.dialog('New pod');
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('typed');
  await keyboard.press('Tab');
  await expect(dialog.getByLabel('Namespace')).toBeFocused();
  await keyboard.press('Tab');
  await expect(dialog.getByLabel('CPU request')).toBeFocused();
  await keyboard.type('3');
  await keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(ui.lane('Active').getByRole('button', { name: /typed/ })).toBeVisible();

  await ui.tabTo(/^Node node-a,/);
  await keyboard.press('ArrowRight');
  await expect(ui.card('node-b')).toBeFocused();
  await keyboard.press('ContextMenu');
  await expect(ui.menuItem('Cordon')).toBeVisible();
  await expect(app.page.getByRole('menu')).toBeVisible();
  for (let presses = 0; presses < 12; presses++) {
    if (await ui.menuItem('Cordon').evaluate((item) => item === document.activeElement)) break;
    await keyboard.press('ArrowDown');
  }
  await keyboard.press('Enter');
  await expect(ui.card('node-b')).toContainText('cordoned');
  await expect(app.page.getByRole('menu')).toBeHidden();

  // The key for "run until quiet", then the waiting pod's own answer.
  await keyboard.press('/');
  await expect(ui.lane('Unschedulable').getByRole('button', { name: /typed/ })).toBeVisible();
  await ui.tabTo(/^typed/);
  await keyboard.press('Enter');
  await expect(ui.inspector().getByRole('status')).toContainText('No node fits.');

  // Into a card and to one of its pods.
  await ui.tabTo(/^Node node-a,/);
  await keyboard.press('Enter');
  await expect(ui.inspector().getByRole('heading', { name: 'node-a' })).toBeVisible();
  await keyboard.press('Enter');
  await expect(ui.pod('batch-1')).toBeFocused();
  await keyboard.press('ArrowRight');
  await expect(ui.pod('web-1')).toBeFocused();
  await keyboard.press('Enter');
  await expect(ui.inspector().getByRole('heading', { name: 'web-1' })).toBeVisible();
  await keyboard.press('Escape');
  await expect(ui.card('node-a')).toBeFocused();
});

test('commands are found by typing a part of their name', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await app.page.keyboard.press('ControlOrMeta+K');
  const palette = ui.dialog('Commands');
  await palette.getByRole('combobox').fill('node-b');
  await app.page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(ui.inspector().getByRole('heading', { name: 'node-b' })).toBeVisible();
  await app.page.keyboard.press('ControlOrMeta+K');
  await palette.getByRole('combobox').fill('cordon');
  await palette
    .getByRole('option', { name: /^Cordon/ })
    .first()
    .click();
  await expect(ui.card('node-b')).toContainText('cordoned');
});

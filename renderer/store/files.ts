import type { Control } from '#shared/protocol/index.ts';
import { translate } from '../i18n/index.ts';
import { ask, report, sendControl } from './actions.ts';
import { useCluster } from './cluster.ts';
import { showToast } from './toasts.ts';
import { openDialog } from './view.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Runs `proceed` at once, or after asking when unsaved work would be lost. */
export function guardUnsaved(proceed: () => void): void {
  if (useCluster.getState().session?.dirty) openDialog({ type: 'unsaved', proceed });
  else proceed();
}

/** Whether the host has no such dialog; any other failure has been shown. */
async function unsupported(control: Control): Promise<boolean> {
  const result = await sendControl(control, { quiet: true });
  if (result.ok) return false;
  if (result.error.code.toLowerCase() === 'unsupported') return true;
  report(result.error, translate(control.type.startsWith('open') ? 'shell:openFailed' : 'shell:refused'));
  return false;
}

function pickFile(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.yaml,.yml,.json';
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

/** Shows the open dialog: the host's, or the browser's where the host has none. */
export function openFile(): void {
  guardUnsaved(() => void openNow());
}

async function openNow(): Promise<void> {
  if (!(await unsupported({ type: 'openDialog' }))) return;
  const file = await pickFile();
  if (file) await openBrowserFile(file);
}

/** Opens a file that the person chose or dropped in the browser. */
export async function openBrowserFile(file: File): Promise<void> {
  if (file.size > MAX_FILE_BYTES) {
    showToast({
      tone: 'error',
      title: translate('shell:openFailed'),
      detail: translate('shell:fileTooBig', { name: file.name }),
    });
    return;
  }
  await sendControl({ type: 'openText', name: file.name, text: await file.text() });
}

async function download(format: 'scenario' | 'manifests'): Promise<void> {
  const result = await ask({ type: 'fileText', format });
  if (!result.ok) {
    showToast({ tone: 'error', title: translate('shell:refused'), detail: result.error.message });
    return;
  }
  downloadText(result.value.name, result.value.text, 'application/yaml');
}

/** Gives a text to the person as a file, and says so. */
export function downloadText(name: string, text: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  showToast({ tone: 'ok', title: translate('shell:savedAs', { name }) });
}

/** Saves; where the host cannot write files, the browser downloads the text. */
export async function saveFile(type: 'save' | 'saveAs' | 'exportAs'): Promise<void> {
  if (await unsupported({ type })) await download(type === 'exportAs' ? 'manifests' : 'scenario');
}

/** Starts an empty playground. */
export function newFile(): void {
  guardUnsaved(() => void sendControl({ type: 'new' }));
}

/** Opens a file the host has already allowed (menu, file association). */
export function openPath(path: string): void {
  guardUnsaved(() => void sendControl({ type: 'openFile', path }));
}

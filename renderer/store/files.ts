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

/** Gives a control that the host may have no dialog for; any other failure has been shown. */
async function attempt(control: Control): Promise<'done' | 'unsupported' | 'failed'> {
  const result = await sendControl(control, { quiet: true });
  if (result.ok) return 'done';
  if (result.error.code.toLowerCase() === 'unsupported') return 'unsupported';
  report(result.error, translate(control.type.startsWith('open') ? 'shell:openFailed' : 'shell:refused'));
  return 'failed';
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
  if ((await attempt({ type: 'openDialog' })) !== 'unsupported') return;
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

async function download(format: 'scenario' | 'manifests'): Promise<boolean> {
  const result = await ask({ type: 'fileText', format });
  if (!result.ok) {
    showToast({ tone: 'error', title: translate('shell:refused'), detail: result.error.message });
    return false;
  }
  const { name, text } = result.value;
  downloadText(name, text, 'application/yaml');
  if (format === 'scenario') await sendControl({ type: 'noteDownload', name }, { quiet: true });
  return true;
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

/** Saves; where the host cannot write files, the browser downloads the text. Answers whether a file now holds it. */
export async function saveFile(type: 'save' | 'saveAs' | 'exportAs'): Promise<boolean> {
  const answer = await attempt({ type });
  return answer === 'unsupported' ? download(type === 'exportAs' ? 'manifests' : 'scenario') : answer === 'done';
}

/** Starts an empty playground. */
export function newFile(): void {
  guardUnsaved(() => void sendControl({ type: 'new' }));
}

/** Opens a file the host has already allowed (menu, file association). */
export function openPath(path: string): void {
  guardUnsaved(() => void sendControl({ type: 'openFile', path }));
}

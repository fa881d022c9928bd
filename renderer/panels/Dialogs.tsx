import { Button, Dialog } from '../components/index.ts';
import { useT } from '../i18n/index.ts';
import { closeDialog, useView } from '../store/view.ts';

/** Draws whichever dialog is open. */
export function Dialogs() {
  const t = useT();
  const dialog = useView((state) => state.dialog);
  if (dialog?.type !== 'problems') return null;
  return (
    <Dialog title={dialog.title} onClose={closeDialog} footer={<Button onClick={closeDialog}>{t('shell:dismiss')}</Button>}>
      <ul>
        {dialog.problems.map((problem) => (
          <li key={`${problem.line}:${problem.column}:${problem.message}`}>{problem.message}</li>
        ))}
      </ul>
    </Dialog>
  );
}

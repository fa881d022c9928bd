import { Button } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { closeDialog } from '../../store/view.ts';

/** Cancel and the one main action of a dialog's form. `danger` for what destroys. */
export function Foot({
  form,
  busy,
  text,
  disabled = false,
  danger = false,
}: {
  form: string;
  busy: boolean;
  text: string;
  disabled?: boolean;
  danger?: boolean;
}) {
  const t = useT();
  return (
    <>
      <Button onClick={closeDialog}>{t('dialogs:cancel')}</Button>
      <Button tone={danger ? 'danger' : 'primary'} type="submit" form={form} disabled={busy || disabled}>
        {text}
      </Button>
    </>
  );
}

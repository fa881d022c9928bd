import type { ObjectRef } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { openDialog } from '../../store/view.ts';
import { Chips, Section } from './parts.tsx';

/** Labels of an object under their title; with `target` they can be added and removed. */
export function LabelsSection({
  labels = {},
  target,
}: {
  labels: Readonly<Record<string, string>> | undefined;
  target?: ObjectRef;
}) {
  const t = useT();
  const items = Object.entries(labels).map(([key, value]) => ({ id: key, text: value === '' ? key : `${key}=${value}` }));
  if (!target) {
    return (
      <Section title={t('panels:labels')}>
        <Chips items={items} />
      </Section>
    );
  }
  return (
    <Section
      title={t('panels:labels')}
      action={
        <button type="button" className="link" onClick={() => openDialog({ type: 'label', target })}>
          {t('panels:addLabel')}
        </button>
      }
    >
      <Chips items={items} onRemove={(key) => void sendCommand({ type: 'label', ref: target, set: {}, remove: [key] })} />
    </Section>
  );
}

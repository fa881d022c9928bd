import { useT } from '../../i18n/index.ts';
import { Decision } from '../inspector/AdmissionTab.tsx';
import { useAdmission } from '../useAdmission.ts';

/** The requests that admission or validation refused, newest first: who refused what, and why. */
export function RefusalsTab() {
  const t = useT();
  const decisions = useAdmission(null);
  if (decisions.length === 0) return <p className="empty">{t('panels:refusalsNone')}</p>;
  return (
    <section className="admissions refusals-tab" tabIndex={0} aria-label={t('panels:refusals')}>
      {decisions.map((decision, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: equal requests of one instant are told apart by their place only
        <Decision key={`${decision.atMs} ${decision.ref.kind} ${decision.ref.name} ${index}`} decision={decision} linked />
      ))}
    </section>
  );
}

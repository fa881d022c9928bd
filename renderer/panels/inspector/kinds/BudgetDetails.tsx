import { useMemo } from 'react';
import { matchLabelSelector, printLabelSelector } from '#shared/kube/labels.ts';
import type { PodDisruptionBudget } from '#shared/kube/types.ts';
import { useT } from '../../../i18n/index.ts';
import { useCluster } from '../../../store/cluster.ts';
import { PodList } from '../PodList.tsx';
import { ConditionsSection, KeyValues, Section } from '../parts.tsx';

/** A disruption budget: what it keeps, what may go now, and whom it covers. */
export function BudgetDetails({ budget }: { budget: PodDisruptionBudget }) {
  const t = useT();
  const pods = useCluster((state) => state.pods);
  const covered = useMemo(
    () =>
      [...pods.values()].filter(
        (pod) =>
          pod.metadata.namespace === budget.metadata.namespace && matchLabelSelector(budget.spec.selector, pod.metadata.labels),
      ),
    [budget, pods],
  );
  const { spec, status } = budget;
  const rule =
    spec.minAvailable === undefined
      ? t('objects:maxUnavailable', { value: spec.maxUnavailable ?? '' })
      : t('objects:minAvailable', { value: spec.minAvailable });
  const allowed = status?.disruptionsAllowed ?? 0;
  const conditions = status?.conditions ?? [];
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), budget.metadata.namespace ?? ''],
          [t('objects:budget'), rule],
          [
            t('objects:selector'),
            <span key="selector" className="mono">
              {printLabelSelector(spec.selector)}
            </span>,
          ],
          [
            t('objects:allowed'),
            <b key="allowed" className={allowed === 0 ? 'bad-text' : ''}>
              {allowed}
            </b>,
          ],
          [t('objects:healthy'), String(status?.currentHealthy ?? 0)],
          [t('objects:desiredHealthy'), String(status?.desiredHealthy ?? 0)],
          [t('objects:expected'), String(status?.expectedPods ?? 0)],
          ...(spec.unhealthyPodEvictionPolicy ? [[t('objects:unhealthyPolicy'), spec.unhealthyPodEvictionPolicy] as const] : []),
        ]}
      />
      <Section title={`${t('objects:matching')} · ${covered.length}`}>
        <PodList pods={covered} />
      </Section>
      <ConditionsSection conditions={conditions} />
    </>
  );
}

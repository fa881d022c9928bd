import { memo, useMemo } from 'react';
import { KindIcon } from '../components/index.ts';
import { ownerColor } from '../graph/podLook.ts';
import { useT } from '../i18n/index.ts';
import { useCluster } from '../store/cluster.ts';
import { useView } from '../store/view.ts';
import { listWorkloads, type Workload, type WorkloadSummary, workloadSummary } from '../store/workloads.ts';

/** `3/5` of pods, `2 active` of a CronJob's jobs. */
function useCountText(): (summary: WorkloadSummary) => string {
  const t = useT();
  return ({ kind, done, wanted }) => (kind === 'CronJob' ? t('canvas:activeJobs', { count: done }) : `${done}/${wanted}`);
}

const Row = memo(function Row({ workload, selected, color }: { workload: Workload; selected: boolean; color: number }) {
  const t = useT();
  const countText = useCountText();
  const summary = workloadSummary(workload);
  const { kind, name, done, wanted, state } = summary;
  const label = kind === 'CronJob' ? countText(summary) : t('canvas:replicas', { ready: done, wanted });
  return (
    <li>
      <button
        type="button"
        className={`queue-item workload ${selected ? 'selected' : ''} is-${state}`}
        data-key={summary.key}
        aria-pressed={selected}
        aria-label={`${kind} ${name}, ${label}${state === 'ok' ? '' : `, ${t(`canvas:workload_${state}`)}`}`}
        title={`${kind} ${name} · ${t(`canvas:workload_${state}`)}`}
      >
        <KindIcon kind={kind} size={15} color={ownerColor(color, summary.revision)} />
        <span className="queue-text">
          <span className="queue-name">{name}</span>
          {kind === 'CronJob' ? null : (
            <span className="replica-track">
              <i style={{ transform: `scaleX(${wanted > 0 ? Math.min(1, done / wanted) : 0})` }} />
            </span>
          )}
        </span>
        <span className="queue-count mono">{countText(summary)}</span>
      </button>
    </li>
  );
});

/** Every workload that is not a part of another, with how many of its pods are ready (or have succeeded). */
export function WorkloadList() {
  const t = useT();
  const deployments = useCluster((state) => state.deployments);
  const replicaSets = useCluster((state) => state.replicaSets);
  const others = useCluster((state) => state.workloads);
  const owners = useCluster((state) => state.owners);
  const selection = useView((state) => state.selection);
  const list = useMemo(() => listWorkloads({ deployments, replicaSets, workloads: others }), [deployments, replicaSets, others]);
  if (list.length === 0) return null;
  return (
    <section className="lane workloads" aria-label={t('canvas:workloads')}>
      <h3 className="lane-head">
        <span>{t('canvas:workloads')}</span>
        <i>{list.length}</i>
      </h3>
      <ul>
        {list.map((workload) => {
          const { key } = workloadSummary(workload);
          return <Row key={key} workload={workload} selected={selection.includes(key)} color={owners.get(key) ?? 0} />;
        })}
      </ul>
    </section>
  );
}

import { useMemo } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { objectKey } from '#shared/kube/types.ts';
import { KindIcon } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { select } from '../../store/view.ts';
import { listWorkloads, workloadSummary } from '../../store/workloads.ts';
import { podStatusText } from '../model/podFacts.ts';
import { OtherObjects } from './OtherObjects.tsx';
import { KeyValues, Section } from './parts.tsx';

function ObjectButton({ id, kind, name, note }: { id: string; kind?: string; name: string; note: string }) {
  return (
    <li>
      <button type="button" className="object-link" onClick={() => select(id)}>
        {kind === undefined ? null : <KindIcon kind={kind} size={14} />}
        <span className="ellipsis">{name}</span>
        <span className="muted">{note}</span>
      </button>
    </li>
  );
}

function useCounts(): { nodes: string; pods: string } {
  const t = useT();
  const nodes = useCluster((state) => state.nodes);
  const pods = useCluster((state) => state.pods);
  return useMemo(() => {
    const ready = [...nodes.values()].filter((node) => nodeReadyCondition(node.status.conditions)?.status === 'True').length;
    const states = new Map<string, number>();
    for (const pod of pods.values()) states.set(podStatusText(pod), (states.get(podStatusText(pod)) ?? 0) + 1);
    return {
      nodes: t('panels:nodesReady', { ready, total: nodes.size }),
      pods:
        [...states]
          .sort(([a], [b]) => compareStrings(a, b))
          .map(([state, count]) => `${count} ${state}`)
          .join(' · ') || t('panels:none'),
    };
  }, [nodes, pods, t]);
}

/** What the inspector shows when nothing is selected: the story and what the playground holds. */
export function Overview() {
  const t = useT();
  const session = useCluster((state) => state.session);
  const deployments = useCluster((state) => state.deployments);
  const replicaSets = useCluster((state) => state.replicaSets);
  const rest = useCluster((state) => state.workloads);
  const workloads = useMemo(() => listWorkloads({ deployments, replicaSets, workloads: rest }), [deployments, replicaSets, rest]);
  const budgets = useCluster((state) => state.budgets);
  const classes = useCluster((state) => state.priorityClasses);
  const counts = useCounts();
  return (
    <div className="overview">
      <h2 className="inspector-title">{session?.title || t('panels:nothingSelected')}</h2>
      {session?.description ? <p className="story">{session.description}</p> : null}
      <KeyValues
        rows={[
          [t('panels:nodes'), counts.nodes],
          [t('panels:podsByPhase'), counts.pods],
        ]}
      />
      {workloads.length > 0 ? (
        <Section title={t('canvas:workloads')}>
          <ul className="object-list">
            {workloads.map((one) => {
              const { key, kind, name, done, wanted, state } = workloadSummary(one);
              const note =
                kind === 'CronJob' || kind === 'Job'
                  ? t(`canvas:workload_${state}`)
                  : t('panels:replicasReady', { ready: done, desired: wanted });
              return <ObjectButton key={key} id={key} kind={kind} name={name} note={note} />;
            })}
          </ul>
        </Section>
      ) : null}
      {budgets.size > 0 ? (
        <Section title={t('panels:budgets')}>
          <ul className="object-list">
            {[...budgets.values()].map((one) => (
              <ObjectButton
                key={objectKey(one)}
                id={objectKey(one)}
                name={one.metadata.name}
                note={t('panels:allowed', {
                  allowed: one.status.disruptionsAllowed,
                  healthy: one.status.currentHealthy,
                  desired: one.status.desiredHealthy,
                })}
              />
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title={t('panels:priorityClasses')}>
        <ul className="object-list">
          {[...classes.values()]
            .sort((a, b) => b.value - a.value)
            .map((one) => (
              <ObjectButton
                key={objectKey(one)}
                id={objectKey(one)}
                name={one.metadata.name}
                note={[
                  String(one.value),
                  one.globalDefault ? t('panels:globalDefault') : '',
                  one.preemptionPolicy === 'Never' ? t('panels:neverPreempts') : '',
                ]
                  .filter((text) => text !== '')
                  .join(' · ')}
              />
            ))}
        </ul>
      </Section>
      <OtherObjects />
      <p className="note">{t('panels:nothingSelectedHint')}</p>
    </div>
  );
}

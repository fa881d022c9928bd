import { useMemo } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { objectKey } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { select } from '../../store/view.ts';
import { podStatusText } from './PodDetails.tsx';
import { KeyValues, Section } from './parts.tsx';

function ObjectButton({ id, name, note }: { id: string; name: string; note: string }) {
  return (
    <li>
      <button type="button" className="object-link" onClick={() => select(id)}>
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
  const budgets = useCluster((state) => state.budgets);
  const classes = useCluster((state) => state.priorityClasses);
  const others = useCluster((state) => state.others);
  const counts = useCounts();
  return (
    <div className="overview">
      <h2 className="inspector-title">{session?.title || t('panels:nothingSelected')}</h2>
      {session?.description ? <p className="story">{session.description}</p> : null}
      <KeyValues
        rows={[
          [t('panels:node'), counts.nodes],
          [t('panels:podsByPhase'), counts.pods],
        ]}
      />
      {deployments.size > 0 ? (
        <Section title={t('panels:deployments')}>
          <ul className="object-list">
            {[...deployments.values()].map((one) => (
              <ObjectButton
                key={objectKey(one)}
                id={objectKey(one)}
                name={one.metadata.name}
                note={t('panels:replicasReady', { ready: one.status.readyReplicas ?? 0, desired: one.spec.replicas ?? 1 })}
              />
            ))}
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
      {others.size > 0 ? (
        <Section title={t('panels:inert')}>
          <p className="note">{t('panels:inertHint')}</p>
          <ul className="object-list">
            {[...others.values()].map((one) => (
              <ObjectButton key={objectKey(one)} id={objectKey(one)} name={one.metadata.name} note={one.kind} />
            ))}
          </ul>
        </Section>
      ) : null}
      <p className="note">{t('panels:nothingSelectedHint')}</p>
    </div>
  );
}

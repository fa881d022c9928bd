import { controllerOf, podPriority, qosClass } from '#shared/kube/pod.ts';
import type { ContainerStatus, Pod, Toleration } from '#shared/kube/types.ts';
import { refOf } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { replicaSetKeyOf } from '../../store/lineage.ts';
import { openDialog, select } from '../../store/view.ts';
import { requestsText } from '../model/requests.ts';
import { Chips, Conditions, KeyValues, Section } from './parts.tsx';

/** A toleration as people write it: `gpu=true:NoSchedule`, `dedicated (any value)`, `everything`. */
export function tolerationText(toleration: Toleration): string {
  const key = toleration.key || '*';
  const value = toleration.operator === 'Exists' ? '' : `=${toleration.value ?? ''}`;
  const effect = toleration.effect ? `:${toleration.effect}` : '';
  const seconds = toleration.tolerationSeconds === undefined ? '' : ` ${toleration.tolerationSeconds}s`;
  return `${key}${value}${effect}${seconds}`;
}

function stateText(status: ContainerStatus | undefined): string {
  const state = status?.state;
  if (state?.running) return 'Running';
  if (state?.terminated) return `${state.terminated.reason ?? 'Terminated'} (${state.terminated.exitCode})`;
  return state?.waiting?.reason ?? 'Waiting';
}

function OwnerLink({ pod }: { pod: Pod }) {
  const t = useT();
  const lineage = useCluster((state) => state.lineage);
  const owner = controllerOf(pod);
  if (!owner) return <span className="muted">{t('panels:none')}</span>;
  const set = replicaSetKeyOf(pod);
  const family = set ? lineage.get(set) : undefined;
  const key = family?.deployment ?? `${owner.kind}/${pod.metadata.namespace ?? ''}/${owner.name}`;
  const [kind, , name] = key.split('/');
  const text = family?.deployment
    ? t('panels:ownerRevision', { owner: `${kind} ${name}`, revision: family.revision })
    : `${kind} ${name}`;
  return (
    <button type="button" className="link" onClick={() => select(key)}>
      {text}
    </button>
  );
}

/** One line on a pod's state: phase, or the reason that matters more. Models kubectl's STATUS column in its main cases. */
export function podStatusText(pod: Pod): string {
  if (pod.metadata.deletionTimestamp) return 'Terminating';
  const waiting = pod.status.containerStatuses?.find((status) => status.state?.waiting)?.state?.waiting?.reason;
  if (pod.status.reason) return pod.status.reason;
  const gated = pod.status.conditions?.some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  return gated ? 'SchedulingGated' : (waiting ?? pod.status.phase ?? 'Pending');
}

/** Facts about a pod. */
export function PodDetails({ pod }: { pod: Pod }) {
  const t = useT();
  const ref = refOf(pod);
  const node = pod.spec.nodeName;
  const restarts = (pod.status.containerStatuses ?? []).reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
  const priority = podPriority(pod);
  const labels = Object.entries(pod.metadata.labels ?? {});
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:status'), podStatusText(pod)],
          [
            t('panels:node'),
            node ? (
              <button key="node" type="button" className="link" onClick={() => select(`Node//${node}`)}>
                {node}
              </button>
            ) : (
              <span key="none" className="muted">
                {t('panels:nowhere')}
              </span>
            ),
          ],
          [t('panels:namespace'), ref.namespace],
          [t('panels:owner'), <OwnerLink key="owner" pod={pod} />],
          [
            t('panels:priority'),
            pod.spec.priorityClassName
              ? t('panels:priorityNamed', { value: priority, name: pod.spec.priorityClassName })
              : String(priority),
          ],
          [
            t('panels:requests'),
            <span key="req" className="mono">
              {requestsText(pod) || t('panels:noRequests')}
            </span>,
          ],
          [t('panels:qos'), pod.status.qosClass ?? qosClass(pod.spec)],
          ...(pod.status.podIP
            ? [
                [
                  t('panels:podIP'),
                  <span key="ip" className="mono">
                    {pod.status.podIP}
                  </span>,
                ] as const,
              ]
            : []),
          ...(restarts > 0 ? [[t('panels:restarts'), String(restarts)] as const] : []),
        ]}
      />
      <Section title={t('panels:containers')}>
        <ul className="containers">
          {pod.spec.containers.map((container) => (
            <li key={container.name}>
              <b>{container.name}</b>{' '}
              <span className="muted">
                {stateText(pod.status.containerStatuses?.find((status) => status.name === container.name))}
              </span>
              <div className="mono muted">{container.image}</div>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t('panels:tolerations')}>
        <Chips
          items={(pod.spec.tolerations ?? []).map((toleration, index) => ({
            id: String(index),
            text: tolerationText(toleration),
          }))}
        />
      </Section>
      <Section
        title={t('panels:labels')}
        action={
          <button type="button" className="link" onClick={() => openDialog({ type: 'label', target: ref })}>
            {t('panels:addLabel')}
          </button>
        }
      >
        <Chips
          items={labels.map(([key, value]) => ({ id: key, text: `${key}=${value}` }))}
          onRemove={(key) => void sendCommand({ type: 'label', ref, set: {}, remove: [key] })}
        />
      </Section>
      {pod.status.conditions && pod.status.conditions.length > 0 ? (
        <Section title={t('panels:conditions')}>
          <Conditions conditions={pod.status.conditions} />
        </Section>
      ) : null}
      <p className="note">{t('panels:immutableHint')}</p>
    </>
  );
}

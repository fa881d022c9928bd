import { controllerOf, podPriority, qosClass } from '#shared/kube/pod.ts';
import type { Pod, Toleration } from '#shared/kube/types.ts';
import { refOf } from '#shared/kube/types.ts';
import { Tooltip } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { replicaSetKeyOf } from '../../store/lineage.ts';
import { select } from '../../store/view.ts';
import { deadlineOf, endingOf, isMirrorPod, podStatusText } from '../model/podFacts.ts';
import { requestsText } from '../model/requests.ts';
import { Containers } from './Containers.tsx';
import { Countdown } from './Countdown.tsx';
import { LabelsSection } from './Labels.tsx';
import { LogsSection } from './LogsSection.tsx';
import { Chips, ConditionsSection, KeyValues, Section } from './parts.tsx';

/** A toleration as people write it: `gpu=true:NoSchedule`, `dedicated (any value)`, `everything`. */
export function tolerationText(toleration: Toleration): string {
  const key = toleration.key || '*';
  const value = toleration.operator === 'Exists' ? '' : `=${toleration.value ?? ''}`;
  const effect = toleration.effect ? `:${toleration.effect}` : '';
  const seconds = toleration.tolerationSeconds === undefined ? '' : ` ${toleration.tolerationSeconds}s`;
  return `${key}${value}${effect}${seconds}`;
}

function OwnerLink({ pod }: { pod: Pod }) {
  const t = useT();
  const lineage = useCluster((state) => state.lineage);
  const owner = controllerOf(pod);
  if (!owner) return <span className="muted">{t('panels:none')}</span>;
  const set = replicaSetKeyOf(pod);
  const family = set ? lineage.get(set) : undefined;
  // A static pod belongs to its node, which has no namespace.
  const namespace = owner.kind === 'Node' ? '' : (pod.metadata.namespace ?? '');
  const key = family?.deployment ?? `${owner.kind}/${namespace}/${owner.name}`;
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

/** Who ended it and why, and how long it still has: what matters more than all the rest. */
function Notices({ pod }: { pod: Pod }) {
  const t = useT();
  const ending = endingOf(pod);
  const deadline = deadlineOf(pod);
  return (
    <>
      {ending ? (
        <div className="notice bad">
          <b>{t(`objects:ended_${ending.why}`)}</b> <span className="mono small">{ending.reason}</span>
          {ending.message === '' ? null : <p className="notice-text">{ending.message}</p>}
        </div>
      ) : null}
      {deadline === null ? null : (
        <p className="notice">
          {t('objects:stopping', { seconds: pod.metadata.deletionGracePeriodSeconds ?? 0 })}{' '}
          <Countdown untilMs={deadline} say={(left) => t('objects:killedIn', { left })} />
        </p>
      )}
      {isMirrorPod(pod) ? (
        <p className="notice info">
          <b>{t('objects:staticPod')}</b> {t('objects:staticPodText')}
        </p>
      ) : null}
    </>
  );
}

/** The class as a word that explains itself when pointed at. */
function Qos({ pod }: { pod: Pod }) {
  const t = useT();
  const name = (pod.status.qosClass ?? qosClass(pod.spec)) as 'Guaranteed' | 'Burstable' | 'BestEffort';
  return (
    <Tooltip text={t(`objects:qos_${name}`)} side="left">
      <button type="button" className="explained">
        {name}
      </button>
    </Tooltip>
  );
}

/** Facts about a pod. */
export function PodDetails({ pod }: { pod: Pod }) {
  const t = useT();
  const ref = refOf(pod);
  const node = pod.spec.nodeName;
  const restarts = (pod.status.containerStatuses ?? []).reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
  const priority = podPriority(pod);
  return (
    <>
      <Notices pod={pod} />
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
          [t('panels:qos'), <Qos key="qos" pod={pod} />],
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
      <Containers pod={pod} />
      {pod.spec.nodeName ? <LogsSection key={`logs ${pod.metadata.uid}`} pod={pod} /> : null}
      <Section title={t('panels:tolerations')}>
        <Chips
          items={(pod.spec.tolerations ?? []).map((toleration, index) => ({
            id: String(index),
            text: tolerationText(toleration),
          }))}
        />
      </Section>
      <LabelsSection labels={pod.metadata.labels} target={ref} />
      <ConditionsSection conditions={pod.status.conditions} />
      <p className="note">{t('panels:immutableHint')}</p>
    </>
  );
}

import { controllerOf } from '#shared/kube/pod.ts';
import type { DaemonSet, Job, ObjectKey, Pod, StatefulSet } from '#shared/kube/types.ts';
import { templateKeyOf } from '../store/lineage.ts';
import type { Mirror } from '../store/mirror.ts';
import { because, type Reason } from './reason.ts';

function ownerOf(pod: Pod, mirror: Mirror): StatefulSet | DaemonSet | Job | undefined {
  const owner = controllerOf(pod);
  if (!owner) return undefined;
  const found = mirror.workloads.get(`${owner.kind}/${pod.metadata.namespace ?? ''}/${owner.name}`);
  return found?.kind === 'StatefulSet' || found?.kind === 'DaemonSet' || found?.kind === 'Job' ? found : undefined;
}

/** Number at the end of a StatefulSet pod's name. */
function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0);
}

/** Node that a DaemonSet's pod is made for. */
function meantNode(pod: Pod): string | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap((term) => term.matchFields ?? []).find((field) => field.key === 'metadata.name')?.values?.[0];
}

function podKey(set: StatefulSet, ordinal: number): ObjectKey {
  return `Pod/${set.metadata.namespace ?? ''}/${set.metadata.name}-${ordinal}`;
}

function nextOf(set: StatefulSet, pod: Pod, after: Mirror): Reason {
  const ordinal = ordinalOf(pod);
  const { currentRevision, updateRevision } = set.status ?? {};
  const updating = currentRevision !== undefined && updateRevision !== undefined && currentRevision !== updateRevision;
  if (updating || after.pods.has(podKey(set, ordinal + 1)))
    return because((set.spec.volumeClaimTemplates ?? []).length > 0 ? 'sameStorage' : 'sameName', { set: set.metadata.name });
  if (set.spec.podManagementPolicy === 'Parallel') return because('allAtOnce', { set: set.metadata.name });
  const first = (set.spec as { ordinals?: { start?: number } }).ordinals?.start ?? 0;
  if (ordinal === first) return because('firstInOrder', { set: set.metadata.name });
  return because('nextInOrder', { previous: `${set.metadata.name}-${ordinal - 1}` });
}

/** Why a pod of a StatefulSet, a DaemonSet or a Job comes; null for any other pod. */
export function whyComes(pod: Pod, after: Mirror): Reason | null {
  const owner = ownerOf(pod, after);
  if (owner?.kind === 'StatefulSet') return nextOf(owner, pod, after);
  if (owner?.kind === 'DaemonSet') {
    const node = meantNode(pod);
    return node === undefined ? null : because('daemonNode', { set: owner.metadata.name, target: node });
  }
  if (owner?.kind !== 'Job') return null;
  const wanted = owner.spec.completions ?? 1;
  const parallel = owner.spec.parallelism ?? 1;
  return wanted > 1 || parallel > 1 ? because('jobPods', { parallel, wanted }) : because('jobPod');
}

/** Why a pod of a StatefulSet or a DaemonSet is stopped; null for any other pod, and for one that somebody deleted. */
export function whyGoes(pod: Pod, after: Mirror): Reason | null {
  const owner = ownerOf(pod, after);
  if (owner?.kind !== 'StatefulSet' && owner?.kind !== 'DaemonSet') return null;
  const template = templateKeyOf(pod);
  const line = template === null ? undefined : after.lineage.get(template);
  if (owner.kind === 'StatefulSet') {
    const first = (owner.spec as { ordinals?: { start?: number } }).ordinals?.start ?? 0;
    const replicas = owner.spec.replicas ?? 1;
    if (ordinalOf(pod) >= first + replicas) return because('highestFirst', { set: owner.metadata.name, replicas });
    return line && !line.current ? because('orderedUpdate', { revision: line.revision }) : null;
  }
  return line && !line.current ? because('oldRevision', { revision: line.revision }) : null;
}

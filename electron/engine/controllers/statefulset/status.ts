import { isPodAvailable, isPodReady, podCondition } from '#shared/kube/conditions.ts';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { podRevision, replicaCount } from './identity.ts';

export type StatefulSetStatus = StatefulSet['status'];

/** What a sync is about: the names of the current and the updated revision, and how many name collisions there were. */
export interface Revisions {
  readonly current: string;
  readonly update: string;
  readonly collisionCount: number;
}

/** Counts of pods. */
export interface Counts {
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly current: number;
  readonly updated: number;
}

/** Whether the API server has the pod: one that is only planned has no phase. */
export function isCreated(pod: Pod): boolean {
  return pod.status?.phase !== undefined;
}

/** Whether the pod is being deleted. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Whether the pod runs and is ready. */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

/** Not ready for long enough, or going. Models isUnavailable. */
export function isUnavailable(set: StatefulSet, pod: Pod, clock: Clock): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock);
}

/** Counts the pods. Models computeReplicaStatus. */
export function countPods(set: StatefulSet, pods: readonly Pod[], { current, update }: Revisions, clock: Clock): Counts {
  const counts = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 };
  const minReady = set.spec.minReadySeconds ?? 0;
  for (const pod of pods) {
    if (!isCreated(pod)) continue;
    counts.replicas += 1;
    if (isRunningAndReady(pod)) {
      counts.ready += 1;
      if (minReady === 0 || isPodAvailable(pod, minReady, clock)) counts.available += 1;
    }
    if (isTerminating(pod)) continue;
    const revision = podRevision(pod);
    if (revision === current) counts.current += 1;
    if (revision === update) counts.updated += 1;
  }
  return counts;
}

/**
 * The status to store. A roll-out whose pods are all updated and ready ends here: the updated revision becomes the current one. Models
 * completeRollingUpdate.
 */
export function buildStatus(set: StatefulSet, counts: Counts, revisions: Revisions): StatefulSetStatus {
  const size = replicaCount(set);
  const complete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    counts.updated === size &&
    counts.ready === size &&
    counts.replicas === size;
  const generation = set.metadata.generation;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    replicas: counts.replicas,
    ...count('readyReplicas', counts.ready),
    ...count('currentReplicas', complete ? counts.updated : counts.current),
    ...count('updatedReplicas', counts.updated),
    currentRevision: complete ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount: revisions.collisionCount,
    availableReplicas: counts.available,
  };
}

/** Zero counts are left out of the stored status, as Go's omitempty does. */
function count(name: 'readyReplicas' | 'currentReplicas' | 'updatedReplicas', value: number): Partial<StatefulSetStatus> {
  return value === 0 ? {} : { [name]: value };
}

const COMPARED = [
  'replicas',
  'currentReplicas',
  'readyReplicas',
  'updatedReplicas',
  'availableReplicas',
  'currentRevision',
  'updateRevision',
] as const;

/** Whether the stored status says something else. A collision alone is not worth a write. Models inconsistentStatus. */
export function statusDiffers(stored: StatefulSetStatus | undefined, next: StatefulSetStatus): boolean {
  if ((next.observedGeneration ?? 0) > (stored?.observedGeneration ?? 0)) return true;
  return COMPARED.some((name) => (stored?.[name] ?? defaultOf(name)) !== (next[name] ?? defaultOf(name)));
}

function defaultOf(name: (typeof COMPARED)[number]): number | string {
  return name.endsWith('Revision') ? '' : 0;
}

/** Milliseconds until the next ready pod has been ready for long enough; undefined when there is none to wait for. */
export function nextAvailabilityMs(set: StatefulSet, pods: readonly Pod[], clock: Clock): number | undefined {
  const minReady = set.spec.minReadySeconds ?? 0;
  if (minReady === 0) return undefined;
  let soonest: number | undefined;
  for (const pod of pods) {
    if (!isPodReady(pod) || isPodAvailable(pod, minReady, clock)) continue;
    const since = podCondition(pod, 'Ready')?.lastTransitionTime;
    if (since === undefined) continue;
    const wait = clock.parseMs(since) + minReady * 1000 - clock.nowMs;
    if (soonest === undefined || wait < soonest) soonest = wait;
  }
  return soonest;
}

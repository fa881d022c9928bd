import { isPodAvailable, isPodReady } from '#shared/kube/conditions.ts';
import { matchLabels } from '#shared/kube/labels.ts';
import type { Pod, ReplicaSet, Status } from '#shared/kube/types.ts';
import type { Clock } from '../../../sim/types.ts';

export type ReplicaSetStatus = ReplicaSet['status'];

/** Status counted from the claimed pods; `failure` is what stopped the last creation or deletion. Models calculateStatus of pkg/controller/replicaset. */
export function calculateStatus(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  terminating: number,
  failure: Status | undefined,
  clock: Clock,
): ReplicaSetStatus {
  const labels = replicaSet.spec.template.metadata?.labels;
  const minReady = replicaSet.spec.minReadySeconds ?? 0;
  const generation = replicaSet.metadata.generation;
  const conditions = nextConditions(replicaSet, active.length, failure, clock);
  return {
    replicas: active.length,
    ...count('fullyLabeledReplicas', active.filter((pod) => matchLabels(labels, pod.metadata.labels)).length),
    ...count('readyReplicas', active.filter(isPodReady).length),
    ...count('availableReplicas', active.filter((pod) => isPodAvailable(pod, minReady, clock)).length),
    terminatingReplicas: terminating,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** Zero counts are left out of the stored status, as Go's omitempty does. */
function count(name: 'fullyLabeledReplicas' | 'readyReplicas' | 'availableReplicas', value: number): Partial<ReplicaSetStatus> {
  return value === 0 ? {} : { [name]: value };
}

function nextConditions(
  replicaSet: ReplicaSet,
  activeCount: number,
  failure: Status | undefined,
  clock: Clock,
): NonNullable<ReplicaSetStatus['conditions']> {
  const conditions = replicaSet.status?.conditions ?? [];
  const known = conditions.some((one) => one.type === 'ReplicaFailure');
  if (failure === undefined) return known ? conditions.filter((one) => one.type !== 'ReplicaFailure') : conditions;
  if (known) return conditions;
  const reason = activeCount < (replicaSet.spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  const lastTransitionTime = clock.timestamp();
  return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime, reason, message: failure.message }];
}

/** Milliseconds until the next ready pod has been ready long enough; undefined when there is none to wait for. */
export function nextAvailabilityMs(replicaSet: ReplicaSet, active: readonly Pod[], clock: Clock): number | undefined {
  const minReady = replicaSet.spec.minReadySeconds ?? 0;
  let soonest: number | undefined;
  for (const pod of active) {
    if (!isPodReady(pod) || isPodAvailable(pod, minReady, clock)) continue;
    const since = pod.status.conditions?.find((one) => one.type === 'Ready')?.lastTransitionTime;
    if (since === undefined) continue;
    const wait = clock.parseMs(since) + minReady * 1000 - clock.nowMs;
    if (soonest === undefined || wait < soonest) soonest = wait;
  }
  return soonest;
}

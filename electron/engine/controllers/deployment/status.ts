import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { desiredOf, maxUnavailableOf, specTotal, statusTotal } from './rolling.ts';

export type DeploymentStatus = Deployment['status'];
export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number];

/** The largest 32-bit number stands for "no deadline" and "no limit". */
const UNLIMITED = 2_147_483_647;

/** New condition stamped with the present. */
export function newCondition(clock: Clock, type: string, status: string, reason: string, message: string): DeploymentCondition {
  const now = clock.timestamp();
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** The condition of that type. */
export function conditionOf(
  conditions: readonly DeploymentCondition[] | undefined,
  type: string,
): DeploymentCondition | undefined {
  return conditions?.find((one) => one.type === type);
}

/**
 * List with the condition moved to the end, or the same list when status and reason are as before.
 * Models deploymentutil.SetDeploymentCondition.
 */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  next: DeploymentCondition,
): readonly DeploymentCondition[] {
  const before = conditionOf(conditions, next.type);
  if (before !== undefined && before.status === next.status && before.reason === next.reason) return conditions;
  const kept = before?.status === next.status ? before.lastTransitionTime : undefined;
  const settled = kept === undefined ? next : { ...next, lastTransitionTime: kept };
  return [...conditions.filter((one) => one.type !== next.type), settled];
}

/** Whether the Deployment has a progress deadline at all. Models deploymentutil.HasProgressDeadline. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== UNLIMITED;
}

/** Number of old ReplicaSets to keep; undefined for all. Models deploymentutil.HasRevisionHistoryLimit. */
export function historyLimit(deployment: Deployment): number | undefined {
  const limit = deployment.spec.revisionHistoryLimit;
  return limit === undefined || limit === UNLIMITED ? undefined : limit;
}

/** Everything of the status but the Progressing and ReplicaFailure conditions. Models calculateStatus in pkg/controller/deployment. */
export function calculateStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  clock: Clock,
): DeploymentStatus {
  const available = statusTotal(all, 'availableReplicas');
  const enough = available >= desiredOf(deployment) - maxUnavailableOf(deployment);
  const availability = enough
    ? newCondition(clock, 'Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : newCondition(clock, 'Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.');
  const before = deployment.status;
  const collisionCount = before?.collisionCount;
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...nonZero('replicas', statusTotal(all, 'replicas')),
    ...nonZero('updatedReplicas', newest?.status?.replicas ?? 0),
    ...nonZero('readyReplicas', statusTotal(all, 'readyReplicas')),
    ...nonZero('availableReplicas', available),
    ...nonZero('unavailableReplicas', Math.max(0, specTotal(all) - available)),
    terminatingReplicas: statusTotal(all, 'terminatingReplicas'),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: [...withCondition(before?.conditions ?? [], availability)],
  };
}

/** Zero counts are left out of the stored status, as Go's omitempty does. */
function nonZero<K extends string>(name: K, count: number): { [name in K]?: number } {
  return (count === 0 ? {} : { [name]: count }) as { [name in K]?: number };
}

/** All pods are of the newest template and available, and the last change of the spec was seen. Models deploymentutil.DeploymentComplete. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const desired = desiredOf(deployment);
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** Whether the new status is ahead of the old one. Models deploymentutil.DeploymentProgressing. */
export function isProgressing(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const outdated = (status: DeploymentStatus | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  const grew = (field: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas') => (after[field] ?? 0) > (before?.[field] ?? 0);
  return grew('updatedReplicas') || outdated(after) < outdated(before) || grew('readyReplicas') || grew('availableReplicas');
}

/** Whether the deadline has passed without progress. Models deploymentutil.DeploymentTimedOut. */
export function isTimedOut(deployment: Deployment, status: DeploymentStatus, clock: Clock): boolean {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return clock.parseMs(condition.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 < clock.nowMs;
}

/** Failure condition of a ReplicaSet (the newest first) as one of the Deployment. Models getReplicaFailures. */
export function replicaFailure(all: readonly ReplicaSet[], newest: ReplicaSet | undefined): DeploymentCondition | undefined {
  for (const one of newest === undefined ? all : [newest, ...all]) {
    const failure = one.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
    if (failure === undefined) continue;
    const { lastTransitionTime, ...rest } = failure;
    return { ...rest, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime, lastUpdateTime: lastTransitionTime }) };
  }
  return undefined;
}

/** Status after a step of a roll-out, with progress and failure judged. Models the first half of syncRolloutStatus. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  clock: Clock,
): DeploymentStatus {
  const status = calculateStatus(deployment, all, newest, clock);
  let conditions: readonly DeploymentCondition[] = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) conditions = conditions.filter((one) => one.type !== 'Progressing');
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  const finished = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasProgressDeadline(deployment) && !finished)
    conditions = withProgress(deployment, { ...status, conditions: [...conditions] }, newest, clock);
  const failure = replicaFailure(all, newest);
  conditions =
    failure === undefined ? conditions.filter((one) => one.type !== 'ReplicaFailure') : withCondition(conditions, failure);
  return { ...status, conditions: [...conditions] };
}

function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  newest: ReplicaSet | undefined,
  clock: Clock,
): readonly DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  const subject = newest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newest.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, newCondition(clock, 'Progressing', 'True', 'NewReplicaSetAvailable', message));
  }
  if (isProgressing(deployment.status, status)) {
    const current = conditionOf(deployment.status?.conditions, 'Progressing');
    const next = newCondition(clock, 'Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    const kept = current?.status === 'True' ? current.lastTransitionTime : undefined;
    // The update time moves with every sign of progress: the deadline counts from it.
    return [
      ...conditions.filter((one) => one.type !== 'Progressing'),
      kept === undefined ? next : { ...next, lastTransitionTime: kept },
    ];
  }
  if (isTimedOut(deployment, status, clock)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, newCondition(clock, 'Progressing', 'False', 'ProgressDeadlineExceeded', message));
  }
  return conditions;
}

/** Milliseconds until progress must be judged again; undefined when it need not be. Models requeueStuckDeployment. */
export function recheckDelay(deployment: Deployment, status: DeploymentStatus, clock: Clock): number | undefined {
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || current === undefined) return undefined;
  if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  const deadline = clock.parseMs(current.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
  // One second more because written times have whole seconds.
  return Math.max(0, deadline - clock.nowMs) + 1000;
}

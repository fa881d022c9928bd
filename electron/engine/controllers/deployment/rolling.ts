import { compareStrings } from '#shared/core/compare.ts';
import { type IntOrPercent, scaleIntOrPercent } from '#shared/kube/intOrPercent.ts';
import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, numberAnnotation } from './annotations.ts';

/** One change of a ReplicaSet's spec.replicas. */
export interface ScaleStep {
  replicaSet: ReplicaSet;
  to: number;
}

/** spec.replicas of a Deployment or ReplicaSet (1 when absent). */
export function desiredOf(object: Deployment | ReplicaSet): number {
  return object.spec.replicas ?? 1;
}

function sum(replicaSets: readonly ReplicaSet[], read: (one: ReplicaSet) => number): number {
  return replicaSets.reduce((total, one) => total + read(one), 0);
}

/** Sum of spec.replicas. */
export function specTotal(replicaSets: readonly ReplicaSet[]): number {
  return sum(replicaSets, desiredOf);
}

/** Sum of one count of the ReplicaSets' status. */
export function statusTotal(
  replicaSets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sum(replicaSets, (one) => one.status?.[field] ?? 0);
}

/** Those with a size above zero. Models controller.FilterActiveReplicaSets. */
export function activeOnes(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((one) => desiredOf(one) > 0);
}

/** Oldest first, names decide ties. Models controller.ReplicaSetsByCreationTimestamp. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const order = compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '');
  return order !== 0 ? order : compareStrings(a.metadata.name, b.metadata.name);
}

function isRolling(deployment: Deployment): boolean {
  return deployment.spec.strategy?.type !== 'Recreate';
}

/**
 * Surge (rounded up) and unavailability (rounded down) as pod counts; when both come out as zero one pod may be unavailable.
 * Models deploymentutil.ResolveFenceposts.
 */
export function resolveFenceposts(
  maxSurge: IntOrPercent | undefined,
  maxUnavailable: IntOrPercent | undefined,
  desired: number,
): { surge: number; unavailable: number } {
  const up = scaleIntOrPercent(maxSurge ?? 0, desired, true);
  const down = scaleIntOrPercent(maxUnavailable ?? 0, desired, false);
  const surge = up.ok ? up.value : 0;
  const unavailable = down.ok ? down.value : 0;
  return surge === 0 && unavailable === 0 ? { surge: 0, unavailable: 1 } : { surge, unavailable };
}

function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const rolling = deployment.spec.strategy?.rollingUpdate;
  return resolveFenceposts(rolling?.maxSurge, rolling?.maxUnavailable, desiredOf(deployment));
}

/** Pods a Deployment may have above its size. Models deploymentutil.MaxSurge. */
export function maxSurgeOf(deployment: Deployment): number {
  return isRolling(deployment) ? fenceposts(deployment).surge : 0;
}

/** Pods of a Deployment that may be unavailable, never more than its size. Models deploymentutil.MaxUnavailable. */
export function maxUnavailableOf(deployment: Deployment): number {
  const desired = desiredOf(deployment);
  if (!isRolling(deployment) || desired === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, desired);
}

/**
 * Size the newest ReplicaSet may have now; `all` includes it. Models deploymentutil.NewRSNewReplicas.
 */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], currentSize: number): number {
  const desired = desiredOf(deployment);
  if (!isRolling(deployment)) return desired;
  const room = desired + maxSurgeOf(deployment) - specTotal(all);
  if (room <= 0) return currentSize;
  return currentSize + Math.min(room, desired - currentSize);
}

/** The next scale of the newest ReplicaSet in a rolling update, undefined when it stays. Models reconcileNewReplicaSet. */
export function planNew(deployment: Deployment, all: readonly ReplicaSet[], newest: ReplicaSet): ScaleStep | undefined {
  const desired = desiredOf(deployment);
  const size = desiredOf(newest);
  if (size === desired) return undefined;
  const to = size > desired ? desired : newReplicaSetSize(deployment, all, size);
  return to === size ? undefined : { replicaSet: newest, to };
}

/**
 * Scales of the old ReplicaSets that keep enough pods available, unhealthy pods first. The steps are in the order of their writes and one
 * ReplicaSet may appear twice. Models reconcileOldReplicaSets, cleanupUnhealthyReplicas and scaleDownOldReplicaSetsForRollingUpdate.
 */
export function planOld(deployment: Deployment, old: readonly ReplicaSet[], newest: ReplicaSet): ScaleStep[] {
  const active = activeOnes(old).sort(byAge);
  if (specTotal(active) === 0) return [];
  const minAvailable = desiredOf(deployment) - maxUnavailableOf(deployment);
  const newUnavailable = desiredOf(newest) - (newest.status?.availableReplicas ?? 0);
  const budget = specTotal([...active, newest]) - minAvailable - newUnavailable;
  if (budget <= 0) return [];
  const sizes = new Map(active.map((one) => [one, desiredOf(one)]));
  const steps: ScaleStep[] = [];
  const shrink = (one: ReplicaSet, by: number) => {
    const to = (sizes.get(one) ?? 0) - by;
    sizes.set(one, to);
    steps.push({ replicaSet: one, to });
  };
  let cleaned = 0;
  for (const one of active) {
    if (cleaned >= budget) break;
    const size = sizes.get(one) ?? 0;
    const available = one.status?.availableReplicas ?? 0;
    if (size === 0 || size === available) continue;
    const by = Math.min(budget - cleaned, size - available);
    // More available than wanted: the ReplicaSet has not acted on its last scale yet, upstream gives this round up.
    if (by < 0) return steps;
    shrink(one, by);
    cleaned += by;
  }
  let left = statusTotal([...active, newest], 'availableReplicas') - minAvailable;
  for (const one of active) {
    if (left <= 0) break;
    const by = Math.min(sizes.get(one) ?? 0, left);
    if (by === 0) continue;
    shrink(one, by);
    left -= by;
  }
  return steps;
}

/** Whether the ReplicaSet alone is the whole, available Deployment. Models deploymentutil.IsSaturated. */
export function isSaturated(deployment: Deployment, newest: ReplicaSet | undefined): boolean {
  const desired = desiredOf(deployment);
  return (
    newest !== undefined &&
    desiredOf(newest) === desired &&
    numberAnnotation(newest, DESIRED_REPLICAS) === desired &&
    (newest.status?.availableReplicas ?? 0) === desired
  );
}

/** The only active ReplicaSet, or the newest when none is active; undefined when several are. Models deploymentutil.FindActiveOrLatest. */
export function activeOrLatest(newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = activeOnes(newest === undefined ? old : [...old, newest]);
  if (active.length === 1) return active[0];
  if (active.length > 1) return undefined;
  return newest ?? [...old].sort(byAge).at(-1);
}

/** Go's conversion after adding half: away from zero on ties. Models integer.RoundToInt32. */
function roundHalfAway(value: number): number {
  return value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5);
}

function fractionOf(one: ReplicaSet, deployment: Deployment): number {
  const size = desiredOf(one);
  const desired = desiredOf(deployment);
  if (desired === 0) return -size;
  const before = numberAnnotation(one, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return roundHalfAway((size * (desired + maxSurgeOf(deployment))) / before) - size;
}

/**
 * New sizes of all active ReplicaSets when a Deployment is scaled in the middle of a roll-out; every one is listed, changed or not, because
 * its annotations may change. Models the proportional part of DeploymentController.scale.
 */
export function planProportional(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ScaleStep[] {
  const active = activeOnes(replicaSets);
  const desired = desiredOf(deployment);
  const allowed = desired > 0 ? desired + maxSurgeOf(deployment) : 0;
  const toAdd = allowed - specTotal(active);
  const bySize = (a: ReplicaSet, b: ReplicaSet) => desiredOf(b) - desiredOf(a);
  active.sort((a, b) => bySize(a, b) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  let added = 0;
  const steps = active.map((one): ScaleStep => {
    const left = toAdd - added;
    const wanted = left === 0 ? 0 : fractionOf(one, deployment);
    const share = toAdd > 0 ? Math.min(wanted, left) : Math.max(wanted, left);
    added += toAdd === 0 ? 0 : share;
    return { replicaSet: one, to: desiredOf(one) + (toAdd === 0 ? 0 : share) };
  });
  const first = steps[0];
  // What rounding left over goes to the largest.
  if (first !== undefined && toAdd !== 0) first.to = Math.max(0, first.to + toAdd - added);
  return steps;
}

/**
 * Whether the Deployment's size differs from the one recorded in an active ReplicaSet: then it only scales, it does not roll out.
 * Models DeploymentController.isScalingEvent.
 */
export function isScalingEvent(deployment: Deployment, replicaSets: readonly ReplicaSet[]): boolean {
  return activeOnes(replicaSets).some((one) => {
    const recorded = numberAnnotation(one, DESIRED_REPLICAS);
    return recorded !== undefined && recorded !== desiredOf(deployment);
  });
}

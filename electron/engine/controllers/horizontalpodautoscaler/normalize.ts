import type { HorizontalPodAutoscaler, HpaScalingRules } from '#shared/kube/types.ts';
import { changeWithin, type Memory, stabilize, stabilizeBoth } from './memory.ts';

type Behavior = NonNullable<HorizontalPodAutoscaler['spec']['behavior']>;

const SCALE_UP_FACTOR = 2;
const SCALE_UP_MINIMUM = 4;
const MAX_INT32 = 2_147_483_647;
const MS_PER_SECOND = 1000;

/** The size to be reached and the two conditions that tell how it came about. */
export interface Normalized {
  readonly replicas: number;
  readonly able: { readonly reason: string; readonly message: string };
  readonly limited: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string };
}

/** What the wish is bounded by. `windowMs`: stabilisation of scaling down where the behaviour says nothing. */
export interface Bounds {
  readonly current: number;
  readonly min: number;
  readonly max: number;
  readonly windowMs: number;
  readonly nowMs: number;
}

interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const READY = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const STABLE_DOWN = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const STABLE_UP = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const TOO_FEW = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };
const TOO_MANY = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const UP_LIMIT = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const DOWN_LIMIT = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };

/** Between the minimum and the lesser of maximum and twice the present size (at least 4). Models convertDesiredReplicasWithRules. */
function limitPlain(desired: number, { current, min, max }: Bounds): Limited {
  const upLimit = Math.max(SCALE_UP_FACTOR * current, SCALE_UP_MINIMUM);
  const highest = Math.min(max, upLimit);
  if (desired < min) return { replicas: min, ...TOO_FEW };
  if (desired > highest) return { replicas: highest, ...(max > upLimit ? UP_LIMIT : TOO_MANY) };
  return { replicas: desired, ...WITHIN };
}

/**
 * The furthest size that the rules allow now: each policy starts from the size at the beginning of its period. `sign` is 1 for scaling up.
 * Models calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors.
 */
function rateLimit(memory: Memory, rules: HpaScalingRules | undefined, current: number, sign: 1 | -1, nowMs: number): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const smallest = rules?.selectPolicy === 'Min';
  const limits = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const added = changeWithin(memory.ups, periodSeconds, nowMs);
    const removed = changeWithin(memory.downs, periodSeconds, nowMs);
    const start = current - added + removed;
    if (type === 'Pods') return start + sign * value;
    // Rounded so that a small percentage still changes something in either direction.
    return sign > 0 ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
  const upward = sign > 0 ? !smallest : smallest;
  return upward ? Math.max(-MAX_INT32, ...limits) : Math.min(MAX_INT32, ...limits);
}

/** Models convertDesiredReplicasWithBehaviorRate. */
function limitRate(memory: Memory, behavior: Behavior, desired: number, { current, min, max, nowMs }: Bounds): Limited {
  if (desired > current) {
    const limit = Math.max(rateLimit(memory, behavior.scaleUp, current, 1, nowMs), current);
    const highest = Math.min(max, limit);
    if (desired > highest) return { replicas: highest, ...(max > limit ? UP_LIMIT : TOO_MANY) };
  } else if (desired < current) {
    const limit = Math.min(rateLimit(memory, behavior.scaleDown, current, -1, nowMs), current);
    const lowest = Math.max(min, limit);
    if (desired < lowest) return { replicas: lowest, ...(min < limit ? DOWN_LIMIT : TOO_FEW) };
  }
  return { replicas: desired, ...WITHIN };
}

/**
 * What becomes of a wish: stabilised over time, then held within limits. Notes the wish in the memory.
 * Models normalizeDesiredReplicas and normalizeDesiredReplicasWithBehaviors.
 */
export function normalize(memory: Memory, behavior: Behavior | undefined, desired: number, bounds: Bounds): Normalized {
  const { current, windowMs, nowMs } = bounds;
  let stable: number;
  let able = READY;
  let limited: Limited;
  if (behavior === undefined) {
    stable = stabilize(memory, desired, windowMs, nowMs);
    if (stable !== desired) able = STABLE_DOWN;
    limited = limitPlain(stable, bounds);
  } else {
    const windows = {
      up: behavior.scaleUp?.stabilizationWindowSeconds ?? 0,
      down: behavior.scaleDown?.stabilizationWindowSeconds ?? Math.trunc(windowMs / MS_PER_SECOND),
    };
    stable = stabilizeBoth(memory, current, desired, windows, nowMs);
    if (stable !== desired) able = desired >= current ? STABLE_UP : STABLE_DOWN;
    limited = limitRate(memory, behavior, stable, bounds);
  }
  const { replicas, reason, message } = limited;
  return { replicas, able, limited: { status: replicas === stable ? 'False' : 'True', reason, message } };
}

import type { Requirement } from '#shared/kube/labels.ts';
import type { HpaScalingRules } from '#shared/kube/types.ts';

const MS_PER_SECOND = 1000;

/** A number of pods that was once recommended, before any stabilisation. */
interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

/** A change of size that was made; `change` is positive in both directions. */
interface ScaleEvent {
  readonly change: number;
  readonly atMs: number;
}

/** What the controller remembers of one autoscaler. It is lost on a restart, as upstream's is. */
export interface Memory {
  recommendations: Recommendation[];
  ups: ScaleEvent[];
  downs: ScaleEvent[];
  /** The target's selector at the last sync; undefined before the first. */
  selector: readonly Requirement[] | undefined;
}

/** Nothing remembered yet. */
export function emptyMemory(): Memory {
  return { recommendations: [], ups: [], downs: [], selector: undefined };
}

/** The first size seen counts as the first recommendation, so that a restart does not shrink the target at once. */
export function noteInitial(memory: Memory, replicas: number, nowMs: number): void {
  if (memory.recommendations.length === 0) memory.recommendations.push({ replicas, atMs: nowMs });
}

/** Puts an entry in the place of the last one that is not needed any more, or at the end. */
function replaceOld<T>(list: T[], entry: T, isOld: (one: T) => boolean): void {
  const at = list.findLastIndex(isOld);
  if (at < 0) list.push(entry);
  else list[at] = entry;
}

/**
 * The highest recommendation of the window, the new one among them. An entry exactly as old as the window has left it: a real clock has always
 * moved on a little between two syncs. Models stabilizeRecommendation.
 */
export function stabilize(memory: Memory, replicas: number, windowMs: number, nowMs: number): number {
  const cutoff = nowMs - windowMs;
  const recent = memory.recommendations.filter(({ atMs }) => atMs > cutoff).map((one) => one.replicas);
  replaceOld(memory.recommendations, { replicas, atMs: nowMs }, ({ atMs }) => atMs <= cutoff);
  return Math.max(replicas, ...recent);
}

/** Length of the two stabilisation windows in seconds. */
export interface Windows {
  readonly up: number;
  readonly down: number;
}

/**
 * The present size, moved only as far as all recommendations of the windows agree: up to the lowest of the one, down to the highest of the other.
 * Models stabilizeRecommendationWithBehaviors.
 */
export function stabilizeBoth(memory: Memory, current: number, desired: number, windows: Windows, nowMs: number): number {
  const upCutoff = nowMs - windows.up * MS_PER_SECOND;
  const downCutoff = nowMs - windows.down * MS_PER_SECOND;
  let lowest = desired;
  let highest = desired;
  for (const { replicas, atMs } of memory.recommendations) {
    if (atMs > upCutoff) lowest = Math.min(lowest, replicas);
    if (atMs > downCutoff) highest = Math.max(highest, replicas);
  }
  replaceOld(memory.recommendations, { replicas: desired, atMs: nowMs }, ({ atMs }) => atMs <= upCutoff && atMs <= downCutoff);
  return Math.min(Math.max(current, lowest), highest);
}

/** Pods added or removed within the last `seconds`. Models getReplicasChangePerPeriod. */
export function changeWithin(events: readonly ScaleEvent[], seconds: number, nowMs: number): number {
  const cutoff = nowMs - seconds * MS_PER_SECOND;
  return events.reduce((sum, { change, atMs }) => (atMs > cutoff ? sum + change : sum), 0);
}

function longestPeriod(rules: HpaScalingRules | undefined): number {
  return Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds));
}

/** Notes a change of size in the place of one that no policy looks at any more. Models storeScaleEvent. */
export function noteScale(
  memory: Memory,
  behavior: { scaleUp?: HpaScalingRules; scaleDown?: HpaScalingRules } | undefined,
  before: number,
  after: number,
  nowMs: number,
): void {
  if (behavior === undefined) return;
  const up = after > before;
  const cutoff = nowMs - longestPeriod(up ? behavior.scaleUp : behavior.scaleDown) * MS_PER_SECOND;
  const event = { change: Math.abs(after - before), atMs: nowMs };
  replaceOld(up ? memory.ups : memory.downs, event, ({ atMs }) => atMs <= cutoff);
}

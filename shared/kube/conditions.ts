import type { NodeCondition, Pod, PodCondition } from './types.ts';

/** The fields that conditions of all kinds share. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** The condition of that type, undefined when absent. */
export function getCondition<C extends { type: string }>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * New list with the condition set. The transition time moves only when the status changes; the same list comes back when nothing differs.
 * `nowText` is the RFC 3339 time of the write. Models podutil.UpdatePodCondition.
 */
export function setCondition<C extends Condition>(conditions: readonly C[] | undefined, next: C, nowText: string): readonly C[] {
  const list = conditions ?? [];
  const before = getCondition(list, next.type);
  const moved = before === undefined || before.status !== next.status;
  const lastTransitionTime = moved ? (next.lastTransitionTime ?? nowText) : (before.lastTransitionTime ?? nowText);
  const settled: C = { ...next, lastTransitionTime };
  if (before === undefined) return [...list, settled];
  if (sameFields(before, settled)) return list;
  return list.map((condition) => (condition === before ? settled : condition));
}

function sameFields(a: object, b: object): boolean {
  const left = Object.entries(a).filter(([, field]) => field !== undefined);
  const right = new Map(Object.entries(b).filter(([, field]) => field !== undefined));
  return left.length === right.size && left.every(([name, field]) => right.get(name) === field);
}

/** List without the condition of that type. */
export function removeCondition<C extends { type: string }>(conditions: readonly C[] | undefined, type: string): readonly C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** The pod's condition of that type. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return getCondition(pod.status?.conditions, type);
}

/** Whether the Ready condition is True. Models podutil.IsPodReady. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** What the availability rule needs of a clock: the present and the meaning of a written time, both in the same milliseconds. */
export interface TimeReader {
  readonly nowMs: number;
  parseMs(timestamp: string): number;
}

/** Ready for at least `minReadySeconds` by the clock given. Models podutil.IsPodAvailable. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, clock: TimeReader): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  if (!ready.lastTransitionTime) return false;
  return clock.parseMs(ready.lastTransitionTime) + minReadySeconds * 1000 <= clock.nowMs;
}

/** The node's Ready condition, undefined when never reported. */
export function nodeReadyCondition(conditions: readonly NodeCondition[] | undefined): NodeCondition | undefined {
  return getCondition(conditions, 'Ready');
}

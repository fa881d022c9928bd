import type { ObjectKey, Pod } from '#shared/kube/types.ts';
import type { Change } from '#shared/protocol/index.ts';
import { replicaSetKeyOf } from '../store/lineage.ts';
import type { Mirror } from '../store/mirror.ts';

/** Why a pod is going. */
export type Leaving = 'preempted' | 'evicted' | 'deleted';

/** Something that happened between two mirrors and that the eye should follow. */
export type Transition =
  | { type: 'created'; pod: ObjectKey; family: ObjectKey | null }
  | { type: 'bound'; pod: ObjectKey; node: string }
  | { type: 'leaving'; pod: ObjectKey; node: string | null; how: Leaving; family: ObjectKey | null }
  | { type: 'gone'; pod: ObjectKey; node: string | null }
  | { type: 'crashed'; node: string }
  | { type: 'recovered'; node: string };

function leavingHow(pod: Pod): Leaving {
  const disruption = pod.status?.conditions?.find(
    (condition) => condition.type === 'DisruptionTarget' && condition.status === 'True',
  );
  if (!disruption) return 'deleted';
  return disruption.reason === 'PreemptionByScheduler' ? 'preempted' : 'evicted';
}

/** What happened from one mirror to the next, read from the states themselves. Nothing across epochs: that is another history. */
export function transitions(before: Mirror, after: Mirror, changes: readonly Change[]): Transition[] {
  if (!before.ready || before.epoch !== after.epoch) return [];
  const found: Transition[] = [];
  for (const { key } of changes) {
    if (!key.startsWith('Pod/')) continue;
    found.push(...podTransitions(key, before.pods.get(key), after.pods.get(key)));
  }
  if (before.faults !== after.faults) {
    for (const node of Object.keys(after.faults)) {
      if (after.faults[node] === 'crashed' && before.faults[node] !== 'crashed') found.push({ type: 'crashed', node });
    }
    for (const node of Object.keys(before.faults))
      if (!after.faults[node] && after.nodes.has(node)) found.push({ type: 'recovered', node });
  }
  return found;
}

function podTransitions(pod: ObjectKey, was: Pod | undefined, is: Pod | undefined): Transition[] {
  if (!is) return was ? [{ type: 'gone', pod, node: was.spec.nodeName ?? null }] : [];
  if (was && was.metadata.uid !== is.metadata.uid) return [{ type: 'created', pod, family: replicaSetKeyOf(is) }];
  const found: Transition[] = [];
  if (!was) found.push({ type: 'created', pod, family: replicaSetKeyOf(is) });
  if (was && !was.spec.nodeName && is.spec.nodeName) found.push({ type: 'bound', pod, node: is.spec.nodeName });
  if (is.metadata.deletionTimestamp && was && !was.metadata.deletionTimestamp) {
    found.push({ type: 'leaving', pod, node: is.spec.nodeName ?? null, how: leavingHow(is), family: replicaSetKeyOf(is) });
  }
  return found;
}

/** Wall milliseconds a movement may take at a speed; 0 = none. Longer at slow motion, shorter when time runs fast. */
export function motionMs(speed: number): number {
  if (speed > 10) return 0;
  return Math.round(Math.min(1100, Math.max(130, 600 / speed ** 0.75)));
}

/** How far a pod is through its grace period, 0 to 1. `startMs`: the virtual clock's zero as epoch milliseconds. */
export function graceProgress(pod: Pod, startMs: number, nowMs: number): number {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (!deletionTimestamp) return 0;
  const graceMs = (deletionGracePeriodSeconds ?? 0) * 1000;
  if (graceMs <= 0) return 1;
  const leftMs = Date.parse(deletionTimestamp) - startMs - nowMs;
  return Math.min(1, Math.max(0, 1 - leftMs / graceMs));
}

import { compareStrings } from '#shared/core/compare.ts';
import { isPodReady, podCondition } from '#shared/kube/conditions.ts';
import type { Pod } from '#shared/kube/types.ts';

/** Annotation by which a user makes a pod dearer or cheaper to delete. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Neither ended nor being deleted. Models controller.IsPodActive. */
export function isPodActive(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}

/** The present and the meaning of a written time, in the same milliseconds. */
export interface Moments {
  readonly nowMs: number;
  parseMs(timestamp: string): number;
}

/**
 * The `count` pods to delete, best first. `related`: the pods of all ReplicaSets of the same owner, so that crowded nodes lose pods first.
 * Models getPodsToDelete with controller.ActivePodsWithRanks.
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, moments: Moments): Pod[] {
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName;
    if (node && isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const crowd = (pod: Pod) => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  return [...pods].sort((a, b) => compareForDeletion(a, b, crowd, moments)).slice(0, count);
}

/** Negative when `a` goes before `b`. Each rule decides only when the ones before it tie. */
export function compareForDeletion(a: Pod, b: Pod, crowd: (pod: Pod) => number, moments: Moments): number {
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    phaseOrder(a) - phaseOrder(b) ||
    Number(isPodReady(a)) - Number(isPodReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    crowd(b) - crowd(a) ||
    compareReadyTime(a, b, moments) ||
    mostRestarts(b, 'regular') - mostRestarts(a, 'regular') ||
    mostRestarts(b, 'sidecar') - mostRestarts(a, 'sidecar') ||
    compareAge(a, b, a.metadata.creationTimestamp, b.metadata.creationTimestamp, moments) ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}

function phaseOrder(pod: Pod): number {
  return PHASE_ORDER[pod.status?.phase ?? 'Pending'] ?? 0;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9][0-9]{0,9})$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -2_147_483_648 && cost <= 2_147_483_647 ? cost : 0;
}

function compareReadyTime(a: Pod, b: Pod, moments: Moments): number {
  if (!isPodReady(a) || !isPodReady(b)) return 0;
  return compareAge(a, b, podCondition(a, 'Ready')?.lastTransitionTime, podCondition(b, 'Ready')?.lastTransitionTime, moments);
}

/** Younger first, but ages of the same power of two count as equal and the uid decides. Models LogarithmicScaleDown. */
function compareAge(a: Pod, b: Pod, timeA: string | undefined, timeB: string | undefined, moments: Moments): number {
  if (timeA === timeB) return 0;
  if (timeA === undefined) return -1;
  if (timeB === undefined) return 1;
  const rank = logarithm(moments.nowMs - moments.parseMs(timeA)) - logarithm(moments.nowMs - moments.parseMs(timeB));
  return rank !== 0 ? rank : compareStrings(a.metadata.uid ?? '', b.metadata.uid ?? '');
}

/** Whole part of the logarithm of an age in nanoseconds, to base 2; -1 for none. */
function logarithm(ageMs: number): number {
  return ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1_000_000)) : -1;
}

function mostRestarts(pod: Pod, kind: 'regular' | 'sidecar'): number {
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always').map((one) => one.name),
  );
  const statuses =
    kind === 'regular'
      ? pod.status?.containerStatuses
      : pod.status?.initContainerStatuses?.filter((one) => sidecars.has(one.name));
  return (statuses ?? []).reduce((most, one) => Math.max(most, one.restartCount), 0);
}

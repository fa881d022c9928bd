import type { Node, Taint } from '#shared/kube/types.ts';
import type { Client } from '../../client/types.ts';
import type { Clock } from '../../sim/types.ts';

/** Taint of a node that is being emptied and deleted. */
export const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';
/** Taint of a node that may soon be deleted. */
export const CANDIDATE = 'DeletionCandidateOfClusterAutoscaler';

/** Whether a node is on its way out. */
export function isToBeDeleted(node: Node): boolean {
  return node.spec.taints?.some(({ key }) => key === TO_BE_DELETED) === true;
}

/** Since when a node carries one of the two taints: unix seconds, undefined without it. */
export function taintedSince(node: Node, key: string): number | undefined {
  const value = node.spec.taints?.find((taint) => taint.key === key)?.value;
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The node without the taints of these keys. */
export function withoutTaints(node: Node, keys: readonly string[]): Node {
  const { taints = [], ...spec } = node.spec;
  const kept = taints.filter(({ key }) => !keys.includes(key));
  return { ...node, spec: kept.length === 0 ? spec : { ...spec, taints: kept } };
}

/** Puts a taint on a node, its value being the unix time; an error text when the API refuses. Models utils/taints AddTaints. */
export function addTaint(client: Client, node: Node, key: string, effect: Taint['effect'], seconds: number): string | undefined {
  if (node.spec.taints?.some((taint) => taint.key === key) === true) return undefined;
  const taints = [...(node.spec.taints ?? []), { key, value: String(seconds), effect }];
  const written = client.update({ ...node, spec: { ...node.spec, taints } });
  return written.ok ? undefined : written.error.message;
}

/** Takes the taints of these keys off a node that has any of them. */
export function removeTaints(client: Client, node: Node, keys: readonly string[]): void {
  if (node.spec.taints?.some(({ key }) => keys.includes(key)) === true) client.update(withoutTaints(node, keys));
}

/** Seconds since 1970 of the virtual time. */
export function unixSeconds(clock: Pick<Clock, 'nowMs' | 'parseMs'>): number {
  return Math.floor((clock.nowMs - clock.parseMs('1970-01-01T00:00:00Z')) / 1000);
}

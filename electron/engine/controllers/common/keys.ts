import type { KubeObject } from '#shared/kube/types.ts';

/** Queue key of an object: `namespace/name`. */
export function queueKey(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** The two parts of a queue key. */
export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Milliseconds of the creation time; an absent one counts as the beginning. */
export function createdMs(object: KubeObject, parseMs: (timestamp: string) => number): number {
  const created = object.metadata.creationTimestamp;
  return created === undefined ? 0 : parseMs(created);
}

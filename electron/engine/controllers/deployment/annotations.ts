import type { Deployment, KubeObject, ReplicaSet } from '#shared/kube/types.ts';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Longest revision history kept in its annotation, in characters. */
const HISTORY_LIMIT = 2000;

const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Readonly<Record<string, string>>;

/** Whether an annotation of a Deployment stays with it instead of being copied to its ReplicaSets. */
export function isOwnAnnotation(key: string): boolean {
  return NOT_COPIED.has(key);
}

/** Whole number of an annotation; undefined when absent or not a number. */
export function numberAnnotation(object: KubeObject, key: string): number | undefined {
  const text = object.metadata.annotations?.[key];
  return text !== undefined && /^[+-]?[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Revision of a Deployment or ReplicaSet; 0 when it has none, undefined when unreadable. Models deploymentutil.Revision. */
export function revisionOf(object: KubeObject): number | undefined {
  if (object.metadata.annotations?.[REVISION] === undefined) return 0;
  return numberAnnotation(object, REVISION);
}

/** Highest readable revision, 0 for none. Models deploymentutil.MaxRevision. */
export function maxRevision(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((most, one) => Math.max(most, revisionOf(one) ?? 0), 0);
}

/** Annotations that record the Deployment's size in a ReplicaSet. */
export function replicasAnnotations(desired: number, most: number): Annotations {
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(most) };
}

/** Whether the recorded size differs. Models deploymentutil.ReplicasAnnotationsNeedUpdate. */
export function replicasAnnotationsDiffer(replicaSet: ReplicaSet, desired: number, most: number): boolean {
  const annotations = replicaSet.metadata.annotations;
  return annotations?.[DESIRED_REPLICAS] !== String(desired) || annotations[MAX_REPLICAS] !== String(most);
}

/**
 * Annotations the newest ReplicaSet should have: the Deployment's own copied, the revision raised, the former revision kept in the history.
 * Models deploymentutil.SetNewReplicaSetAnnotations for an existing ReplicaSet (pass none for a new one).
 */
export function newReplicaSetAnnotations(
  deployment: Deployment,
  existing: ReplicaSet | undefined,
  newRevision: number,
): Annotations {
  const before: Annotations = existing?.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...before };
  for (const [key, text] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!isOwnAnnotation(key)) annotations[key] = text;
  const old = before[REVISION];
  const oldRevision = existing === undefined ? 0 : revisionOf(existing);
  if (oldRevision === undefined || oldRevision >= newRevision) return annotations;
  annotations[REVISION] = String(newRevision);
  if (old !== undefined) {
    const history = extendHistory(before[REVISION_HISTORY], old);
    if (history !== undefined) annotations[REVISION_HISTORY] = history;
  }
  return annotations;
}

function extendHistory(history: string | undefined, revision: string): string | undefined {
  if (history === undefined || history === '') return revision;
  const entries = [...history.split(','), revision];
  while (entries.length > 1 && entries.join(',').length > HISTORY_LIMIT) entries.shift();
  return entries.join(',');
}

/** Whether two annotation maps hold the same. */
export function sameAnnotations(a: Annotations | undefined, b: Annotations | undefined): boolean {
  const left = Object.entries(a ?? {});
  return left.length === Object.keys(b ?? {}).length && left.every(([key, text]) => b?.[key] === text);
}

import { kindInfo, servedKind } from '#shared/kube/registry.ts';
import type { KubeObject, OwnerReference } from '#shared/kube/types.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** Where an owner reference points, judged by what is stored. */
export type OwnerState =
  /** The owner exists. */
  | 'solid'
  /** It exists and waits for its dependents to go first. */
  | 'waiting'
  /** There is no such object (any more). */
  | 'dangling'
  /** The reference cannot be followed: unknown kind, or a namespaced owner of a cluster-scoped object. */
  | 'unknown';

/** Whether a finalizer is on the object. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** The object is being deleted and waits for its dependents. Models beingDeleted && hasDeleteDependentsFinalizer. */
export function awaitsDependents(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, FOREGROUND);
}

/** The object is being deleted and its dependents are to be set free first. */
export function awaitsOrphaning(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, ORPHAN);
}

/** Key of the owner a reference names, in the dependent's namespace; undefined when it cannot be followed. */
export function ownerKey(
  dependent: KubeObject,
  reference: OwnerReference,
): { kind: string; namespace: string; name: string } | undefined {
  const info = servedKind(reference.apiVersion, reference.kind);
  if (info === undefined || !info.storable) return undefined;
  const namespace = dependent.metadata.namespace ?? '';
  if (info.namespaced && namespace === '') return undefined;
  return { kind: info.kind, namespace: info.namespaced ? namespace : '', name: reference.name };
}

/** Judges one reference; `find` looks an object up. Models classifyReferences. */
export function ownerState(
  dependent: KubeObject,
  reference: OwnerReference,
  find: (kind: string, namespace: string, name: string) => KubeObject | undefined,
): OwnerState {
  const key = ownerKey(dependent, reference);
  if (key === undefined) return 'unknown';
  const owner = find(key.kind, key.namespace, key.name);
  if (owner === undefined || owner.metadata.uid !== reference.uid) return 'dangling';
  return awaitsDependents(owner) ? 'waiting' : 'solid';
}

/** Text of a reference in the event about an owner of another namespace. Models identityFor objectReference String. */
export function describeReference(dependent: KubeObject, { apiVersion, kind, name, uid }: OwnerReference): string {
  const namespaced = kindInfo(kind)?.namespaced ?? true;
  const where = namespaced ? `namespace: ${dependent.metadata.namespace ?? ''}, ` : '';
  return `[${apiVersion}/${kind}, ${where}name: ${name}, uid: ${uid}]`;
}

/** Copy of the object without one finalizer. */
export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  const { finalizers = [], ...metadata } = object.metadata;
  const left = finalizers.filter((one) => one !== finalizer);
  return { ...object, metadata: left.length > 0 ? { ...metadata, finalizers: left } : metadata };
}

/** Copy of the object with these owner references alone. */
export function withOwners<T extends KubeObject>(object: T, owners: readonly OwnerReference[]): T {
  const { ownerReferences: _before, ...metadata } = object.metadata;
  return { ...object, metadata: owners.length > 0 ? { ...metadata, ownerReferences: [...owners] } : metadata };
}

import { controllerOf, controllerReference } from '#shared/kube/pod.ts';
import type { KubeObject } from '#shared/kube/types.ts';

/** What to do about an object that may belong to a controller. */
export type Claim = 'keep' | 'adopt' | 'release' | 'ignore';

/**
 * Decides whether a controller keeps, adopts or gives up a candidate. `matches`: its labels fit the selector.
 * Models pkg/controller BaseControllerRefManager.ClaimObject.
 */
export function decideClaim(owner: KubeObject, candidate: KubeObject, matches: boolean): Claim {
  const reference = controllerOf(candidate);
  const ownerGoing = owner.metadata.deletionTimestamp !== undefined;
  if (reference !== undefined) {
    if (reference.uid !== owner.metadata.uid) return 'ignore';
    if (matches) return 'keep';
    return ownerGoing ? 'ignore' : 'release';
  }
  if (ownerGoing || !matches) return 'ignore';
  return candidate.metadata.deletionTimestamp === undefined ? 'adopt' : 'ignore';
}

/** Copy of the object with the owner as its controller. */
export function adopted<T extends KubeObject>(object: T, owner: KubeObject): T {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** Copy of the object without any reference to the owner. */
export function released<T extends KubeObject>(object: T, owner: KubeObject): T {
  const left = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
  const { ownerReferences: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata: left.length > 0 ? { ...metadata, ownerReferences: left } : metadata };
}

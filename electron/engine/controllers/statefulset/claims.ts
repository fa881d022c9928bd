import type { StatefulSet } from '#shared/kube/kinds.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { KubeObject, OwnerReference, Pod } from '#shared/kube/types.ts';
import { claimName, claimTemplates, inOrdinalRange, ordinalOf } from './identity.ts';

/** Owners that a claim has to have: by the retention policy and whether the set still has the pod's ordinal. */
interface Wanted {
  readonly set: boolean;
  readonly pod: boolean;
}

function retains(set: StatefulSet, when: 'whenDeleted' | 'whenScaled'): boolean {
  return set.spec.persistentVolumeClaimRetentionPolicy?.[when] !== 'Delete';
}

function wantedOwners(set: StatefulSet, pod: Pod): Wanted {
  const scaledDown = !inOrdinalRange(set, ordinalOf(pod));
  const byPod = !retains(set, 'whenScaled') && scaledDown;
  // A claim that goes with its pod must not wait for the set to go.
  return { pod: byPod, set: !retains(set, 'whenDeleted') && !byPod };
}

/** Whether the reference names the object, whatever its uid. Models matchesRef. */
function names(reference: OwnerReference, object: KubeObject): boolean {
  return reference.apiVersion === object.apiVersion && reference.kind === object.kind && reference.name === object.metadata.name;
}

function owners(claim: PersistentVolumeClaim): readonly OwnerReference[] {
  return claim.metadata.ownerReferences ?? [];
}

function isOwner(claim: PersistentVolumeClaim, object: KubeObject): boolean {
  const { uid } = object.metadata;
  return uid !== undefined && owners(claim).some((reference) => reference.uid === uid);
}

/** Whether the claim belongs to an earlier object of that name, which is gone or going. Models hasStaleOwnerRef. */
export function hasStaleOwner(claim: PersistentVolumeClaim, object: KubeObject): boolean {
  const reference = owners(claim).find((one) => names(one, object));
  return reference !== undefined && reference.uid !== (object.metadata.uid ?? '');
}

/** Whether somebody else controls a claim that a policy wants to delete. Models hasUnexpectedController. */
function hasUnexpectedController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (retains(set, 'whenScaled') && retains(set, 'whenDeleted')) return false;
  return owners(claim).some((reference) => {
    for (const own of [set, pod]) if (names(reference, own)) return reference.uid !== own.metadata.uid;
    return reference.controller === true;
  });
}

function hasNonControllerOwner(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  return owners(claim).some(
    ({ uid, controller }) => (uid === set.metadata.uid || uid === pod.metadata.uid) && controller !== true,
  );
}

/** Whether the claim's owners are what the retention policy asks for, or none of our business. Models isClaimOwnerUpToDate. */
export function ownersUpToDate(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set) || hasStaleOwner(claim, pod)) return true;
  if (hasUnexpectedController(claim, set, pod)) return !isOwner(claim, set) && !isOwner(claim, pod);
  if (hasNonControllerOwner(claim, set, pod)) return false;
  const wanted = wantedOwners(set, pod);
  return isOwner(claim, set) === wanted.set && isOwner(claim, pod) === wanted.pod;
}

/** Copy of the claim with the owners that the retention policy asks for. Models updateClaimOwnerRefForSetAndPod. */
export function withOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): PersistentVolumeClaim {
  const others = owners(claim).filter((reference) => !names(reference, set) && !names(reference, pod));
  const wanted = hasUnexpectedController(claim, set, pod) ? { set: false, pod: false } : wantedOwners(set, pod);
  const ownerReferences = [
    ...others,
    ...(wanted.set ? [controllerReference(set)] : []),
    ...(wanted.pod ? [controllerReference(pod)] : []),
  ];
  const { ownerReferences: _old, ...metadata } = claim.metadata;
  return { ...claim, metadata: ownerReferences.length === 0 ? metadata : { ...metadata, ownerReferences } };
}

/** The claims of a pod, as the set's templates ask for them. Models getPersistentVolumeClaims. */
export function claimsOf(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
  const ordinal = ordinalOf(pod);
  const chosen = set.spec.selector.matchLabels;
  return claimTemplates(set).map((template): PersistentVolumeClaim => {
    const { metadata, spec } = template;
    const labels = metadata.labels === undefined && chosen === undefined ? {} : { labels: { ...metadata.labels, ...chosen } };
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...metadata, name: claimName(set, template, ordinal), namespace: set.metadata.namespace ?? '', ...labels },
      spec,
      status: {},
    } as PersistentVolumeClaim;
  });
}

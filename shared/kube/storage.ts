import type * as core from 'kubernetes-types/core/v1';
import type * as storage from 'kubernetes-types/storage/v1';
import { compareStrings } from '../core/compare.ts';
import { labelOf, matchLabelSelector, matchNodeRequirements } from './labels.ts';
import { parseQuantity } from './quantity.ts';
import type {
  CsiNode,
  KubeObject,
  NodeSelectorTerm,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from './types.ts';

export type { CsiNode, PersistentVolume, PersistentVolumeClaim, StorageClass };

/** Settings of a driver; `storageCapacity` makes the scheduler ask for room. */
export interface CsiDriver extends KubeObject {
  kind: 'CSIDriver';
  spec?: { storageCapacity?: boolean };
}
/** Room for new volumes in one part of the cluster. */
export interface CsiStorageCapacity extends KubeObject {
  kind: 'CSIStorageCapacity';
  storageClassName: string;
  capacity?: string | number;
  maximumVolumeSize?: string | number;
  nodeTopology?: core.PodAffinityTerm['labelSelector'];
}
/** A volume attached (or being attached) to a node. */
export interface VolumeAttachment extends KubeObject {
  kind: 'VolumeAttachment';
  spec?: Partial<storage.VolumeAttachmentSpec>;
}
/** One entry of a pod's `spec.volumes`. */
export type PodVolume = NonNullable<Pod['spec']['volumes']>[number];

/** Annotations and names of the binding protocol between scheduler, binder controller and provisioners. */
export const annSelectedNode = 'volume.kubernetes.io/selected-node';
export const annBindCompleted = 'pv.kubernetes.io/bind-completed';
export const annBoundByController = 'pv.kubernetes.io/bound-by-controller';
export const annProvisionedBy = 'pv.kubernetes.io/provisioned-by';
export const annStorageProvisioner = 'volume.kubernetes.io/storage-provisioner';
export const annBetaStorageProvisioner = 'volume.beta.kubernetes.io/storage-provisioner';
export const annMigratedPlugins = 'storage.alpha.kubernetes.io/migrated-plugins';
export const annDefaultClass = 'storageclass.kubernetes.io/is-default-class';
const annBetaClass = 'volume.beta.kubernetes.io/storage-class';
/** Provisioner of classes whose volumes are made by hand. */
export const noProvisioner = 'kubernetes.io/no-provisioner';
export const waitForFirstConsumer = 'WaitForFirstConsumer';

/** Value of an annotation; undefined when it is not there. */
export function annotationOf(object: KubeObject, key: string): string | undefined {
  return labelOf(object.metadata.annotations, key);
}

/** Class of a claim or volume, '' for none: the old annotation before the field. Models component-helpers/storage/volume GetPersistentVolumeClaimClass. */
export function classOf(object: PersistentVolume | PersistentVolumeClaim): string {
  return annotationOf(object, annBetaClass) ?? object.spec.storageClassName ?? '';
}

/** The class that claims without one get: of several defaults the newest, then the first by name. Models storage util GetDefaultClass. */
export function newestDefaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  let best: StorageClass | undefined;
  for (const one of classes) {
    if (annotationOf(one, annDefaultClass) !== 'true') continue;
    const newer = compareStrings(one.metadata.creationTimestamp ?? '', best?.metadata.creationTimestamp ?? '');
    if (best === undefined || newer > 0 || (newer === 0 && compareStrings(one.metadata.name, best.metadata.name) < 0)) best = one;
  }
  return best;
}

/** Name of the claim behind a volume of a pod; undefined for volumes without one. Models component-helpers/storage/ephemeral VolumeClaimName. */
export function claimNameOf(pod: Pod, volume: PodVolume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}

/** Whether a volume of the pod uses the claim of that name. Namespaces are the caller's business. */
export function usesClaim(pod: Pod, claimName: string): boolean {
  return pod.spec.volumes?.some((volume) => claimNameOf(pod, volume) === claimName) ?? false;
}

/** Why the claim of a generic ephemeral volume is not this pod's; undefined when it is. Models ephemeral.VolumeIsForPod. */
export function ownershipFault(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const owned = claim.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === pod.metadata.uid);
  if (owned === true && claim.metadata.namespace === pod.metadata.namespace) return undefined;
  const names = `${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  return `PVC ${names} (pod is not owner)`;
}

/** Bound on both sides, with the binder's seal on it. Models volumebinding isPVCFullyBound. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return !!claim.spec.volumeName && annotationOf(claim, annBindCompleted) !== undefined;
}

/** Whether the volume is reserved for this claim, by name or by name and uid. Models volume.IsVolumeBoundToClaim. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference === undefined) return false;
  if (reference.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return !reference.uid || reference.uid === claim.metadata.uid;
}

/** Amount of storage in billionths of a byte; 0 when absent or unreadable. Exact, as upstream's comparison is. */
export function storageOf(amounts: Readonly<Record<string, string | number>> | undefined): bigint {
  const text = amounts?.storage;
  if (text === undefined) return 0n;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value.nano : 0n;
}

/** What a claim asks for, in the unit of storageOf. */
export function requestedStorage(claim: PersistentVolumeClaim): bigint {
  return storageOf(claim.spec.resources?.requests);
}

/**
 * Whether a volume can be used from a node with these labels. A term by node name never matches here, because upstream looks at labels alone.
 * Models component-helpers/storage/volume CheckNodeAffinity.
 */
export function volumeFitsNode(volume: PersistentVolume, labels: Readonly<Record<string, string>> | undefined): boolean {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => termMatches(term, labels));
}

function termMatches(term: NodeSelectorTerm, labels: Readonly<Record<string, string>> | undefined): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return matchNodeRequirements(matchExpressions, labels) && matchNodeRequirements(matchFields, { 'metadata.name': '' });
}

/** Whether a class may provision for a node with these labels. No term at all allows every node. Models v1helper.MatchTopologySelectorTerms. */
export function topologyAllows(one: StorageClass, labels: Readonly<Record<string, string>> | undefined): boolean {
  const terms = one.allowedTopologies ?? [];
  if (terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => values.includes(labelOf(labels, key) ?? ''));
  });
}

/** Whether size, mode, attributes and life cycle of a volume suit a claim, and nobody else holds it. */
export function isCandidate(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.spec.claimRef !== undefined && !isBoundTo(volume, claim)) return false;
  if (storageOf(volume.spec.capacity) < requestedStorage(claim)) return false;
  if ((claim.spec.volumeMode ?? 'Filesystem') !== (volume.spec.volumeMode ?? 'Filesystem')) return false;
  if ((claim.spec.volumeAttributesClassName ?? '') !== (volume.spec.volumeAttributesClassName ?? '')) return false;
  return volume.metadata.deletionTimestamp === undefined;
}

/** Whether a volume that nobody has reserved may be given to the claim: available, of its class, selected by it. */
export function isFree(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.spec.claimRef !== undefined || volume.status?.phase !== 'Available') return false;
  if (claim.spec.selector !== undefined && !matchLabelSelector(claim.spec.selector, volume.metadata.labels)) return false;
  return classOf(volume) === classOf(claim);
}

/** Whether the volume can be used in every way the claim asks for. Models volume.CheckAccessModes. */
export function hasAccessModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => offered.includes(mode));
}

/** The smallest of the volumes; the first of equals. */
export function smallest(volumes: readonly PersistentVolume[]): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (best === undefined || storageOf(volume.spec.capacity) < storageOf(best.spec.capacity)) best = volume;
  }
  return best;
}

/** Copy of an object with an annotation set; undefined as value takes it off. */
export function annotated<T extends KubeObject>(object: T, key: string, value: string | undefined): T {
  const { [key]: _old, ...others } = object.metadata.annotations ?? {};
  const annotations = value === undefined ? others : { ...others, [key]: value };
  const { annotations: _all, ...metadata } = object.metadata;
  return { ...object, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
}

/** The volume as reserved for the claim; the same object when it is reserved already. Models volume.GetBindVolumeToClaim. */
export function reservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const reference = volume.spec.claimRef;
  const byUs = !isBoundTo(volume, claim);
  const exact = reference?.uid !== undefined && reference.uid === claim.metadata.uid && !byUs;
  const { uid, resourceVersion, namespace, name } = claim.metadata;
  const claimRef = {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const bound = exact ? volume : { ...volume, spec: { ...volume.spec, claimRef } };
  if (!byUs || annotationOf(bound, annBoundByController) !== undefined) return bound;
  return annotated(bound, annBoundByController, 'yes');
}

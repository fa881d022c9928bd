import {
  claimNameOf,
  classOf,
  hasAccessModes,
  isBoundTo,
  isCandidate,
  isFree,
  isFullyBound,
  ownershipFault,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  storageOf,
  waitForFirstConsumer,
} from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ObjectSource } from '../../framework/plugin.ts';
import { type PluginStatus, unresolvable } from '../../framework/status.ts';

export const reasonUnboundImmediate = 'pod has unbound immediate PersistentVolumeClaims';

/** Volumes that would do for one unbound claim wherever the node is; `reserved` is kept for this very claim. */
export interface Offer {
  readonly claim: PersistentVolumeClaim;
  readonly reserved: PersistentVolume | undefined;
  /** Smallest first, then by name. */
  readonly free: readonly PersistentVolume[];
}

/** Claims of a pod by what has to be done about them. Models PodVolumeClaims. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Claims that wait for this pod, smallest first, each with what could be given to it. */
  readonly delayed: readonly Offer[];
}

/** Reads objects as the scheduler believes them to be (bindings it has decided on included). */
export interface StorageView extends ObjectSource {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
}

/** First thing wrong with the pod's claims; undefined when all are there and alive. Models VolumeBinding.podHasPVCs. */
function faultOf(view: StorageView, pod: Pod): PluginStatus | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = view.get('PersistentVolumeClaim', namespace, name) as PersistentVolumeClaim | undefined;
    const quoted = JSON.stringify(name);
    if (claim === undefined) {
      if (volume.ephemeral === undefined) return unresolvable(`persistentvolumeclaim ${quoted} not found`);
      return unresolvable(`waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`);
    }
    if (claim.status?.phase === 'Lost') {
      const lost = JSON.stringify(claim.spec.volumeName ?? '');
      return unresolvable(`persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${lost}`);
    }
    if (claim.metadata.deletionTimestamp !== undefined) return unresolvable(`persistentvolumeclaim ${quoted} is being deleted`);
    const fault = volume.ephemeral === undefined ? undefined : ownershipFault(pod, claim);
    if (fault !== undefined) return unresolvable(fault);
  }
  return undefined;
}

/** Whether claims of this class wait for their first pod. Models volume.IsDelayBindingMode. */
export function isDelayed(view: ObjectSource, claim: PersistentVolumeClaim): boolean {
  const name = classOf(claim);
  if (name === '') return false;
  return (view.get('StorageClass', '', name) as StorageClass | undefined)?.volumeBindingMode === waitForFirstConsumer;
}

/**
 * What the scheduler path of FindMatchingVolume can know before it looks at a node. A volume of the claim's class that is reserved for the claim
 * wins over all others.
 */
function offerFor(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[]): Offer {
  const ofClass = volumes.filter((volume) => classOf(volume) === classOf(claim) && isCandidate(volume, claim));
  const free = ofClass.filter((volume) => isFree(volume, claim) && hasAccessModes(volume, claim));
  const size = (volume: PersistentVolume) => storageOf(volume.spec.capacity);
  free.sort((a, b) => (size(a) < size(b) ? -1 : size(a) > size(b) ? 1 : 0));
  return { claim, reserved: ofClass.find((volume) => isBoundTo(volume, claim)), free };
}

/** Sorts the pod's claims, or says why it has to wait. Undefined when it has none. Models PreFilter and GetPodVolumeClaims. */
export function podClaims(view: StorageView, pod: Pod): PodClaims | PluginStatus | undefined {
  const names = (pod.spec.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? []);
  if (names.length === 0) return undefined;
  const fault = faultOf(view, pod);
  if (fault !== undefined) return fault;
  const bound: PersistentVolumeClaim[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  for (const name of names) {
    const claim = view.claim(pod.metadata.namespace ?? '', name);
    if (claim === undefined) continue;
    if (isFullyBound(claim)) bound.push(claim);
    else if (isDelayed(view, claim) && !claim.spec.volumeName) waiting.push(claim);
    else return unresolvable(reasonUnboundImmediate);
  }
  if (waiting.length === 0) return { bound, delayed: [] };
  const size = (claim: PersistentVolumeClaim) => storageOf(claim.spec.resources?.requests);
  waiting.sort((a, b) => (size(a) < size(b) ? -1 : size(a) > size(b) ? 1 : 0));
  const volumes = view.volumes();
  return { bound, delayed: waiting.map((claim) => offerFor(claim, volumes)) };
}

import { matchLabelSelector } from '#shared/kube/labels.ts';
import { value } from '#shared/kube/quantity.ts';
import {
  annotationOf,
  annSelectedNode,
  type CsiDriver,
  type CsiStorageCapacity,
  classOf,
  noProvisioner,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  topologyAllows,
  volumeFitsNode,
} from '#shared/kube/storage.ts';
import type { Node } from '#shared/kube/types.ts';
import type { Offer, PodClaims, StorageView } from './claims.ts';

export const reasonNodeConflict = "node(s) didn't match PersistentVolume's node affinity";
export const reasonBindConflict = "node(s) didn't find available persistent volumes to bind";
export const reasonNoSpace = 'node(s) did not have enough free storage';
export const reasonVolumeGone = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** What has to be bound and provisioned for the pod to run on a node. Models PodVolumes. */
export interface NodeVolumes {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

const nothing: NodeVolumes = { bindings: [], provisions: [] };

/** Volumes for the pod on one node, or the reasons why there are none; an error when a class has vanished. Models volumeBinder.FindPodVolumes. */
export function findVolumes(
  view: StorageView,
  claims: PodClaims,
  node: Node,
): NodeVolumes | { reasons: string[] } | { error: string } {
  const reasons: string[] = [];
  let gone = false;
  for (const claim of claims.bound) {
    const volume = view.volume(claim.spec.volumeName ?? '');
    if (volume === undefined) gone = true;
    else if (volumeFitsNode(volume, node.metadata.labels)) continue;
    else reasons.push(reasonNodeConflict);
    break;
  }
  let found = nothing;
  if (claims.delayed.length > 0) {
    const answer = findForUnbound(view, claims.delayed, node);
    if ('error' in answer) return answer;
    if ('reason' in answer) reasons.push(answer.reason);
    else found = answer;
  }
  if (gone) reasons.push(reasonVolumeGone);
  return reasons.length > 0 ? { reasons } : found;
}

function findForUnbound(
  view: StorageView,
  offers: readonly Offer[],
  node: Node,
): NodeVolumes | { reason: string } | { error: string } {
  const provisions: PersistentVolumeClaim[] = [];
  const open: Offer[] = [];
  for (const offer of offers) {
    const selected = annotationOf(offer.claim, annSelectedNode);
    if (selected === undefined) open.push(offer);
    else if (selected === node.metadata.name) provisions.push(offer.claim);
    else return { reason: reasonBindConflict };
  }
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const chosen = new Set<string>();
  for (const offer of open) {
    const volume = pick(offer, node, chosen);
    if (volume === undefined) {
      provisions.push(offer.claim);
      continue;
    }
    chosen.add(volume.metadata.name);
    bindings.push({ claim: offer.claim, volume });
  }
  for (const claim of provisions) {
    const fault = provisionFault(view, claim, node);
    if (fault !== undefined) return fault;
  }
  return { bindings, provisions };
}

/** The volume that is reserved for the claim, if it can be used here; else the smallest free one that can. Models FindMatchingVolume. */
function pick({ reserved, free }: Offer, node: Node, chosen: ReadonlySet<string>): PersistentVolume | undefined {
  const { labels } = node.metadata;
  if (reserved !== undefined && !chosen.has(reserved.metadata.name))
    return volumeFitsNode(reserved, labels) ? reserved : undefined;
  return free.find((volume) => !chosen.has(volume.metadata.name) && volumeFitsNode(volume, labels));
}

/** Why a volume for the claim cannot be made for this node. Models volumeBinder.checkVolumeProvisions. */
function provisionFault(
  view: StorageView,
  claim: PersistentVolumeClaim,
  node: Node,
): { reason: string } | { error: string } | undefined {
  const className = classOf(claim);
  if (className === '') return { error: `no class for claim "${claim.metadata.namespace}/${claim.metadata.name}"` };
  const one = view.get('StorageClass', '', className) as StorageClass | undefined;
  if (one === undefined) return { error: `failed to find storage class ${JSON.stringify(className)}` };
  if (!one.provisioner || one.provisioner === noProvisioner) return { reason: reasonBindConflict };
  if (!topologyAllows(one, node.metadata.labels)) return { reason: reasonBindConflict };
  return hasSpace(view, one, claim, node) ? undefined : { reason: reasonNoSpace };
}

/** Only drivers that publish their capacity are asked. Models volumeBinder.hasEnoughCapacity. */
function hasSpace(view: StorageView, one: StorageClass, claim: PersistentVolumeClaim, node: Node): boolean {
  const request = claim.spec.resources?.requests?.storage;
  const driver = view.get('CSIDriver', '', one.provisioner) as CsiDriver | undefined;
  if (request === undefined || driver?.spec?.storageCapacity !== true) return true;
  const bytes = value(request);
  return (view.list('CSIStorageCapacity') as readonly CsiStorageCapacity[]).some((capacity) => {
    const limit = volumeLimit(capacity);
    if (capacity.storageClassName !== one.metadata.name || limit === undefined || limit < bytes) return false;
    return matchLabelSelector(capacity.nodeTopology, node.metadata.labels);
  });
}

/** Largest volume a capacity object allows, in bytes; undefined when it says nothing. Models volumeLimit. */
export function volumeLimit({ capacity, maximumVolumeSize }: CsiStorageCapacity): number | undefined {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? undefined : value(limit);
}

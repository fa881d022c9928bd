import {
  type CsiNode,
  claimNameOf,
  classOf,
  ownershipFault,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  type VolumeAttachment,
} from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ObjectSource } from '../../framework/plugin.ts';
import { errorStatus, type PluginStatus, unresolvable } from '../../framework/status.ts';
import { driverOfProvisioner, inlineSource, migrationIsOn, sourceOf } from './migration.ts';

/** Names of volumes with the driver that attaches each. A volume that several pods mount is one. */
export type AttachableVolumes = Map<string, string>;

/**
 * Adds the volumes of a pod that a CSI driver attaches. Claims of a new pod must exist; those of running pods that do not are not counted.
 * Models CSILimits.filterAttachableVolumes.
 */
export function collectAttachable(
  objects: ObjectSource,
  pod: Pod,
  node: CsiNode | undefined,
  isNew: boolean,
  into: AttachableVolumes,
): PluginStatus | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) {
      const source = inlineSource(volume);
      if (source !== undefined && migrationIsOn(node, source.plugin))
        into.set(`${source.driver}/${source.handle}`, source.driver);
      continue;
    }
    if (name === '') return errorStatus('PersistentVolumeClaim had no name');
    const namespace = pod.metadata.namespace ?? '';
    const claim = objects.get('PersistentVolumeClaim', namespace, name) as PersistentVolumeClaim | undefined;
    if (claim === undefined) {
      if (!isNew) continue;
      return unresolvable(`looking up PVC ${namespace}/${name}: persistentvolumeclaim ${JSON.stringify(name)} not found`);
    }
    const fault = volume.ephemeral === undefined ? undefined : ownershipFault(pod, claim);
    if (fault !== undefined) return errorStatus(fault);
    const source = claimSource(objects, claim, node);
    if (source !== undefined) into.set(`${source.driver}/${source.handle}`, source.driver);
  }
  return undefined;
}

/** Driver and handle behind a claim: its volume's, or what its class would provision. Models getCSIDriverInfo and getCSIDriverInfoFromSC. */
function claimSource(objects: ObjectSource, claim: PersistentVolumeClaim, node: CsiNode | undefined) {
  const name = claim.spec.volumeName;
  const volume = name ? (objects.get('PersistentVolume', '', name) as PersistentVolume | undefined) : undefined;
  if (volume !== undefined) return sourceOf(volume, node);
  const className = classOf(claim);
  const storageClass = className === '' ? undefined : (objects.get('StorageClass', '', className) as StorageClass | undefined);
  if (storageClass === undefined) return undefined;
  // No volume yet, so a handle that no other can have stands for it.
  const handle = `unbound-${claim.metadata.namespace}/${claim.metadata.name}`;
  return { driver: driverOfProvisioner(storageClass.provisioner, node), handle };
}

/** Adds the volume of an attachment to that node, whether or not a pod still uses it. Models getNodeVolumeAttachmentInfo. */
export function attachedByName(
  objects: ObjectSource,
  attachment: VolumeAttachment,
  nodeName: string,
  into: AttachableVolumes,
): void {
  // Attachments are stored as they come: nothing has checked them.
  const { attacher, source, nodeName: on } = attachment.spec ?? {};
  if (on !== nodeName || !attacher || !source?.persistentVolumeName) return;
  const volume = objects.get('PersistentVolume', '', source.persistentVolumeName) as PersistentVolume | undefined;
  const handle = volume?.spec.csi?.volumeHandle;
  if (handle !== undefined) into.set(`${attacher}/${handle}`, attacher);
}

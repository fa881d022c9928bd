import type { PodVolume } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';

/** Whether a volume names a disk that other pods may be kept from. Models needsRestrictionsCheck. */
export function isRestricted(volume: PodVolume): boolean {
  return (
    volume.gcePersistentDisk !== undefined ||
    volume.awsElasticBlockStore !== undefined ||
    volume.rbd !== undefined ||
    volume.iscsi !== undefined
  );
}

/** Two mounts of one disk get along only when both read. */
const bothRead = (a: { readOnly?: boolean }, b: { readOnly?: boolean }) => a.readOnly === true && b.readOnly === true;

/** Pool and image as they are without defaulting. */
const pool = ({ pool: name }: { pool?: string }) => name || 'rbd';

function conflict(wanted: PodVolume, held: PodVolume): boolean {
  if (wanted.gcePersistentDisk !== undefined && held.gcePersistentDisk !== undefined) {
    const [a, b] = [wanted.gcePersistentDisk, held.gcePersistentDisk];
    if (a.pdName === b.pdName && !bothRead(a, b)) return true;
  }
  if (wanted.awsElasticBlockStore !== undefined && held.awsElasticBlockStore?.volumeID === wanted.awsElasticBlockStore.volumeID)
    return true;
  if (wanted.iscsi !== undefined && held.iscsi !== undefined) {
    if (wanted.iscsi.iqn === held.iscsi.iqn && !bothRead(wanted.iscsi, held.iscsi)) return true;
  }
  if (wanted.rbd !== undefined && held.rbd !== undefined) {
    const [a, b] = [wanted.rbd, held.rbd];
    const others: readonly string[] = b.monitors ?? [];
    const shared = (a.monitors ?? []).some((monitor) => others.includes(monitor));
    if (shared && pool(a) === pool(b) && a.image === b.image && !bothRead(a, b)) return true;
  }
  return false;
}

/** Whether a disk cannot be mounted beside what the pod mounts. Amazon's disks never can. Models isVolumeConflict. */
export function volumesConflict(wanted: PodVolume, pod: Pod): boolean {
  return pod.spec.volumes?.some((held) => conflict(wanted, held)) ?? false;
}

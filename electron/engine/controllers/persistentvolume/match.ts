import { compareStrings } from '#shared/core/compare.ts';
import {
  classOf,
  hasAccessModes,
  isBoundTo,
  isCandidate,
  isFree,
  type PersistentVolume,
  type PersistentVolumeClaim,
  requestedStorage,
  smallest,
  storageOf,
} from '#shared/kube/storage.ts';

/** Access modes as one text, in the order in which upstream prints them. */
function modesKey(volume: PersistentVolume): string {
  const offered = volume.spec.accessModes ?? [];
  return ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
    .filter((mode) => offered.includes(mode))
    .join(',');
}

/**
 * The volume a claim should be bound to, without a node in mind: the one reserved for it, else the smallest free one among those with the fewest
 * access modes. Claims that wait for a pod (`delayed`) only get a reserved one. Models persistentVolumeOrderedIndex.findByClaim and FindMatchingVolume.
 */
export function bestVolume(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
  delayed: boolean,
): PersistentVolume | undefined {
  const groups = new Map<string, PersistentVolume[]>();
  for (const volume of volumes) {
    if (!hasAccessModes(volume, claim) || !isCandidate(volume, claim)) continue;
    const key = modesKey(volume);
    const group = groups.get(key) ?? [];
    group.push(volume);
    groups.set(key, group);
  }
  const size = (key: string) => key.split(',').length;
  for (const key of [...groups.keys()].sort((a, b) => size(a) - size(b) || compareStrings(a, b))) {
    const group = groups.get(key) ?? [];
    const reserved = group.find((volume) => isBoundTo(volume, claim));
    if (reserved !== undefined) return reserved;
    const best = delayed ? undefined : smallest(group.filter((volume) => isFree(volume, claim)));
    if (best !== undefined) return best;
  }
  return undefined;
}

/** Why a claim cannot have the volume it names; undefined when it can. Models checkVolumeSatisfyClaim. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined)
    return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`;
  if (storageOf(volume.spec.capacity) < requestedStorage(claim)) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if ((volume.spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? ''))
    return 'volumeAttributesClassName does not match';
  if ((volume.spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode';
  return hasAccessModes(volume, claim) ? undefined : 'incompatible accessMode';
}

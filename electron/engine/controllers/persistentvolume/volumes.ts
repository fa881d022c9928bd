import { annotationOf, annProvisionedBy, type PersistentVolume, type PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { Lister } from '../../client/types.ts';
import { deleterOf } from './plugins.ts';
import { type RecyclerTools, recycle } from './recycler.ts';

/** What the steps for volumes work with. */
export interface VolumeTools extends RecyclerTools {
  readonly claims: Lister<PersistentVolumeClaim>;
  /** Has a claim looked at. */
  enqueueClaim(namespace: string, name: string): void;
}

/** Brings one volume forward; false when a write failed. Models PersistentVolumeController.syncVolume. */
export function syncVolume(tools: VolumeTools, volume: PersistentVolume): boolean {
  const { writer, claims } = tools;
  const reference = volume.spec.claimRef;
  if (reference === undefined || !reference.uid) return writer.volumePhase(volume, 'Available') !== undefined;
  const found = claims.get(reference.namespace ?? '', reference.name ?? '');
  const claim = found?.metadata.uid === reference.uid ? found : undefined;
  if (claim === undefined) return release(tools, volume);
  if (!claim.spec.volumeName) {
    if ((claim.spec.volumeMode ?? 'Filesystem') !== (volume.spec.volumeMode ?? 'Filesystem'))
      return wrongMode(tools, volume, claim);
    // The claim's own turn completes what somebody began by reserving the volume for it.
    tools.enqueueClaim(claim.metadata.namespace ?? '', claim.metadata.name);
    return true;
  }
  if (claim.spec.volumeName === volume.metadata.name) return writer.volumePhase(volume, 'Bound') !== undefined;
  const provisioned = annotationOf(volume, annProvisionedBy) !== undefined;
  if (provisioned && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return release(tools, volume);
  return writer.unbind(volume) !== undefined;
}

/** A volume reserved for a claim of the other volume mode is never bound to it. */
function wrongMode({ events }: VolumeTools, volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const why = 'due to incompatible volumeMode.';
  const [forVolume, forClaim] = [JSON.stringify(claim.metadata.name), JSON.stringify(volume.metadata.name)];
  events.event(
    volume,
    'Warning',
    'VolumeMismatch',
    `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${forVolume} ${why}`,
  );
  events.event(
    claim,
    'Warning',
    'VolumeMismatch',
    `Cannot bind PersistentVolume ${forClaim} to requested PersistentVolumeClaim ${why}`,
  );
  return true;
}

/** The claim is gone: what happens to the volume is its reclaim policy's business, which is tried again for as long as it fails. Models reclaimVolume. */
function release(tools: VolumeTools, given: PersistentVolume): boolean {
  const { phase } = given.status ?? {};
  const volume = phase === 'Released' || phase === 'Failed' ? given : tools.writer.volumePhase(given, 'Released');
  if (volume === undefined) return false;
  const { persistentVolumeReclaimPolicy: policy } = volume.spec;
  if (policy === 'Recycle') return recycle(tools, volume);
  return policy === 'Delete' ? remove(tools, volume) : true;
}

/** Models deleteVolumeOperation. */
function remove({ client, writer, events }: VolumeTools, volume: PersistentVolume): boolean {
  if (volume.metadata.deletionTimestamp !== undefined) return true;
  const deleter = deleterOf(volume);
  if (deleter.by === 'driver') return true;
  if (deleter.by === 'nobody') return writer.failed(events, volume, 'VolumeFailedDelete', deleter.fault);
  const answer = client.delete({ kind: 'PersistentVolume', namespace: '', name: volume.metadata.name });
  return answer.ok || answer.error.reason === 'NotFound';
}

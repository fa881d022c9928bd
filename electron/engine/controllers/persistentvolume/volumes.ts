import { annotationOf, annProvisionedBy, type PersistentVolume, type PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { Client, EventRecorder, Lister } from '../../client/types.ts';
import type { StorageWriter } from './writes.ts';

/** What the steps for volumes work with. */
export interface VolumeTools {
  readonly client: Client;
  readonly writer: StorageWriter;
  readonly events: EventRecorder;
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
    // The claim's own turn completes what somebody began by reserving the volume for it.
    tools.enqueueClaim(claim.metadata.namespace ?? '', claim.metadata.name);
    return true;
  }
  if (claim.spec.volumeName === volume.metadata.name) return writer.volumePhase(volume, 'Bound') !== undefined;
  const provisioned = annotationOf(volume, annProvisionedBy) !== undefined;
  if (provisioned && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return release(tools, volume);
  return writer.unbind(volume) !== undefined;
}

/** The claim is gone: what happens to the volume is its reclaim policy's business. Models reclaimVolume. */
function release({ client, writer, events }: VolumeTools, given: PersistentVolume): boolean {
  const { phase } = given.status ?? {};
  const volume = phase === 'Released' || phase === 'Failed' ? given : writer.volumePhase(given, 'Released');
  if (volume === undefined) return false;
  const { persistentVolumeReclaimPolicy: policy, hostPath } = volume.spec;
  // Volumes of drivers are deleted by their provisioners; of the built-in ones only hostPath knows how.
  if (policy !== 'Delete' || hostPath === undefined || volume.status?.phase === 'Failed') return true;
  const { name } = volume.metadata;
  if (/^\/tmp\/.+/.test(hostPath.path)) {
    const answer = client.delete({ kind: 'PersistentVolume', namespace: '', name });
    return answer.ok || answer.error.reason === 'NotFound';
  }
  const fault = `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`;
  if (writer.volumePhase(volume, 'Failed', fault) === undefined) return false;
  events.event(volume, 'Warning', 'VolumeFailedDelete', fault);
  return true;
}

import { deepEqual } from '#shared/core/json.ts';
import {
  annBindCompleted,
  annBoundByController,
  annotated,
  annotationOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  reservedFor,
} from '#shared/kube/storage.ts';
import type { Client, ComponentContext, EventRecorder } from '../../client/types.ts';

/** Writes of the binder. Each answers the stored object, or undefined when the API refused: the item is tried again then. */
export interface StorageWriter {
  volumePhase(volume: PersistentVolume, phase: string, message?: string): PersistentVolume | undefined;
  claimPhase(
    claim: PersistentVolumeClaim,
    phase: 'Pending' | 'Bound' | 'Lost',
    volume?: PersistentVolume,
  ): PersistentVolumeClaim | undefined;
  /** All four steps of a binding, as far as they are still to be done. */
  bind(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean;
  /** Marks a volume as Failed and tells of it once. False when the write failed. Models updateVolumePhaseWithEvent. */
  failed(events: EventRecorder, volume: PersistentVolume, reason: string, message: string): boolean;
  /** Takes back a reservation; one that the user made keeps its name. */
  unbind(volume: PersistentVolume): PersistentVolume | undefined;
}

/** Writer that acts as `user`. */
export function createStorageWriter(ctx: ComponentContext, client: Client): StorageWriter {
  const volumePhase: StorageWriter['volumePhase'] = (volume, phase, message) => {
    const { message: _old, ...status } = volume.status ?? {};
    const told = { ...status, phase, ...(message === undefined ? {} : { message }) };
    if (volume.status?.phase === phase && deepEqual(volume.status, told)) return volume;
    const changed = volume.status?.phase === phase ? told : { ...told, lastPhaseTransitionTime: ctx.clock.timestamp() };
    const answer = client.updateStatus({ ...volume, status: changed });
    return answer.ok ? answer.value : undefined;
  };
  const claimPhase: StorageWriter['claimPhase'] = (claim, phase, volume) => {
    const { accessModes: _modes, capacity: _capacity, ...rest } = claim.status ?? {};
    const grown = claim.status?.phase === 'Bound' ? claim.status.capacity : undefined;
    const capacity = grown ?? volume?.spec.capacity;
    const attributes = volume !== undefined && claim.status?.phase !== phase ? volume.spec.volumeAttributesClassName : undefined;
    const status = {
      ...rest,
      phase,
      ...(attributes === undefined ? {} : { currentVolumeAttributesClassName: attributes }),
      ...(volume?.spec.accessModes === undefined ? {} : { accessModes: volume.spec.accessModes }),
      ...(volume === undefined || capacity === undefined ? {} : { capacity }),
    };
    if (deepEqual(status, claim.status)) return claim;
    const answer = client.updateStatus({ ...claim, status });
    return answer.ok ? answer.value : undefined;
  };
  const bind: StorageWriter['bind'] = (volume, claim) => {
    const reserved = reservedFor(volume, claim);
    const answer = reserved === volume ? volume : stored(client.update(reserved));
    const bound = answer && volumePhase(answer, 'Bound');
    const sealed = bound && sealClaim(client, claim, bound);
    return sealed !== undefined && claimPhase(sealed, 'Bound', bound) !== undefined;
  };
  const unbind: StorageWriter['unbind'] = (volume) => {
    const { claimRef, ...spec } = volume.spec;
    const byUs = annotationOf(volume, annBoundByController) !== undefined;
    const { uid: _uid, ...kept } = claimRef ?? {};
    const freed = annotated({ ...volume, spec: byUs ? spec : { ...spec, claimRef: kept } }, annBoundByController, undefined);
    const answer = stored(client.update(freed));
    return answer && volumePhase(answer, 'Available');
  };
  const failed: StorageWriter['failed'] = (events, volume, reason, message) => {
    if (volume.status?.phase === 'Failed') return true;
    const answer = volumePhase(volume, 'Failed', message);
    if (answer !== undefined) events.event(answer, 'Warning', reason, message);
    return answer !== undefined;
  };
  return { volumePhase, claimPhase, bind, failed, unbind };
}

function stored<T>(answer: { ok: true; value: T } | { ok: false }): T | undefined {
  return answer.ok ? answer.value : undefined;
}

/** Names the volume in the claim and marks the binding as complete. Models bindClaimToVolume. */
function sealClaim(client: Client, claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim | undefined {
  const { name } = volume.metadata;
  const named = claim.spec.volumeName === name;
  if (named && annotationOf(claim, annBindCompleted) !== undefined) return claim;
  const byUs = named ? claim : annotated({ ...claim, spec: { ...claim.spec, volumeName: name } }, annBoundByController, 'yes');
  return stored(client.update(annotated(byUs, annBindCompleted, 'yes')));
}

import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';

type ClaimStatus = NonNullable<PersistentVolumeClaim['status']>;
type ClaimCondition = NonNullable<ClaimStatus['conditions']>[number];

/** Steps of an enlargement as `status.allocatedResourceStatuses.storage` names them. */
export type ResizeStep = 'ControllerResizeInProgress' | 'NodeResizePending' | 'NodeResizeInProgress';

/** What a driver asks of the person who waits for the file system to grow. */
export const WAITING_FOR_NODE = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

/** Whether a volume is reserved for exactly this claim. */
export function isHeldBy(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { namespace, uid } = volume.spec.claimRef ?? {};
  return uid !== undefined && uid === claim.metadata.uid && namespace === claim.metadata.namespace;
}

/** Step of the enlargement a claim is in; undefined when it is in none. */
export function resizeStep(claim: PersistentVolumeClaim): string | undefined {
  return claim.status?.allocatedResourceStatuses?.storage;
}

/** The claim with its enlargement at `step`: what is being allocated, and the condition that tells of it since `now`. */
export function atStep(claim: PersistentVolumeClaim, step: ResizeStep, size: string, now: string): PersistentVolumeClaim {
  const { status = {} } = claim;
  const pending = step === 'NodeResizePending';
  const type = pending ? 'FileSystemResizePending' : 'Resizing';
  const old = status.conditions?.find((one) => one.type === type);
  const changed: ClaimCondition = {
    type,
    status: 'True',
    lastProbeTime: null as never,
    lastTransitionTime: old?.lastTransitionTime ?? (now as never),
    ...(pending ? { message: WAITING_FOR_NODE } : {}),
  };
  return {
    ...claim,
    status: {
      ...status,
      allocatedResources: { ...status.allocatedResources, storage: size },
      allocatedResourceStatuses: { ...status.allocatedResourceStatuses, storage: step },
      conditions: [...others(claim), changed],
    },
  };
}

/** The claim with its new size, the enlargement over. Models MarkResizeFinished and MarkFSResizeFinished. */
export function enlarged(claim: PersistentVolumeClaim, size: string): PersistentVolumeClaim {
  const { conditions: _conditions, allocatedResourceStatuses, ...status } = claim.status ?? {};
  const { storage: _step, ...left } = allocatedResourceStatuses ?? {};
  const kept = others(claim);
  return {
    ...claim,
    status: {
      ...status,
      capacity: { ...status.capacity, storage: size },
      ...(Object.keys(left).length === 0 ? {} : { allocatedResourceStatuses: left }),
      ...(kept.length === 0 ? {} : { conditions: kept }),
    },
  };
}

/** Conditions that have nothing to do with the size. */
function others(claim: PersistentVolumeClaim): ClaimCondition[] {
  return (claim.status?.conditions ?? []).filter(({ type }) => type !== 'Resizing' && type !== 'FileSystemResizePending');
}

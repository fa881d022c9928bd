import {
  annotated,
  annotationOf,
  claimNameOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  requestedStorage,
  storageOf,
} from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Client, Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { podsByClaim } from '../common/podsByClaim.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';
import { atStep, enlarged, isHeldBy, resizeStep } from './claims.ts';

const NAME = 'csi-resizer';
const annPreResize = 'volume.alpha.kubernetes.io/pre-resize-capacity';

/**
 * Stands in for the resizers of all drivers, and for the kubelets where a file system has to grow:
 *
 *     request raised -> ControllerResizeInProgress --volume larger--> NodeResizePending --a pod runs with it--> new capacity
 *                                                  --block volume-------------------------------------------> new capacity
 *
 * The driver and the node each take `provisionMs`. Models kubernetes-csi/external-resizer with RecoverVolumeExpansionFailure and the kubelet's
 * NodeExpandVolume.
 */
export function createResizer(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const claims = storageInformer<PersistentVolumeClaim>(ctx, 'PersistentVolumeClaim');
  const volumes = storageInformer<PersistentVolume>(ctx, 'PersistentVolume');
  const pods = ctx.informer('Pod');
  const users = podsByClaim(ctx);
  /** Virtual time at which the work under way on a claim is done, and which work that is. */
  const due = new Map<string, { step: string; ms: number }>();

  /** True once the time that a step takes is over; begins to count at the first call. */
  const isDone = (key: string, step: string): boolean => {
    const known = due.get(key);
    if (known?.step !== step) {
      due.set(key, { step, ms: ctx.clock.nowMs + ctx.config.storage.provisionMs });
      queue.addAfter(key, ctx.config.storage.provisionMs);
      return false;
    }
    if (known.ms > ctx.clock.nowMs) return false;
    due.delete(key);
    return true;
  };
  const controller = (key: string, claim: PersistentVolumeClaim, volume: PersistentVolume): boolean => {
    const events = ctx.recorder(`external-resizer ${volume.spec.csi?.driver}`);
    const size = String(claim.spec.resources?.requests?.storage);
    if (resizeStep(claim) !== 'ControllerResizeInProgress') {
      const begun = client.updateStatus(atStep(claim, 'ControllerResizeInProgress', size, ctx.clock.timestamp()));
      if (begun.ok) events.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
      return begun.ok;
    }
    if (!isDone(key, 'controller')) return true;
    const onNode = claim.spec.volumeMode !== 'Block';
    const larger = client.update(enlargedVolume(volume, size, onNode));
    if (!larger.ok) return false;
    const next = onNode ? atStep(claim, 'NodeResizePending', size, ctx.clock.timestamp()) : enlarged(claim, size);
    const answer = client.updateStatus(next);
    if (!answer.ok) return false;
    if (onNode) events.event(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
    else events.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
    return true;
  };
  const node = (key: string, claim: PersistentVolumeClaim, volume: PersistentVolume): boolean => {
    const pod = users.of(claim.metadata.namespace ?? '', claim.metadata.name).find(isRunning);
    if (pod === undefined) {
      due.delete(key);
      return true;
    }
    if (!isDone(key, 'node')) return true;
    const size = claim.status?.allocatedResources?.storage ?? String(volume.spec.capacity?.storage);
    const answer = client.updateStatus(enlarged(claim, size));
    if (!answer.ok) return false;
    const kubelet = ctx.recorder('kubelet');
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${pod.spec.nodeName}`;
    for (const about of [pod, claim]) kubelet.event(about, 'Normal', 'FileSystemResizeSuccessful', message);
    return true;
  };
  const sync = (key: string): boolean => {
    const { namespace, name } = splitKey(key);
    const claim = claims.lister.get(namespace, name);
    const volume = volumes.lister.get('', claim?.spec.volumeName ?? '');
    if (claim === undefined || volume === undefined || !isOurs(claim, volume)) {
      due.delete(key);
      return true;
    }
    const grows = requestedStorage(claim) > storageOf(claim.status?.capacity);
    const pending = resizeStep(claim) === 'NodeResizePending';
    // A request that was raised again while the node's turn had not come goes to the driver first.
    if (grows && !(pending && storageOf(volume.spec.capacity) >= requestedStorage(claim))) return controller(key, claim, volume);
    if (pending) return node(key, claim, volume);
    due.delete(key);
    return grows || settle(client, volume);
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    if (sync(key)) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const onClaim = (claim: PersistentVolumeClaim) => {
    const wants = requestedStorage(claim) > storageOf(claim.status?.capacity);
    if (claim.status?.phase === 'Bound' && (wants || resizeStep(claim) !== undefined)) queue.add(queueKey(claim));
  };
  const onPod = (pod: Pod) => {
    for (const one of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, one);
      const claim = name === undefined ? undefined : claims.lister.get(pod.metadata.namespace ?? '', name);
      if (claim !== undefined) onClaim(claim);
    }
  };
  const component = lifecycle(NAME, queue, () => [
    users.follow(),
    claims.subscribe(
      {
        onAdd: onClaim,
        onUpdate: (before, after) => {
          onClaim(after);
          if (resizeStep(before) !== undefined && resizeStep(after) === undefined) queue.add(queueKey(after));
        },
      },
      { replay: true },
    ),
    pods.subscribe({
      onUpdate: (before, after) => {
        if (after.status.phase === 'Running' && before.status.phase !== 'Running') onPod(after);
      },
    }),
  ]);
  return {
    ...component,
    stop() {
      due.clear();
      component.stop();
    },
  };
}

/** Whether the volume is one that a driver made or serves, and the claim's own. */
function isOurs(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return volume.spec.csi !== undefined && claim.status?.phase === 'Bound' && isHeldBy(volume, claim);
}

function isRunning(pod: Pod): boolean {
  return !!pod.spec.nodeName && pod.status.phase === 'Running';
}

/** The volume as its driver has enlarged it; what it had before is noted where a node has still to do its part. */
function enlargedVolume(volume: PersistentVolume, size: string, onNode: boolean): PersistentVolume {
  const before = String(volume.spec.capacity?.storage ?? '');
  const larger = { ...volume, spec: { ...volume.spec, capacity: { ...volume.spec.capacity, storage: size } } };
  if (!onNode || annotationOf(volume, annPreResize) !== undefined) return larger;
  return annotated(larger, annPreResize, before);
}

/** Takes the note of the former size off a volume whose claim has the new one. */
function settle(client: Client, volume: PersistentVolume): boolean {
  return annotationOf(volume, annPreResize) === undefined || client.update(annotated(volume, annPreResize, undefined)).ok;
}

import { claimNameOf, ownershipFault, type PersistentVolume, type PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { podsByClaim } from '../common/podsByClaim.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';

const NAME = 'volume-protection-controller';
const PV_PROTECTION = 'kubernetes.io/pv-protection';
const PVC_PROTECTION = 'kubernetes.io/pvc-protection';

/**
 * Whether a placed pod keeps a claim from going: one that names it does for as long as it exists, even when it has ended; one that the claim was made
 * for does until the kubelet is done with it. Models podUsesPVC.
 */
function holds(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const shutDown = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (claimNameOf(pod, volume) !== claim.metadata.name) return false;
    return volume.persistentVolumeClaim !== undefined || (!shutDown && ownershipFault(pod, claim) === undefined);
  });
}

/**
 * Lets deleted claims go once no pod that was placed uses them, and deleted volumes once they are not bound. Models
 * pkg/controller/volume/pvcprotection and pvprotection.
 */
export function createVolumeProtection(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const claims = storageInformer<PersistentVolumeClaim>(ctx, 'PersistentVolumeClaim');
  const volumes = storageInformer<PersistentVolume>(ctx, 'PersistentVolume');
  const pods = ctx.informer('Pod');
  const users = podsByClaim(ctx);

  const isUsed = (claim: PersistentVolumeClaim) =>
    pods.lister.list(claim.metadata.namespace ?? '').some((pod) => !!pod.spec.nodeName && holds(pod, claim));
  /** The object as long as it waits for its protection to be taken off. */
  const waiting = <T extends KubeObject>(object: T | undefined, finalizer: string): T | undefined =>
    object?.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true
      ? object
      : undefined;
  const release = (object: KubeObject, finalizer: string): boolean => {
    const { finalizers = [], ...metadata } = object.metadata;
    const left = finalizers.filter((one) => one !== finalizer);
    const answer = client.update({ ...object, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } });
    return answer.ok || answer.error.reason === 'NotFound';
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key.slice(key.indexOf(':') + 1));
    let done = true;
    if (key.startsWith('claim:')) {
      const claim = waiting(claims.lister.get(namespace, name), PVC_PROTECTION);
      if (claim !== undefined && !isUsed(claim)) done = release(claim, PVC_PROTECTION);
    } else {
      const volume = waiting(volumes.lister.get('', name), PV_PROTECTION);
      if (volume !== undefined && volume.status?.phase !== 'Bound') done = release(volume, PV_PROTECTION);
    }
    if (done) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const onClaim = (claim: PersistentVolumeClaim) => {
    if (waiting(claim, PVC_PROTECTION) !== undefined) queue.add(`claim:${queueKey(claim)}`);
  };
  const onVolume = (volume: PersistentVolume) => {
    if (waiting(volume, PV_PROTECTION) !== undefined) queue.add(`volume:${queueKey(volume)}`);
  };
  const onPodGone = (pod: Pod) => {
    for (const one of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, one);
      const claim = name === undefined ? undefined : claims.lister.get(pod.metadata.namespace ?? '', name);
      if (claim !== undefined) onClaim(claim);
    }
  };
  return lifecycle(NAME, queue, () => [
    users.follow(),
    claims.subscribe({ onAdd: onClaim, onUpdate: (_before, after) => onClaim(after) }, { replay: true }),
    volumes.subscribe({ onAdd: onVolume, onUpdate: (_before, after) => onVolume(after) }, { replay: true }),
    pods.subscribe({
      onUpdate: (before, after) => {
        const ends = after.metadata.deletionGracePeriodSeconds === 0 && before.metadata.deletionGracePeriodSeconds !== 0;
        if (ends) onPodGone(after);
      },
      onDelete: onPodGone,
    }),
  ]);
}

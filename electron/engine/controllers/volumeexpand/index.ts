import { type PersistentVolume, type PersistentVolumeClaim, requestedStorage, storageOf } from '#shared/kube/storage.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';
import { isHeldBy } from './claims.ts';

const NAME = 'volume_expand';

/**
 * Tells of claims that ask for more than they have: no plugin is left in the tree that could enlarge a volume, so each waits for its driver's resizer.
 * Models pkg/controller/volume/expand.
 */
export function createVolumeExpandController(ctx: ComponentContext): Component {
  const events = ctx.recorder(NAME);
  const claims = storageInformer<PersistentVolumeClaim>(ctx, 'PersistentVolumeClaim');
  const volumes = storageInformer<PersistentVolume>(ctx, 'PersistentVolume');
  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const claim = claims.lister.get(namespace, name);
    if (claim === undefined) return;
    const volume = volumes.lister.get('', claim.spec.volumeName ?? '');
    if (volume === undefined || !isHeldBy(volume, claim)) {
      retries.failed(key);
      return;
    }
    retries.forget(key);
    if (requestedStorage(claim) > storageOf(claim.status?.capacity))
      events.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
  });
  const retries = retrying(queue);
  const enqueue = (claim: PersistentVolumeClaim) => {
    if (claim.status?.phase === 'Bound') queue.add(queueKey(claim));
  };
  return lifecycle(NAME, queue, () => [
    claims.subscribe(
      {
        onAdd: enqueue,
        onUpdate: (before, after) => {
          const grown = storageOf(after.status?.capacity) > storageOf(before.status?.capacity);
          if (requestedStorage(after) > requestedStorage(before) || grown) enqueue(after);
        },
      },
      { replay: true },
    ),
  ]);
}

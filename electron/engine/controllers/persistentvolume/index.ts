import { compareStrings } from '#shared/core/compare.ts';
import {
  annBindCompleted,
  annotationOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from '#shared/kube/storage.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import type { TimerHandle } from '../../sim/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';
import { syncClaim } from './claims.ts';
import { syncVolume } from './volumes.ts';
import { createStorageWriter } from './writes.ts';

const NAME = 'persistentvolume-controller';

/**
 * Binds claims to volumes and keeps the phases of both. Claims that could not be bound are looked at again every `resyncMs`, as upstream does: a new
 * volume alone wakes no claim.
 *
 *     claim:  Pending --bind--> Bound --volume gone--> Lost
 *     volume: Available --bind--> Bound --claim gone--> Released (or deleted, or Failed)
 *
 * Models pkg/controller/volume/persistentvolume.
 */
export function createPersistentVolumeController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const writer = createStorageWriter(ctx, client);
  const events = ctx.recorder(NAME);
  const claims = storageInformer<PersistentVolumeClaim>(ctx, 'PersistentVolumeClaim');
  const volumes = storageInformer<PersistentVolume>(ctx, 'PersistentVolume');
  const classes = storageInformer<StorageClass>(ctx, 'StorageClass');
  const enqueueClaim = (namespace: string, name: string) => queue.add(`claim:${namespace}/${name}`);
  const enqueueVolume = (name: string) => queue.add(`volume:/${name}`);
  const claimTools = { ctx, client, writer, events, volumes: volumes.lister, classes: classes.lister };
  const volumeTools = { client, writer, events, claims: claims.lister, enqueueClaim };

  const sync = (key: string): boolean => {
    const cut = key.indexOf(':');
    const { namespace, name } = splitKey(key.slice(cut + 1));
    if (key.startsWith('claim:')) {
      const claim = claims.lister.get(namespace, name);
      return claim === undefined || syncClaim(claimTools, claim);
    }
    const volume = volumes.lister.get('', name);
    return volume === undefined || syncVolume(volumeTools, volume);
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    if (sync(key)) retries.forget(key);
    else retries.failed(key);
    resync.plan();
  });
  const retries = retrying(queue);
  /** Keys of claims that are not bound yet. */
  const open = new Set<string>();
  const track = (claim: PersistentVolumeClaim) => {
    if (annotationOf(claim, annBindCompleted) === undefined) open.add(queueKey(claim));
    else open.delete(queueKey(claim));
  };
  const resync = periodic(ctx, () => {
    for (const key of [...open].sort(compareStrings)) queue.add(`claim:${key}`);
    return open.size > 0;
  });
  const offer = () => {
    if (open.size > 0) resync.wake();
  };

  const onClaim = (claim: PersistentVolumeClaim) => {
    track(claim);
    queue.add(`claim:${queueKey(claim)}`);
  };
  const onVolume = (volume: PersistentVolume) => {
    enqueueVolume(volume.metadata.name);
    offer();
  };
  let unsubscribe: (() => void)[] | undefined;
  return {
    name: NAME,
    start() {
      if (unsubscribe !== undefined) return;
      queue.start();
      unsubscribe = [
        volumes.subscribe(
          {
            onAdd: onVolume,
            onUpdate: (_before, after) => onVolume(after),
            onDelete: ({ spec: { claimRef } }) => {
              if (claimRef?.name !== undefined) enqueueClaim(claimRef.namespace ?? '', claimRef.name);
            },
          },
          { replay: true },
        ),
        claims.subscribe(
          {
            onAdd: onClaim,
            onUpdate: (before, after) => {
              if (before.spec !== after.spec || before.metadata.annotations !== after.metadata.annotations) onClaim(after);
            },
            onDelete: (claim) => {
              open.delete(queueKey(claim));
              const { spec } = claim;
              if (spec.volumeName) enqueueVolume(spec.volumeName);
            },
          },
          { replay: true },
        ),
        classes.subscribe({ onAdd: offer, onUpdate: offer }),
      ];
    },
    stop() {
      for (const off of unsubscribe ?? []) off();
      unsubscribe = undefined;
      open.clear();
      resync.stop();
      queue.stop();
    },
    queued: () => queue.length,
  };
}

/** Periodic look at what is still open. */
interface Resync {
  /** Sees to it that the next look is due. It does not keep the cluster from being quiet. */
  plan(): void;
  /** Something came that may help: the cluster is not quiet before the next look. */
  wake(): void;
  stop(): void;
}

/** Looks on the multiples of `resyncMs`, for as long as `look` finds something open; without that no timer runs at all. */
function periodic(ctx: ComponentContext, look: () => boolean): Resync {
  let timer: { handle: TimerHandle; background: boolean } | undefined;
  const stop = () => {
    if (timer !== undefined) ctx.clock.cancel(timer.handle);
    timer = undefined;
  };
  const arm = (background: boolean) => {
    if (timer !== undefined && (background || !timer.background)) return;
    stop();
    const period = ctx.config.storage.resyncMs;
    const delayMs = period - (ctx.clock.nowMs % period);
    const task = () => {
      timer = undefined;
      if (look()) arm(true);
    };
    timer = { handle: ctx.clock.schedule(delayMs, `${NAME} resync`, task, { background }), background };
  };
  return { plan: () => arm(true), wake: () => arm(false), stop };
}

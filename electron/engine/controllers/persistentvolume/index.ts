import { compareStrings } from '#shared/core/compare.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import {
  annBindCompleted,
  annotationOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from '#shared/kube/storage.ts';
import type { KubeEvent, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext, EventRecorder, Lister } from '../../client/types.ts';
import type { TimerHandle } from '../../sim/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { podsByClaim } from '../common/podsByClaim.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';
import { syncClaim } from './claims.ts';
import { recycledVolume } from './recycler.ts';
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
  const users = podsByClaim(ctx);
  const claimTools = { users, client, writer, events, volumes: volumes.lister, classes: classes.lister };
  /** Volumes whose recycler pod was taken away while it ran. */
  const lost = new Set<string>();
  const volumeTools = { ctx, users, client, writer, events, lost, claims: claims.lister, enqueueClaim };

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
  /** Keys of what is looked at again: claims without their volume, volumes that could not be reclaimed yet. */
  const open = new Set<string>();
  const track = (key: string, isOpen: boolean) => {
    if (isOpen) open.add(key);
    else open.delete(key);
  };
  const resync = periodic(ctx, () => {
    for (const key of [...open].sort(compareStrings)) queue.add(key);
    return open.size > 0;
  });
  const offer = () => {
    if (open.size > 0) resync.wake();
  };

  const onClaim = (claim: PersistentVolumeClaim) => {
    const key = `claim:${queueKey(claim)}`;
    track(key, annotationOf(claim, annBindCompleted) === undefined || claim.status?.phase === 'Lost');
    queue.add(key);
  };
  const onVolume = (volume: PersistentVolume) => {
    track(`volume:/${volume.metadata.name}`, isUnfinished(volume));
    enqueueVolume(volume.metadata.name);
    offer();
  };
  /** A claim whose volume was taken from it by hand gets it back at the next look. */
  const onFreed = ({ spec: { claimRef } }: PersistentVolume, after: PersistentVolume) => {
    if (claimRef?.name !== undefined && after.spec.claimRef === undefined)
      open.add(`claim:${claimRef.namespace ?? ''}/${claimRef.name}`);
  };
  const recyclers = recyclerHandlers(ctx, events, lost, volumes.lister, enqueueVolume);
  let unsubscribe: (() => void)[] | undefined;
  return {
    name: NAME,
    start() {
      if (unsubscribe !== undefined) return;
      queue.start();
      unsubscribe = [
        users.follow(),
        volumes.subscribe(
          {
            onAdd: onVolume,
            onUpdate: (before, after) => {
              onFreed(before, after);
              onVolume(after);
            },
            onDelete: ({ metadata, spec: { claimRef } }) => {
              open.delete(`volume:/${metadata.name}`);
              if (claimRef?.name !== undefined) enqueueClaim(claimRef.namespace ?? '', claimRef.name);
            },
          },
          { replay: true },
        ),
        claims.subscribe(
          {
            onAdd: onClaim,
            onUpdate: (before, after) => {
              const moved = (before.status?.phase === 'Lost') !== (after.status?.phase === 'Lost');
              if (moved || before.spec !== after.spec || before.metadata.annotations !== after.metadata.annotations)
                onClaim(after);
            },
            onDelete: (claim) => {
              open.delete(`claim:${queueKey(claim)}`);
              const { spec } = claim;
              if (spec.volumeName) enqueueVolume(spec.volumeName);
            },
          },
          { replay: true },
        ),
        classes.subscribe({ onAdd: offer, onUpdate: offer }),
        ...recyclers(),
      ];
    },
    stop() {
      for (const off of unsubscribe ?? []) off();
      unsubscribe = undefined;
      open.clear();
      lost.clear();
      resync.stop();
      queue.stop();
    },
    queued: () => queue.length,
  };
}

/** Whether reclaiming a volume may need another try: it failed, or its pod could not be started yet. */
function isUnfinished({ spec, status }: PersistentVolume): boolean {
  const { persistentVolumeReclaimPolicy: policy } = spec;
  return (status?.phase === 'Failed' && policy !== 'Retain') || (status?.phase === 'Released' && policy === 'Recycle');
}

/** Follows the pods that empty volumes: what is told of them is told of their volumes too. Answers the subscriptions to make. */
function recyclerHandlers(
  ctx: ComponentContext,
  events: EventRecorder,
  lost: Set<string>,
  volumes: Lister<PersistentVolume>,
  enqueue: (name: string) => void,
): () => (() => void)[] {
  const onPod = ({ metadata }: Pod) => {
    const name = recycledVolume(metadata.namespace, metadata.name);
    if (name !== undefined) enqueue(name);
  };
  const onGone = (pod: Pod) => {
    const name = recycledVolume(pod.metadata.namespace, pod.metadata.name);
    if (name !== undefined && !isTerminal(pod) && volumes.get('', name)?.status?.phase === 'Released') lost.add(name);
    onPod(pod);
  };
  const onEvent = ({ involvedObject, type, message }: KubeEvent) => {
    if (involvedObject.kind !== 'Pod') return;
    const name = recycledVolume(involvedObject.namespace, involvedObject.name);
    const volume = name === undefined ? undefined : volumes.get('', name);
    if (volume !== undefined)
      events.event(volume, type === 'Warning' ? 'Warning' : 'Normal', 'RecyclerPod', `Recycler pod: ${message ?? ''}`);
  };
  return () => [
    ctx.informer('Pod').subscribe({ onUpdate: (_before, after) => onPod(after), onDelete: onGone }),
    ctx.informer('Event').subscribe({ onAdd: onEvent }),
  ];
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

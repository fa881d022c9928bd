import { ok } from '#shared/core/result.ts';
import { allKinds } from '#shared/kube/registry.ts';
import { type KubeObject, type OwnerReference, objectKey, refOf } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext, Informer } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import {
  awaitsDependents,
  awaitsOrphaning,
  describeReference,
  FOREGROUND,
  hasFinalizer,
  ORPHAN,
  ownerKey,
  ownerState,
  withOwners,
  withoutFinalizer,
} from './references.ts';

const NAME = 'garbage-collector-controller';

/**
 * The garbage collector over every stored kind but Events: background, foreground and orphaning deletion, dependents of absent owners.
 * Each queue item looks at one object and makes at most one write. Models pkg/controller/garbagecollector.
 */
export function createGarbageCollector(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const informers = new Map<string, Informer<KubeObject>>();
  for (const info of allKinds) {
    if (info.storable && info.kind !== 'Event')
      informers.set(info.kind, ctx.informer(info.kind) as unknown as Informer<KubeObject>);
  }
  const find = (kind: string, namespace: string, name: string) => informers.get(kind)?.lister.get(namespace, name);
  const dependentsOf = (owner: KubeObject): KubeObject[] => {
    const uid = owner.metadata.uid ?? '';
    return [...informers.values()].flatMap((informer) => [...informer.lister.byIndex('ownerUid', uid)]);
  };
  const update = (object: KubeObject): ApiResult<null> => {
    const written = client.update(object);
    return written.ok || written.error.reason === 'NotFound' ? ok(null) : written;
  };
  const referencesTo = (object: KubeObject, owner: KubeObject): OwnerReference[] =>
    (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid === owner.metadata.uid);

  /** Sets one dependent free, or lets the owner go when none is left. Models attemptToOrphanWorker. */
  const orphan = (owner: KubeObject): ApiResult<null> => {
    const [dependent] = dependentsOf(owner);
    if (dependent === undefined) return update(withoutFinalizer(owner, ORPHAN));
    queue.add(objectKey(owner));
    const others = (dependent.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
    return update(withOwners(dependent, others));
  };

  /** Waits for blocking dependents, then lets the owner go. Models processDeletingDependentsItem. */
  const finishForeground = (owner: KubeObject): ApiResult<null> => {
    const blocking = dependentsOf(owner).filter((one) =>
      referencesTo(one, owner).some(({ blockOwnerDeletion }) => blockOwnerDeletion),
    );
    if (blocking.length === 0) return update(withoutFinalizer(owner, FOREGROUND));
    for (const one of blocking) if (!awaitsDependents(one)) queue.add(objectKey(one));
    return ok(null);
  };

  const remove = (object: KubeObject, propagationPolicy: 'Foreground' | 'Background' | 'Orphan'): ApiResult<null> => {
    const { uid } = object.metadata;
    const deleted = client.delete(refOf(object), { propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) });
    const gone = deleted.ok || deleted.error.reason === 'NotFound' || deleted.error.reason === 'Conflict';
    return gone ? ok(null) : deleted;
  };

  /** Decides what becomes of an object whose owners may be gone. Models attemptToDeleteItem. */
  const judge = (object: KubeObject): ApiResult<null> => {
    if (awaitsOrphaning(object)) return orphan(object);
    if (awaitsDependents(object)) return finishForeground(object);
    if (object.metadata.deletionTimestamp !== undefined) return ok(null);
    const owners = object.metadata.ownerReferences ?? [];
    const states = owners.map((reference) => ownerState(object, reference, find));
    if (owners.length === 0 || states.includes('unknown')) return ok(null);
    reportForeignOwners(object, owners);
    if (states.includes('solid')) {
      if (!states.includes('dangling') && !states.includes('waiting')) return ok(null);
      return update(
        withOwners(
          object,
          owners.filter((_one, at) => states[at] === 'solid'),
        ),
      );
    }
    if (states.includes('waiting')) {
      const dependents = dependentsOf(object);
      // An owner that waits for its own dependent would wait for ever: one side must stop blocking.
      if (dependents.some(awaitsDependents) && owners.some(({ blockOwnerDeletion }) => blockOwnerDeletion)) {
        queue.add(objectKey(object));
        return update(
          withOwners(
            object,
            owners.map((reference) => ({ ...reference, blockOwnerDeletion: false })),
          ),
        );
      }
      if (dependents.length > 0) return remove(object, 'Foreground');
    }
    return remove(
      object,
      hasFinalizer(object, ORPHAN) ? 'Orphan' : hasFinalizer(object, FOREGROUND) ? 'Foreground' : 'Background',
    );
  };

  /** An owner that lives in another namespace is none; the dependent's user should learn why it goes. */
  const reportForeignOwners = (object: KubeObject, owners: readonly OwnerReference[]): void => {
    for (const reference of owners) {
      const key = ownerKey(object, reference);
      if (key === undefined || key.namespace === '' || ownerState(object, reference, find) !== 'dangling') continue;
      const elsewhere = informers
        .get(key.kind)
        ?.lister.list()
        .some((one) => one.metadata.uid === reference.uid);
      if (!elsewhere) continue;
      const message = `ownerRef ${describeReference(object, reference)} does not exist in namespace "${key.namespace}"`;
      recorder.event(object, 'Warning', 'OwnerRefInvalidNamespace', message);
    }
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const [kind = '', namespace = '', ...name] = key.split('/');
    const object = find(kind, namespace, name.join('/'));
    if (object === undefined) return retries.forget(key);
    if (judge(object).ok) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const enqueue = (object: KubeObject) => queue.add(objectKey(object));
  const enqueueOwners = (object: KubeObject) => {
    for (const reference of object.metadata.ownerReferences ?? []) {
      const key = ownerKey(object, reference);
      const owner = key === undefined ? undefined : find(key.kind, key.namespace, key.name);
      if (owner !== undefined && (awaitsDependents(owner) || awaitsOrphaning(owner))) enqueue(owner);
    }
  };
  /** Only what may have to go is put into the queue: most objects have a living owner or none. */
  const onAdd = (object: KubeObject) => {
    const owners = object.metadata.ownerReferences ?? [];
    const doubtful = owners.some((reference) => ownerState(object, reference, find) !== 'solid');
    if (doubtful || awaitsDependents(object) || awaitsOrphaning(object)) enqueue(object);
  };
  const onUpdate = (before: KubeObject, after: KubeObject) => {
    onAdd(after);
    if (before.metadata.ownerReferences !== after.metadata.ownerReferences) enqueueOwners(before);
    if (awaitsDependents(after) && !awaitsDependents(before)) for (const one of dependentsOf(after)) enqueue(one);
  };
  const onDelete = (object: KubeObject) => {
    for (const one of dependentsOf(object)) enqueue(one);
    enqueueOwners(object);
  };
  return lifecycle(NAME, queue, () =>
    [...informers.values()].map((informer) => informer.subscribe({ onAdd, onUpdate, onDelete }, { replay: true })),
  );
}

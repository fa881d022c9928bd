import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { KubeObject, LabelSelector, Pod } from '#shared/kube/types.ts';
import type { Handler, Lister, WorkQueue } from '../../client/types.ts';
import { queueKey } from './keys.ts';
import type { Orphans } from './orphans.ts';

/** Whom a controller's owners are told by, and how. */
export interface ConcernedParts<T extends KubeObject> {
  readonly kind: string;
  readonly owners: Lister<T>;
  readonly queue: WorkQueue;
  selector(owner: T): LabelSelector | undefined;
}

/** Puts the owners into the queue that a change concerns. */
export interface Concerned<T extends KubeObject> {
  enqueue(owner: T): void;
  /** The owner that controls the object, if it is of this kind and still the same. */
  enqueueOwner(object: KubeObject): void;
  /** Its owner; of an orphan every owner that could adopt it. */
  enqueueConcerned(object: KubeObject): void;
  /** Old and new owner, and those that could adopt an object which is free now or has got other labels. */
  onChange(before: KubeObject, after: KubeObject): void;
  /** Handler of the owners themselves: every change is a reason to look. */
  readonly ownerHandler: Handler<T>;
  /** Handler of pods that also keeps the list of orphans; `counts` says which changes matter. */
  podHandler(orphans: Orphans, counts: (before: Pod, after: Pod) => boolean): Handler<Pod>;
}

/** Ways from objects to the owners they concern. Models the addPod, updatePod and deletePod that upstream's workload controllers share. */
export function concernedOwners<T extends KubeObject>({ kind, owners, queue, selector }: ConcernedParts<T>): Concerned<T> {
  const enqueue = (owner: T): void => queue.add(queueKey(owner));
  const enqueueOwner = (object: KubeObject): void => {
    const reference = controllerOf(object);
    if (reference?.kind !== kind) return;
    const owner = owners.get(object.metadata.namespace ?? '', reference.name);
    if (owner?.metadata.uid === reference.uid) enqueue(owner);
  };
  const enqueueConcerned = (object: KubeObject): void => {
    if (controllerOf(object) !== undefined) {
      enqueueOwner(object);
      return;
    }
    for (const owner of owners.list(object.metadata.namespace)) {
      if (matchLabelSelector(selector(owner), object.metadata.labels)) enqueue(owner);
    }
  };
  const onChange = (before: KubeObject, after: KubeObject): void => {
    const handedOver = controllerOf(before)?.uid !== controllerOf(after)?.uid;
    if (handedOver) enqueueOwner(before);
    if (controllerOf(after) !== undefined) enqueueOwner(after);
    else if (handedOver || before.metadata.labels !== after.metadata.labels) enqueueConcerned(after);
  };
  return {
    enqueue,
    enqueueOwner,
    enqueueConcerned,
    onChange,
    ownerHandler: { onAdd: enqueue, onUpdate: (_before, after) => enqueue(after), onDelete: enqueue },
    podHandler: (orphans, counts) => ({
      onAdd: (pod) => {
        orphans.track(pod);
        enqueueConcerned(pod);
      },
      onUpdate: (before, after) => {
        orphans.track(after);
        if (counts(before, after)) onChange(before, after);
      },
      onDelete: (pod) => {
        orphans.forget(pod);
        enqueueOwner(pod);
      },
    }),
  };
}

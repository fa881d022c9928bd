import type { KindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { strategyOf } from './kinds/index.ts';
import { deletionOf, withMeta } from './meta.ts';
import { preconditionFailed } from './status.ts';
import type { DeleteRequest } from './types.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** What a delete request comes to. `next`: version to store first (if any); `remove`: whether the object then goes. */
export interface DeletionPlan {
  readonly next: AnyObject | undefined;
  readonly remove: boolean;
}

/** Virtual now in the two forms deletion needs. */
export interface DeletionTime {
  /** RFC 3339 of now plus seconds. */
  readonly at: (secondsFromNow: number) => string;
  /** RFC 3339 of a stored time moved by seconds. */
  readonly shift: (timestamp: string, seconds: number) => string;
}

/** Status when a precondition of the request does not hold. Models registry/rest BeforeDelete. */
export function checkPreconditions(info: KindInfo, object: AnyObject, request: DeleteRequest): Status | undefined {
  const { uid, resourceVersion } = request.preconditions ?? {};
  const { name } = object.metadata;
  const record = object.metadata;
  if (uid !== undefined && uid !== record.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${record.uid}). The object might have been deleted and then recreated`;
    return preconditionFailed(info, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== record.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${record.resourceVersion}). The object might have been modified`;
    return preconditionFailed(info, name, why);
  }
  return undefined;
}

/** Finalizers after the garbage collection policy asked for. Models generic registry deletionFinalizersForGarbageCollection. */
function finalizersFor(object: AnyObject, policy: DeleteRequest['propagationPolicy']): readonly string[] {
  const present = object.metadata.finalizers ?? [];
  const left = strategyOf(object.kind).orphansByDefault === true && !present.includes(FOREGROUND);
  const orphan = policy === undefined ? left || present.includes(ORPHAN) : policy === 'Orphan';
  const foreground = policy === undefined ? !orphan && present.includes(FOREGROUND) : policy === 'Foreground';
  const others = present.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (orphan) return [...others, ORPHAN];
  return foreground ? [...others, FOREGROUND] : others;
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text) => b.includes(text));
}

function nextGeneration(object: AnyObject): number | undefined {
  const generation = object.metadata.generation;
  return generation === undefined || generation === 0 ? generation : generation + 1;
}

/** Outcome of the grace rules: the object marked anew, or 'pending' when it is being deleted already and nothing gets shorter. */
function applyGrace(object: AnyObject, request: DeleteRequest, time: DeletionTime): AnyObject | 'pending' | 'none' {
  const grace = strategyOf(object.kind).graceSeconds;
  const { timestamp, graceSeconds } = deletionOf(object);
  if (timestamp !== undefined) {
    if (graceSeconds === undefined) return 'none';
    const period = request.gracePeriodSeconds;
    if (period === undefined) return 'pending';
    const wanted = period < 0 ? 1 : period;
    if (wanted >= graceSeconds) return 'pending';
    return withMeta(object, {
      deletionTimestamp: time.shift(timestamp, wanted - graceSeconds),
      deletionGracePeriodSeconds: wanted,
    });
  }
  if (grace === undefined) return 'none';
  const period = grace(object, request.gracePeriodSeconds);
  return withMeta(object, {
    deletionTimestamp: time.at(period),
    deletionGracePeriodSeconds: period,
    generation: nextGeneration(object),
  });
}

/**
 * Decides a deletion: mark with a grace period, keep for finalizers, or remove.
 * Models generic registry Store.Delete with updateForGracefulDeletionAndFinalizers.
 */
export function planDeletion(object: AnyObject, request: DeleteRequest, time: DeletionTime): DeletionPlan {
  const marked = applyGrace(object, request, time);
  if (marked === 'pending') {
    const { graceSeconds } = deletionOf(object);
    const finished = graceSeconds === 0 && (object.metadata.finalizers?.length ?? 0) === 0;
    return { next: undefined, remove: finished };
  }
  const graceful = marked !== 'none';
  const base = graceful ? marked : object;
  const present = base.metadata.finalizers ?? [];
  const finalizers = finalizersFor(base, request.propagationPolicy);
  const changed = !sameTexts(present, finalizers);
  let next = changed ? withMeta(base, { finalizers: finalizers.length === 0 ? undefined : [...finalizers] }) : base;
  if (finalizers.length > 0) {
    if (!graceful) next = markDeleted(next, time);
    return { next: next === object ? undefined : next, remove: false };
  }
  if (!graceful) return { next: undefined, remove: true };
  return { next, remove: deletionOf(next).graceSeconds === 0 };
}

/** Marks an object without graceful deletion that finalizers keep. Models generic registry markAsDeleting. */
function markDeleted(object: AnyObject, time: DeletionTime): AnyObject {
  const { timestamp } = deletionOf(object);
  if (timestamp !== undefined) return withMeta(object, { deletionGracePeriodSeconds: 0 });
  return withMeta(object, { deletionTimestamp: time.at(0), deletionGracePeriodSeconds: 0, generation: nextGeneration(object) });
}

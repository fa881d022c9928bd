import { compareStrings } from '#shared/core/compare.ts';
import type { Job } from '#shared/kube/kinds.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import { type JobCondition, type JobStatus, newCondition, trueCondition, withCondition } from './conditions.ts';
import type { JobSync, JobTools } from './context.ts';
import { completionIndex, countOf, includes, indexesText, isIndexed, withIndexes } from './indexes.ts';
import { isFailed, isTracked, untracked } from './pods.ts';
import { judgeFailure } from './policies.ts';

/** Most pods counted in one sync. Models MaxUncountedPods. */
const MAX_UNCOUNTED = 500;

/** Pods noted in the status until their finalizers are gone. */
interface Uncounted {
  succeeded: string[];
  failed: string[];
}

/**
 * Counts ended pods so that each counts once, whatever happens in between: note their uids in the status, let go of the pods, move the uids
 * into the counters; then tell that the Job is over, if it is. Returns what was refused. Models trackJobStatusAndRemoveFinalizers.
 */
export function track(tools: JobTools, sync: JobSync, changed: boolean): Status | undefined {
  let flush = changed;
  const held = new Set(sync.pods.filter(isTracked).map((pod) => pod.metadata.uid ?? ''));
  const uncounted: Uncounted = { succeeded: [...sync.uncounted.succeeded], failed: [...sync.uncounted.failed] };
  if (settle(sync.status, uncounted, held)) flush = true;
  const counted = countPods(sync, uncounted);
  if (counted.noted) flush = true;
  if (isIndexed(sync.job) && writeIndexes(sync, counted.indexes)) flush = true;
  const finish = announce(tools, sync);
  if (finish.announced) flush = true;
  if (flush) {
    const refused = write(tools, sync, uncounted);
    if (refused !== undefined) return refused;
  }
  let failure: Status | undefined;
  for (const pod of counted.release) {
    const refused = release(tools, pod);
    if (refused === undefined) held.delete(pod.metadata.uid ?? '');
    else failure ??= refused;
  }
  let pending = settle(sync.status, uncounted, held);
  const over = finish.condition;
  const left = uncounted.succeeded.length + uncounted.failed.length;
  // Only when all is counted and no pod is on its way out any more.
  const ended = failure === undefined && !counted.more && over !== undefined && left === 0 && sync.terminating === 0;
  if (ended) {
    sync.status.conditions = withCondition(sync.status.conditions ?? [], over) ?? sync.status.conditions ?? [];
    if (over.type === 'Complete') Object.assign(sync.status, { completionTime: over.lastTransitionTime });
    pending = true;
  }
  const refused = pending ? write(tools, sync, uncounted) : undefined;
  if (refused === undefined && ended) tellEnd(tools, sync.job, over);
  return failure ?? refused;
}

/** Moves the uids of pods that are let go of into the counters. Models cleanUncountedPodsWithoutFinalizers. */
function settle(status: JobStatus, uncounted: Uncounted, held: ReadonlySet<string>): boolean {
  let moved = false;
  for (const list of ['succeeded', 'failed'] as const) {
    const left = uncounted[list].filter((uid) => held.has(uid));
    const gone = uncounted[list].length - left.length;
    if (gone === 0) continue;
    status[list] = (status[list] ?? 0) + gone;
    uncounted[list] = left;
    moved = true;
  }
  return moved;
}

interface Counted {
  readonly release: readonly Pod[];
  readonly indexes: readonly number[];
  readonly noted: boolean;
  /** There are more to count than one sync may. */
  readonly more: boolean;
}

/** Decides which pods to let go of, and how each counts. */
function countPods(sync: JobSync, uncounted: Uncounted): Counted {
  const { job } = sync;
  const indexed = isIndexed(job);
  const completions = job.spec.completions ?? 0;
  const release: Pod[] = [];
  const indexes: number[] = [];
  let noted = false;
  const failing = sync.finish !== undefined && sync.finish.type !== 'SuccessCriteriaMet';
  for (const pod of indexed ? [...sync.pods].sort(byIndex) : sync.pods) {
    if (!isTracked(pod) || !mayRelease(sync, pod)) continue;
    release.push(pod);
    const uid = pod.metadata.uid ?? '';
    const index = completionIndex(pod);
    const possible = !indexed || (index !== undefined && index < completions);
    if (pod.status.phase === 'Succeeded' && !sync.uncounted.failed.has(uid)) {
      if (indexed) {
        // The index says it all: it counts once, however many pods succeed in it.
        if (possible && index !== undefined && !includes(sync.doneBefore, index)) indexes.push(index);
      } else if (!sync.uncounted.succeeded.has(uid)) {
        uncounted.succeeded.push(uid);
        noted = true;
      }
    } else if (isFailed(pod, job) || failing) {
      // In a Job that fails every pod that has not ended counts as failed.
      if (possible && !sync.uncounted.failed.has(uid) && judgeFailure(job, pod).counted) {
        uncounted.failed.push(uid);
        noted = true;
      }
    }
    if (indexes.length + uncounted.succeeded.length + uncounted.failed.length >= MAX_UNCOUNTED) {
      return { release, indexes, noted: noted || indexes.length > 0, more: true };
    }
  }
  return { release, indexes, noted: noted || indexes.length > 0, more: false };
}

function byIndex(a: Pod, b: Pod): number {
  return (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1) || compareStrings(a.metadata.name, b.metadata.name);
}

/** Models canRemoveFinalizer. */
function mayRelease(sync: JobSync, pod: Pod): boolean {
  const over = sync.job.metadata.deletionTimestamp !== undefined || sync.finish !== undefined;
  if (over || pod.status.phase === 'Succeeded') return true;
  if (!isFailed(pod, sync.job)) return false;
  const index = completionIndex(pod);
  return index === undefined || sync.held.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** Counters of an indexed Job come from its indexes. */
function writeIndexes(sync: JobSync, more: readonly number[]): boolean {
  sync.done = withIndexes(sync.done, more);
  const before = { done: sync.status.completedIndexes ?? '', failed: sync.status.failedIndexes };
  const done = indexesText(sync.done);
  sync.status.succeeded = countOf(sync.done);
  sync.status.completedIndexes = done;
  if (sync.failedIndexes === undefined) delete sync.status.failedIndexes;
  else sync.status.failedIndexes = indexesText(sync.failedIndexes);
  return done !== before.done || sync.status.failedIndexes !== before.failed;
}

/** Tells in the status what the Job is about to end with; the final condition follows when all pods are counted. */
function announce(tools: JobTools, sync: JobSync): { condition: JobCondition | undefined; announced: boolean } {
  const { finish, status } = sync;
  if (finish === undefined || (finish.type !== 'FailureTarget' && finish.type !== 'SuccessCriteriaMet')) {
    return { condition: finish, announced: false };
  }
  const announced = trueCondition(status, finish.type) === undefined;
  if (announced) status.conditions = [...(status.conditions ?? []), finish];
  const type = finish.type === 'FailureTarget' ? 'Failed' : 'Complete';
  const condition = newCondition(type, finish.reason ?? '', finish.message ?? '', tools.clock.timestamp());
  return { condition, announced };
}

function write(tools: JobTools, sync: JobSync, uncounted: Uncounted): Status | undefined {
  const { succeeded, failed } = uncounted;
  const status: JobStatus = {
    ...sync.status,
    uncountedTerminatedPods: {
      ...(succeeded.length === 0 ? {} : { succeeded: [...succeeded] }),
      ...(failed.length === 0 ? {} : { failed: [...failed] }),
    },
  };
  // Zero counts and empty texts are left out of the stored status, as Go's omitempty does.
  for (const name of ['active', 'succeeded', 'failed', 'completedIndexes'] as const) {
    if (!status[name]) delete status[name];
  }
  const written = tools.client.updateStatus({ ...sync.job, status });
  if (!written.ok) return written.error.reason === 'NotFound' ? undefined : written.error;
  sync.job = written.value;
  return undefined;
}

/** Lets go of a pod; undefined when it is free or gone. */
function release(tools: JobTools, pod: Pod): Status | undefined {
  const { namespace = '', name, uid } = pod.metadata;
  const now = tools.pod(namespace, name);
  if (now === undefined || now.metadata.uid !== uid || !isTracked(now)) return undefined;
  const freed = tools.client.update(untracked(now));
  return freed.ok || freed.error.reason === 'NotFound' ? undefined : freed.error;
}

/** Models recordJobFinished. */
function tellEnd({ recorder }: JobTools, job: Job, over: JobCondition): void {
  if (over.type === 'Failed') {
    recorder.event(job, 'Warning', over.reason ?? '', over.message ?? '');
    return;
  }
  if (job.spec.completions !== undefined && (job.status.succeeded ?? 0) > job.spec.completions) {
    const why = 'Too many succeeded pods running after completion count reached';
    recorder.event(job, 'Warning', 'TooManySucceededPods', why);
  }
  recorder.event(job, 'Normal', 'Completed', 'Job completed');
}

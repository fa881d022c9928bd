import { isPodReady } from '#shared/kube/conditions.ts';
import type { Job } from '#shared/kube/kinds.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { type BackoffRecord, nextRecord } from './backoff.ts';
import { type JobCondition, type JobStatus, newCondition, trueCondition, withCondition } from './conditions.ts';
import { deletePod, type JobSync, type JobTools } from './context.ts';
import { completionIndex, countOf, type Indexes, includes, isIndexed, readIndexes, withIndexes } from './indexes.ts';
import { managePods } from './manage.ts';
import { allIndexFailures, hasEnded, indexFailures, isFailed, isPodActive, isTerminating, isTracked } from './pods.ts';
import { judgeFailure, judgeSuccess } from './policies.ts';
import { track } from './tracking.ts';

/** What a sync comes to: when to look again, the new back-off record, and what went wrong. */
export interface SyncOutcome {
  readonly againMs: number | undefined;
  readonly record: BackoffRecord;
  readonly failure: Status | undefined;
}

/** Pods not yet counted that pass; in an indexed Job only those with a possible index. Models getValidPodsWithFilter. */
function uncountedPods(job: Job, pods: readonly Pod[], known: ReadonlySet<string>, filter: (pod: Pod) => boolean): Pod[] {
  return pods.filter((pod) => {
    if (!isTracked(pod) || known.has(pod.metadata.uid ?? '')) return false;
    if (isIndexed(job)) {
      const index = completionIndex(pod);
      if (index === undefined || index >= (job.spec.completions ?? 0)) return false;
    }
    return filter(pod);
  });
}

/** The state a sync begins with. `seen`: the back-off record so far; without one it is made from the pods that have ended. */
function begin(tools: JobTools, job: Job, pods: readonly Pod[], seen: BackoffRecord | undefined): JobSync {
  const status: JobStatus = { ...job.status, uncountedTerminatedPods: job.status?.uncountedTerminatedPods ?? {} };
  const uncounted = {
    succeeded: new Set<string>(status.uncountedTerminatedPods?.succeeded ?? []),
    failed: new Set<string>(status.uncountedTerminatedPods?.failed ?? []),
  };
  const succeeded = uncountedPods(job, pods, uncounted.succeeded, (pod) => pod.status.phase === 'Succeeded');
  const failed = uncountedPods(job, pods, uncounted.failed, (pod) => isFailed(pod, job));
  const activePods = pods.filter(isPodActive);
  const counted = failed.filter((pod) => judgeFailure(job, pod).counted).length;
  if (status.startTime === undefined && job.spec.suspend !== true) status.startTime = tools.clock.timestamp();
  const known = seen ?? { failures: 0, lastFailureMs: 0 };
  const before = seen === undefined ? pods.filter((pod) => hasEnded(pod) && !isTracked(pod)) : [];
  const sync: JobSync = {
    job,
    status,
    pods,
    activePods,
    record: nextRecord(
      known,
      [...succeeded, ...before.filter((pod) => pod.status.phase === 'Succeeded')],
      [...failed, ...before.filter((pod) => pod.status.phase === 'Failed')],
      tools.clock,
    ),
    uncounted,
    active: activePods.length,
    ready: activePods.filter(isPodReady).length,
    terminating: pods.filter(isTerminating).length,
    succeeded: (status.succeeded ?? 0) + succeeded.length + uncounted.succeeded.size,
    doneBefore: [],
    done: [],
    failedIndexes: undefined,
    held: new Map(),
    finish: undefined,
  };
  sync.finish = endOf(tools, sync, (status.failed ?? 0) + counted + uncounted.failed.size);
  if (isIndexed(job)) readIndexState(tools, sync);
  return sync;
}

/** Why the Job ends, as far as indexes have no say. Models the first part of syncJob. */
function endOf(tools: JobTools, sync: JobSync, failed: number): JobCondition | undefined {
  const { job, pods } = sync;
  const now = tools.clock.timestamp();
  const met = trueCondition(job.status, 'SuccessCriteriaMet');
  if (met !== undefined) return met;
  const target = trueCondition(job.status, 'FailureTarget');
  if (target !== undefined) return newCondition('Failed', target.reason ?? '', target.message ?? '', now);
  const message = pods
    .filter((pod) => isFailed(pod, job))
    .map((pod) => judgeFailure(job, pod).message)
    .find((one) => one !== undefined);
  if (message !== undefined) return newCondition('FailureTarget', 'PodFailurePolicy', message, now);
  if (failed > (job.spec.backoffLimit ?? 0) || pastRestarts(job, pods)) {
    return newCondition('FailureTarget', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', now);
  }
  const left = deadlineMs(tools.clock, job, sync.status);
  if (left === undefined || left > 0) return undefined;
  return newCondition('FailureTarget', 'DeadlineExceeded', 'Job was active longer than specified deadline', now);
}

/** Restarts in place count too, of pods that still run. Models pastBackoffLimitOnFailure. */
function pastRestarts(job: Job, pods: readonly Pod[]): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const pod of pods) {
    if (pod.status.phase !== 'Running' && pod.status.phase !== 'Pending') continue;
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    for (const status of statuses) restarts += status.restartCount;
  }
  const limit = job.spec.backoffLimit ?? 0;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until the Job's deadline; undefined when it has none or does not run. */
function deadlineMs(clock: Clock, job: Job, status: JobStatus): number | undefined {
  const { activeDeadlineSeconds: seconds, suspend } = job.spec;
  if (seconds === undefined || suspend === true || status.startTime === undefined) return undefined;
  return clock.parseMs(`${status.startTime}`) + seconds * 1000 - clock.nowMs;
}

/** Which indexes are done, have failed, or wait for a replacement. Models calculateSucceededIndexes and its neighbours. */
function readIndexState(tools: JobTools, sync: JobSync): void {
  const { job, pods } = sync;
  const completions = job.spec.completions ?? 0;
  const fresh = uncountedPods(job, pods, new Set(), () => true);
  const indexOf = (pod: Pod): number => completionIndex(pod) ?? 0;
  sync.doneBefore = readIndexes(job.status?.completedIndexes, completions);
  sync.done = withIndexes(sync.doneBefore, fresh.filter((pod) => pod.status.phase === 'Succeeded').map(indexOf));
  sync.succeeded = countOf(sync.done);
  const now = tools.clock.timestamp();
  const limit = job.spec.backoffLimitPerIndex;
  if (limit !== undefined) {
    const lost = fresh.filter((pod) => isIndexLost(job, pod, limit)).map(indexOf);
    const failed = withIndexes(readIndexes(job.status?.failedIndexes, completions), lost);
    sync.failedIndexes = failed;
    const count = countOf(failed);
    if (sync.finish === undefined && job.spec.maxFailedIndexes !== undefined && count > job.spec.maxFailedIndexes) {
      const why = 'Job has exceeded the specified maximal number of failed indexes';
      sync.finish = newCondition('FailureTarget', 'MaxFailedIndexesExceeded', why, now);
    } else if (sync.finish === undefined && count > 0 && count + countOf(sync.done) >= completions) {
      sync.finish = newCondition('FailureTarget', 'FailedIndexes', 'Job has failed indexes', now);
    }
    holdFailed(sync, fresh, failed);
  }
  if (sync.finish !== undefined) return;
  const message = judgeSuccess(job, sync.done);
  if (message !== undefined) sync.finish = newCondition('SuccessCriteriaMet', 'SuccessPolicy', message, now);
}

function isIndexLost(job: Job, pod: Pod, limit: number): boolean {
  if (!isFailed(pod, job)) return false;
  const { action, counted } = judgeFailure(job, pod);
  return action === 'FailIndex' || (counted && indexFailures(pod) >= limit);
}

/** Of each index without an active pod the failed pod with the most failures is held. Models getPodsWithDelayedDeletionPerIndex. */
function holdFailed(sync: JobSync, fresh: readonly Pod[], failed: Indexes): void {
  const running = new Set(sync.activePods.map(completionIndex));
  for (const pod of fresh) {
    const index = completionIndex(pod);
    if (index === undefined || running.has(index) || !isFailed(pod, sync.job)) continue;
    if (includes(sync.done, index) || includes(failed, index)) continue;
    const other = sync.held.get(index);
    if (other === undefined || allIndexFailures(other) <= allIndexFailures(pod)) sync.held.set(index, pod);
  }
}

/** Whether as many pods as asked for have succeeded and none is left. */
function isComplete(sync: JobSync): boolean {
  const { completions } = sync.job.spec;
  const enough = completions === undefined ? sync.succeeded > 0 : sync.succeeded >= completions;
  return enough && sync.active === 0;
}

/** Notes a change between suspended and running. Models the end of syncJob's second part. */
function noteSuspension(tools: JobTools, sync: JobSync): boolean {
  const suspended = sync.job.spec.suspend === true;
  const now = tools.clock.timestamp();
  const next = suspended
    ? newCondition('Suspended', 'JobSuspended', 'Job suspended', now)
    : newCondition('Suspended', 'JobResumed', 'Job resumed', now, 'False');
  const conditions = withCondition(sync.status.conditions ?? [], next);
  if (conditions === undefined) return false;
  sync.status.conditions = conditions;
  // The deadline counts from the moment the Job runs (again).
  if (suspended) delete sync.status.startTime;
  else sync.status.startTime = now;
  tools.recorder.event(sync.job, 'Normal', suspended ? 'Suspended' : 'Resumed', next.message ?? '');
  return true;
}

/** Brings a Job's pods and status one step further. The Job must not be finished. Models pkg/controller/job syncJob. */
export function syncJob(tools: JobTools, job: Job, pods: readonly Pod[], seen: BackoffRecord | undefined): SyncOutcome {
  const sync = begin(tools, job, pods, seen);
  let againMs = sync.finish === undefined ? deadlineMs(tools.clock, job, sync.status) : undefined;
  let failure: Status | undefined;
  let flush = false;
  if (sync.finish !== undefined) {
    for (const pod of sync.activePods) {
      const gone = deletePod(tools, job, pod);
      if (gone === undefined) {
        sync.active -= 1;
        sync.terminating += 1;
        if (isPodReady(pod)) sync.ready -= 1;
      } else failure ??= gone;
    }
    // It is not over while pods may be left.
    if (sync.active > 0) sync.finish = undefined;
  } else {
    const managing = job.metadata.deletionTimestamp === undefined;
    if (managing) {
      const managed = managePods(tools, sync);
      failure = managed.failure;
      if (managed.againMs !== undefined) againMs = Math.min(againMs ?? managed.againMs, managed.againMs);
    }
    if (isComplete(sync)) {
      const why = 'Reached expected number of succeeded pods';
      sync.finish = newCondition('SuccessCriteriaMet', 'CompletionsReached', why, tools.clock.timestamp());
    } else if (managing) flush = noteSuspension(tools, sync);
  }
  const { active = 0, ready, terminating } = sync.status;
  flush ||= active !== sync.active || ready !== sync.ready || terminating !== sync.terminating;
  sync.status = { ...sync.status, active: sync.active, ready: sync.ready, terminating: sync.terminating };
  const refused = track(tools, sync, flush);
  return { againMs, record: sync.record, failure: refused ?? failure };
}

import { isPodReady } from '#shared/kube/conditions.ts';
import type { Job } from '#shared/kube/kinds.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import { finishedMs, NO_FAILURES, remainingMs } from './backoff.ts';
import { deletePod, type JobSync, type JobTools } from './context.ts';
import { completionIndex, isIndexed, pendingIndexes, union, withIndexes } from './indexes.ts';
import { allIndexFailures, isTerminating, podOf, podsToRemove, untracked, waitsForEnd } from './pods.ts';

/** Most creations or deletions of one sync. Models MaxPodCreateDeletePerSync. */
const BURST = 500;

/** When to look again, and what was refused. */
export interface Managed {
  readonly againMs?: number;
  readonly failure?: Status | undefined;
}

/** How many pods should be active. */
function wanted({ job, active, succeeded }: JobSync): number {
  const { parallelism = 1, completions } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** Creates what is missing or deletes what is too much, never both. Models pkg/controller/job manageJob. */
export function managePods(tools: JobTools, sync: JobSync): Managed {
  const { job, activePods } = sync;
  if (job.spec.suspend === true) return remove(tools, sync, podsToRemove(job, activePods, sync.active));
  const target = wanted(sync);
  const surplus = podsToRemove(job, activePods, Math.max(0, sync.active - target)).slice(0, BURST);
  if (surplus.length > 0) return remove(tools, sync, surplus);
  const missing = target - (waitsForEnd(job) ? sync.terminating : 0) - sync.active;
  if (missing <= 0) return {};
  const perIndex = job.spec.backoffLimitPerIndex !== undefined;
  const wait = perIndex ? 0 : remainingMs(sync.record, tools.clock.nowMs);
  if (wait > 0) return { againMs: wait };
  const count = Math.min(missing, BURST);
  if (!isIndexed(job)) return create(tools, sync, new Array<undefined>(count).fill(undefined));
  const indexes = freeIndexes(sync, count);
  if (!perIndex) return create(tools, sync, indexes);
  const waits = indexes.map((index) => indexWaitMs(tools, sync.held.get(index)));
  const due = indexes.filter((_index, at) => waits[at] === 0);
  if (due.length === 0 && waits.length > 0) return { againMs: Math.min(...waits) };
  return create(tools, sync, due);
}

/** The first indexes that are neither done nor failed nor taken by a pod. */
function freeIndexes(sync: JobSync, count: number): number[] {
  const { job, pods, activePods } = sync;
  const of = (list: readonly Pod[]): number[] => list.flatMap((pod) => completionIndex(pod) ?? []);
  let taken = withIndexes(sync.done, of(activePods));
  if (waitsForEnd(job)) taken = withIndexes(taken, of(pods.filter(isTerminating)));
  return pendingIndexes(union(taken, sync.failedIndexes ?? []), count, job.spec.completions ?? 0);
}

/** Models getRemainingTimePerIndex. */
function indexWaitMs({ clock }: JobTools, last: Pod | undefined): number {
  if (last === undefined) return remainingMs(NO_FAILURES, clock.nowMs);
  return remainingMs({ failures: allIndexFailures(last) + 1, lastFailureMs: finishedMs(last, clock) }, clock.nowMs);
}

/** Lets go of the pods and deletes them: they count neither as succeeded nor as failed. Models deleteJobPods. */
function remove(tools: JobTools, sync: JobSync, pods: readonly Pod[]): Managed {
  let failure: Status | undefined;
  for (const pod of pods) {
    const freed = tools.client.update(untracked(pod));
    const refused = freed.ok || freed.error.reason === 'NotFound' ? deletePod(tools, sync.job, pod) : freed.error;
    failure ??= refused;
    if (refused !== undefined) continue;
    sync.active -= 1;
    sync.terminating += 1;
    if (isPodReady(pod)) sync.ready -= 1;
  }
  return { failure };
}

/** Creates pods in batches that double while they succeed. */
function create(tools: JobTools, sync: JobSync, indexes: readonly (number | undefined)[]): Managed {
  let at = 0;
  let failure: Status | undefined;
  for (let batch = 1; at < indexes.length && failure === undefined; batch *= 2) {
    for (const index of indexes.slice(at, at + batch)) {
      const replaced = index === undefined ? undefined : sync.held.get(index);
      const refused = createPod(tools, sync.job, index, replaced);
      if (refused === undefined) sync.active += 1;
      else if (refused !== 'terminating') failure ??= refused;
    }
    at += batch;
  }
  return { failure };
}

/** Models RealPodControl.CreatePodsWithGenerateName. A namespace that is going away refuses every pod: nothing to report. */
function createPod(
  { client, recorder }: JobTools,
  job: Job,
  index: number | undefined,
  replaced: Pod | undefined,
): Status | 'terminating' | undefined {
  const created = client.create(podOf(job, index, replaced));
  if (created.ok) {
    recorder.event(job, 'Normal', 'SuccessfulCreate', `Created pod: ${created.value.metadata.name}`);
    return undefined;
  }
  if (created.error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) return 'terminating';
  recorder.event(job, 'Warning', 'FailedCreate', `Error creating: ${created.error.message}`);
  return created.error;
}

import type { Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';

/** Delay after the first failure, doubled by each further one. Models DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff. */
const FIRST_MS = 10_000;
const LAST_MS = 600_000;

/** Failures of a Job's pods since its last success. */
export interface BackoffRecord {
  readonly failures: number;
  readonly lastFailureMs: number;
}

export const NO_FAILURES: BackoffRecord = { failures: 0, lastFailureMs: 0 };

/** When the pod ended, in virtual milliseconds. Models getFinishedTime of pkg/controller/job. */
export function finishedMs(pod: Pod, clock: Clock): number {
  const ends = (pod.status.containerStatuses ?? []).map((status) => status.state?.terminated?.finishedAt);
  if (ends.length > 0 && ends.every((end) => end !== undefined)) {
    return Math.max(...ends.map((end) => clock.parseMs(`${end}`)));
  }
  const ready = pod.status.conditions?.find((one) => one.type === 'Ready' && one.status === 'False');
  if (ready?.lastTransitionTime !== undefined) return clock.parseMs(`${ready.lastTransitionTime}`);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return clock.parseMs(`${deletionTimestamp}`) - deletionGracePeriodSeconds * 1000;
  return creationTimestamp === undefined ? 0 : clock.parseMs(`${creationTimestamp}`);
}

/** The record after further pods have ended. Only failures after the last success count. Models backoffStore.newBackoffRecord. */
export function nextRecord(
  before: BackoffRecord,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
  clock: Clock,
): BackoffRecord {
  const failures = failed.map((pod) => finishedMs(pod, clock));
  if (succeeded.length === 0) {
    if (failures.length === 0) return before;
    return { failures: before.failures + failures.length, lastFailureMs: Math.max(...failures) };
  }
  const lastSuccess = Math.max(...succeeded.map((pod) => finishedMs(pod, clock)));
  const later = failures.filter((ms) => ms > lastSuccess);
  return later.length === 0 ? NO_FAILURES : { failures: later.length, lastFailureMs: Math.max(...later) };
}

/** Milliseconds until the next pod may be made. Models getRemainingTimeForFailuresCount. */
export function remainingMs({ failures, lastFailureMs }: BackoffRecord, nowMs: number): number {
  if (failures === 0) return 0;
  const delay = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 16), LAST_MS);
  return Math.max(0, delay - (nowMs - lastFailureMs));
}

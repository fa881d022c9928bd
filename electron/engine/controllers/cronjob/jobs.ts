import { compareStrings } from '#shared/core/compare.ts';
import type { CronJob, Job } from '#shared/kube/kinds.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import { zonedTimestamp } from '#shared/kube/timeZone.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const MINUTE_MS = 60_000;

export type Active = NonNullable<CronJob['status']['active']>[number];

/** Type of the condition with which the Job is over; undefined while it runs. */
export function finishedType(job: Job): 'Complete' | 'Failed' | undefined {
  const over = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return over?.type as 'Complete' | 'Failed' | undefined;
}

/** Name of the Job of a run: the same run never makes two. `runMs`: milliseconds since the epoch. */
export function jobName(cronJob: CronJob, runMs: number): string {
  return `${cronJob.metadata.name}-${Math.floor(runMs / MINUTE_MS)}`;
}

/** The Job of a run. Models getJobFromTemplate2. */
export function jobOf(cronJob: CronJob, runMs: number): Job {
  const { jobTemplate, timeZone } = cronJob.spec;
  const labels = jobTemplate.metadata?.labels;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, runMs),
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...jobTemplate.metadata?.annotations, [SCHEDULED]: zonedTimestamp(timeZone ?? 'UTC', runMs) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: jobTemplate.spec,
    status: {},
  };
}

/** What the CronJob's status says of a running Job. */
export function referenceTo(job: Job): Active {
  const { namespace, name, uid, resourceVersion } = job.metadata;
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** Finished Jobs beyond the limits, the oldest first. Models cleanupFinishedJobs. */
export function superfluousJobs(cronJob: CronJob, jobs: readonly Job[]): Job[] {
  const limits = [
    ['Complete', cronJob.spec.successfulJobsHistoryLimit],
    ['Failed', cronJob.spec.failedJobsHistoryLimit],
  ] as const;
  return limits.flatMap(([type, limit]) => {
    const finished = jobs.filter((job) => finishedType(job) === type).sort(byStart);
    return limit === undefined ? [] : finished.slice(0, Math.max(0, finished.length - limit));
  });
}

/** By start, those that never started last. Models byJobStartTime. */
function byStart(a: Job, b: Job): number {
  const [startA, startB] = [a.status?.startTime, b.status?.startTime];
  if (startA === undefined || startB === undefined) {
    return Number(startA === undefined) - Number(startB === undefined) || compareStrings(a.metadata.name, b.metadata.name);
  }
  return compareStrings(`${startA}`, `${startB}`) || compareStrings(a.metadata.name, b.metadata.name);
}

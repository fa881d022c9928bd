import type { Job } from '#shared/kube/kinds.ts';

export type JobStatus = Job['status'];
export type JobCondition = NonNullable<JobStatus['conditions']>[number];

/** A condition that is true from now on. `now`: RFC 3339. */
export function newCondition(type: string, reason: string, message: string, now: string, status = 'True'): JobCondition {
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/** The condition of that type when it is true. */
export function trueCondition(status: JobStatus | undefined, type: string): JobCondition | undefined {
  return status?.conditions?.find((one) => one.type === type && one.status === 'True');
}

/** Type of the condition that says the Job is over; undefined while it is not. Models util.FinishedCondition. */
export function finishedType(job: Job): 'Complete' | 'Failed' | undefined {
  if (trueCondition(job.status, 'Complete') !== undefined) return 'Complete';
  return trueCondition(job.status, 'Failed') === undefined ? undefined : 'Failed';
}

/** List with the condition set; undefined when nothing changes. A false one is not added where there was none. Models ensureJobConditionStatus. */
export function withCondition(list: readonly JobCondition[], next: JobCondition): JobCondition[] | undefined {
  const before = list.find((one) => one.type === next.type);
  if (before === undefined) return next.status === 'False' ? undefined : [...list, next];
  if (before.status === next.status && before.reason === next.reason && before.message === next.message) return undefined;
  return list.map((one) => (one === before ? next : one));
}

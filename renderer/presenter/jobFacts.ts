import { controllerOf } from '#shared/kube/pod.ts';
import type { CronJob, Job, ObjectKey } from '#shared/kube/types.ts';
import type { Mirror } from '../store/mirror.ts';
import { type Happening, happening } from './happening.ts';
import { because } from './reason.ts';

function conditionOf(job: Job | undefined, type: string): { reason?: string; message?: string } | undefined {
  return job?.status?.conditions?.find((one) => one.type === type && one.status === 'True');
}

/** The family whose colour the Job's pods have: its CronJob where there is one. As store/lineage.ts ownerKeyOf. */
function familyOf(key: ObjectKey, job: Job): ObjectKey {
  const cron = controllerOf(job);
  return cron?.kind === 'CronJob' && /-\d{8,}$/.test(job.metadata.name)
    ? `CronJob/${job.metadata.namespace ?? ''}/${cron.name}`
    : key;
}

/** A Job that is new because its CronJob's time has come, or that has come to its end. */
export function jobHappenings(key: ObjectKey, before: Mirror, after: Mirror): Happening[] {
  const is = after.workloads.get(key) as Job | undefined;
  const was = before.workloads.get(key) as Job | undefined;
  if (!is) return [];
  const family = familyOf(key, is);
  if (!was) return fired(is, family, after);
  const complete = conditionOf(is, 'Complete');
  if (complete && !conditionOf(was, 'Complete')) {
    const values = { succeeded: is.status?.succeeded ?? 0, wanted: is.spec.completions ?? is.status?.succeeded ?? 1 };
    return [happening('jobDone', family, is.metadata.name, { others: [family], ...because('allSucceeded', values) })];
  }
  const failed = conditionOf(is, 'Failed');
  if (!failed || conditionOf(was, 'Failed')) return [];
  return [happening('jobFailed', family, is.metadata.name, { others: [family], ...whyFailed(is, failed) })];
}

function fired(job: Job, family: ObjectKey, after: Mirror): Happening[] {
  const owner = controllerOf(job);
  if (owner?.kind !== 'CronJob') return [];
  const cron = after.workloads.get(`CronJob/${job.metadata.namespace ?? ''}/${owner.name}`) as CronJob | undefined;
  const byHand = job.metadata.annotations?.['cronjob.kubernetes.io/instantiate'] === 'manual';
  const why = byHand ? because('byHand') : because('schedule', { schedule: cron?.spec.schedule ?? '' });
  return [happening('fired', family, owner.name, { others: [family], ...why })];
}

function whyFailed(job: Job, { reason = '', message = '' }: { reason?: string; message?: string }): Partial<Happening> {
  if (reason === 'BackoffLimitExceeded') return because('backoffLimit', { limit: job.spec.backoffLimit ?? 6 });
  if (reason === 'DeadlineExceeded') return because('jobDeadline', { seconds: job.spec.activeDeadlineSeconds ?? 0 });
  return message === '' ? {} : because('refusal', { message: message.replace(/\.$/, '') });
}

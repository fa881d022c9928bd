import { parseCron } from '#shared/kube/cron.ts';
import type { CronJob } from '#shared/kube/kinds.ts';
import { isTimeZone } from '#shared/kube/timeZone.ts';
import { type FieldError, invalid, notNegative, notSupported, required } from './errors.ts';
import { validateJobFields } from './job.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';

/** A Job's name has 63 characters, of which eleven are for the time. */
const MAX_NAME = 52;
const POLICIES = ['Allow', 'Forbid', 'Replace'];
const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

type Spec = CronJob['spec'];

function validateSchedule(spec: Spec, old: Spec | undefined): FieldError[] {
  const field = 'spec.schedule';
  const { schedule } = spec;
  if (!schedule) return [required(field)];
  const errors: FieldError[] = [];
  const parsed = parseCron(schedule);
  if (!parsed.ok) errors.push(invalid(field, schedule, parsed.error));
  if (!schedule.includes('TZ')) return errors;
  // What was stored before the field existed may stay.
  if (old?.schedule?.includes('TZ') !== true) {
    errors.push(invalid(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  } else if (spec.timeZone !== undefined) {
    errors.push(invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return errors;
}

/** Models validateTimeZone. */
function validateTimeZone(zone: string | undefined): FieldError[] {
  const field = 'spec.timeZone';
  if (zone === undefined) return [];
  if (zone === '') return [invalid(field, zone, 'timeZone must be nil or non-empty string')];
  const unknown = invalid(field, zone, `unknown time zone ${zone}`);
  const odd = (part: string): boolean => part === '.' || part === '..' || part.startsWith('-') || !ZONE_PART.test(part);
  if (zone.split('/').some(odd)) return [unknown];
  if (zone === 'Local') return [explicit(zone)];
  if (zone.toLowerCase() === 'local') return [explicit(zone), unknown];
  return isTimeZone(zone) ? [] : [unknown];
}

function explicit(zone: string): FieldError {
  const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  return invalid('spec.timeZone', zone, why);
}

/** Models validateCronJobSpec. */
function validateSpec(spec: Spec, old: Spec | undefined): FieldError[] {
  const errors = validateSchedule(spec, old);
  errors.push(...notNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds));
  if (old === undefined || old.timeZone !== spec.timeZone) errors.push(...validateTimeZone(spec.timeZone));
  const policy = spec.concurrencyPolicy ?? '';
  if (policy === '') errors.push(required('spec.concurrencyPolicy'));
  else if (!POLICIES.includes(policy)) errors.push(notSupported('spec.concurrencyPolicy', policy, POLICIES));
  const job = spec.jobTemplate.spec;
  const field = 'spec.jobTemplate.spec';
  errors.push(...validateJobFields(job, field));
  if (job.selector !== undefined) errors.push(invalid(`${field}.selector`, job.selector, '`selector` will be auto-generated'));
  if (job.manualSelector === true) errors.push(notSupported(`${field}.manualSelector`, true, ['nil', 'false']));
  errors.push(...notNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit));
  errors.push(...notNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit));
  return errors;
}

/** A new CronJob. Models ValidateCronJobCreate. */
export function validateCronJob(cronJob: CronJob): FieldError[] {
  const errors = [...validateMetadata(cronJob.metadata, true, subdomainName), ...validateSpec(cronJob.spec, undefined)];
  if (cronJob.metadata.name.length > MAX_NAME) {
    errors.push(invalid('metadata.name', cronJob.metadata.name, `must be no more than ${MAX_NAME} characters`));
  }
  return errors;
}

/** A changed CronJob; its name is what it was. Models ValidateCronJobUpdate. */
export function validateCronJobUpdate(now: CronJob, before: CronJob): FieldError[] {
  return [...validateMetadataUpdate(now.metadata, before.metadata), ...validateSpec(now.spec, before.spec)];
}

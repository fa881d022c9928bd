import { deepEqual } from '#shared/core/json.ts';
import { firstCommonIndex, parseIndexes } from '#shared/kube/jobIndexes.ts';
import type { Job } from '#shared/kube/kinds.ts';
import { duplicate, type FieldError, invalid, notNegative, required } from './errors.ts';
import { invalidUnshown } from './jobPolicies.ts';
import { validateMetadataUpdate } from './metadata.ts';

const CONDITIONS = 'status.conditions';

function isTrue(job: Job, type: string): boolean {
  return job.status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
}

function isFinished(job: Job): boolean {
  return isTrue(job, 'Complete') || isTrue(job, 'Failed');
}

/** What has moved since the stored status: most rules only look at that, so that an old fault does not block other writes. */
interface Changes {
  /** Whether the condition is true in only one of the two versions. */
  condition(type: string): boolean;
  field(name: keyof Job['status'] & string): boolean;
  readonly finished: boolean;
}

function changesOf(now: Job, before: Job): Changes {
  return {
    condition: (type) => isTrue(now, type) !== isTrue(before, type),
    field: (name) => !deepEqual(now.status?.[name], before.status?.[name]),
    finished: isFinished(now) !== isFinished(before),
  };
}

function validateUncounted(job: Job): FieldError[] {
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    (job.status?.uncountedTerminatedPods?.[list] ?? []).flatMap((uid, index): FieldError[] => {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') return [invalid(field, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(field, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

function validateConditions(job: Job, changed: Changes): FieldError[] {
  const errors: FieldError[] = [];
  const [complete, failed] = [isTrue(job, 'Complete'), isTrue(job, 'Failed')];
  const both = (when: boolean, text: string): void => {
    if (when) errors.push(invalidUnshown(CONDITIONS, text));
  };
  both(
    (changed.condition('Complete') || changed.condition('Failed')) && complete && failed,
    'cannot set Complete=True and Failed=true conditions',
  );
  both(
    (changed.condition('Complete') || changed.condition('FailureTarget')) && complete && isTrue(job, 'FailureTarget'),
    'cannot set Complete=True and FailureTarget=true conditions',
  );
  return errors;
}

function validateTimes(job: Job, changed: Changes): FieldError[] {
  const errors: FieldError[] = [];
  const { completionTime, startTime } = job.status ?? {};
  const complete = isTrue(job, 'Complete');
  const field = 'status.completionTime';
  if (changed.condition('Complete') || changed.field('completionTime')) {
    if (completionTime !== undefined && !complete) {
      errors.push(invalid(field, completionTime, 'cannot set completionTime when there is no Complete=True condition'));
    }
    if (completionTime === undefined && complete) errors.push(required(field, 'completionTime is required for Complete jobs'));
  }
  if (changed.field('startTime') || changed.field('completionTime')) {
    if (startTime !== undefined && completionTime !== undefined && Date.parse(`${completionTime}`) < Date.parse(`${startTime}`)) {
      errors.push(invalid(field, completionTime, 'completionTime cannot be set before startTime'));
    }
  }
  return errors;
}

function validateFinished(job: Job, changed: Changes): FieldError[] {
  const errors: FieldError[] = [];
  const status = job.status ?? {};
  if (changed.condition('Failed') && isTrue(job, 'Failed') && !isTrue(job, 'FailureTarget')) {
    errors.push(invalidUnshown(CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition'));
  }
  if (changed.condition('Complete') && isTrue(job, 'Complete') && !isTrue(job, 'SuccessCriteriaMet')) {
    errors.push(invalidUnshown(CONDITIONS, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'));
  }
  const finished = isFinished(job);
  if ((changed.finished || changed.field('active')) && (status.active ?? 0) > 0 && finished) {
    errors.push(invalid('status.active', status.active, 'active>0 is invalid for finished job'));
  }
  if ((changed.finished || changed.field('startTime')) && status.startTime === undefined && finished) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  const uncounted = status.uncountedTerminatedPods;
  const left = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0);
  if ((changed.finished || changed.field('uncountedTerminatedPods')) && finished && left > 0) {
    const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
    const why = 'uncountedTerminatedPods needs to be empty for finished job';
    errors.push(invalid('status.uncountedTerminatedPods', shown, why));
  }
  return errors;
}

function validateIndexes(job: Job, changed: Changes): FieldError[] {
  const errors: FieldError[] = [];
  const { completedIndexes = '', failedIndexes } = job.status ?? {};
  const { completions, backoffLimitPerIndex, completionMode } = job.spec;
  const format = (name: 'completedIndexes' | 'failedIndexes', text: string): void => {
    const parsed = parseIndexes(text, completions ?? 0);
    if (!parsed.ok) errors.push(invalid(`status.${name}`, text, `error parsing ${name}: ${parsed.error}`));
  };
  if (changed.field('completedIndexes') && completions !== undefined) format('completedIndexes', completedIndexes);
  if (changed.field('failedIndexes') && completions !== undefined && backoffLimitPerIndex !== undefined) {
    format('failedIndexes', failedIndexes ?? '');
  }
  if (changed.field('completedIndexes') && completedIndexes !== '' && completionMode !== 'Indexed') {
    const why = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid('status.completedIndexes', completedIndexes, why));
  }
  if (changed.field('failedIndexes') && backoffLimitPerIndex === undefined && failedIndexes !== undefined) {
    const why = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid('status.failedIndexes', failedIndexes, why));
  }
  if ((changed.field('failedIndexes') || changed.field('completedIndexes')) && completions !== undefined) {
    const common = firstCommonIndex(completedIndexes, failedIndexes ?? '', completions);
    if (common !== undefined) {
      const why = `failedIndexes and completedIndexes overlap at index: ${common}`;
      errors.push(invalid('status.failedIndexes', failedIndexes, why));
    }
  }
  return errors;
}

function validateCounts(job: Job, changed: Changes): FieldError[] {
  const errors: FieldError[] = [];
  const { terminating = 0, ready = 0, active = 0 } = job.status ?? {};
  if ((changed.finished || changed.field('terminating')) && terminating > 0 && isFinished(job)) {
    errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  if ((changed.field('ready') || changed.field('active')) && ready > active) {
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  }
  return errors;
}

function validateCriteria(job: Job): FieldError[] {
  if (isTrue(job, 'SuccessCriteriaMet')) {
    const errors: FieldError[] = [];
    for (const other of ['Failed', 'FailureTarget']) {
      if (!isTrue(job, other)) continue;
      errors.push(invalidUnshown(CONDITIONS, `cannot set SuccessCriteriaMet=True and ${other}=true conditions`));
    }
    return errors;
  }
  if (job.spec.successPolicy === undefined || !isTrue(job, 'Complete')) return [];
  const why = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
  return [invalidUnshown(CONDITIONS, why)];
}

/** What a new status may not take back. Models ValidateJobStatusUpdate. */
function validateTransition(now: Job, before: Job): FieldError[] {
  const errors: FieldError[] = [];
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (!isTrue(before, type) || isTrue(now, type)) continue;
    errors.push(invalidUnshown(CONDITIONS, `cannot disable the terminal ${type}=True condition`));
  }
  const { spec } = now;
  const shrinks = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  for (const name of shrinks ? (['failed'] as const) : (['failed', 'succeeded'] as const)) {
    const count = now.status?.[name] ?? 0;
    if (count < (before.status?.[name] ?? 0)) {
      errors.push(invalid(`status.${name}`, count, `cannot decrease the ${name} counter`));
    }
  }
  const ended = now.status?.completionTime;
  if (ended !== undefined && before.status?.completionTime !== undefined && ended !== before.status.completionTime) {
    errors.push(invalid('status.completionTime', ended, 'completionTime cannot be mutated'));
  }
  const started = before.status?.startTime;
  if (started !== undefined && started !== now.status?.startTime && spec.suspend !== true) {
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  }
  if (isTrue(before, 'SuccessCriteriaMet') && !isTrue(now, 'SuccessCriteriaMet')) {
    errors.push(invalidUnshown(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (isTrue(before, 'Complete') && !isTrue(before, 'SuccessCriteriaMet') && isTrue(now, 'SuccessCriteriaMet')) {
    const why = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    errors.push(invalidUnshown(CONDITIONS, why));
  }
  return errors;
}

/** A Job's new status. Models ValidateJobUpdateStatus with the options of getStatusValidationOptions. */
export function validateJobStatus(now: Job, before: Job): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  for (const name of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    errors.push(...notNegative(`status.${name}`, now.status?.[name]));
  }
  const changed = changesOf(now, before);
  return [
    ...errors,
    ...validateUncounted(now),
    ...validateConditions(now, changed),
    ...validateTimes(now, changed),
    ...validateFinished(now, changed),
    ...validateIndexes(now, changed),
    ...validateCounts(now, changed),
    ...validateCriteria(now),
    ...validateTransition(now, before),
  ];
}

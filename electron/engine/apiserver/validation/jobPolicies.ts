import { parseIndexes } from '#shared/kube/jobIndexes.ts';
import type { JobSpec } from '#shared/kube/kinds.ts';
import { checkQualifiedName } from '#shared/kube/names.ts';
import { duplicate, type FieldError, invalid, invalidEach, notNegative, notSupported, required, tooLong } from './errors.ts';

type FailurePolicy = NonNullable<JobSpec['podFailurePolicy']>;
type FailureRule = FailurePolicy['rules'][number];
type SuccessRule = NonNullable<JobSpec['successPolicy']>['rules'][number];

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;
const MAX_INDEXES_BYTES = 64 * 1024;

/** A list with more entries than it may have. */
function tooMany(field: string, count: number, max: number): FieldError[] {
  return count <= max
    ? []
    : [{ field, type: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${max} items` }];
}

/** An invalid value that is too large to be shown. */
export function invalidUnshown(field: string, detail: string): FieldError {
  return { field, type: 'FieldValueInvalid', message: `Invalid value: ${detail}` };
}

/** A list of words as Go prints it: `["a" "b"]`. */
function quoted(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;
}

/** A word of a closed list that must be there. */
function oneOf(field: string, value: string | undefined, words: readonly string[]): FieldError[] {
  if (!value) return [required(field, `valid values: ${quoted(words)}`)];
  return words.includes(value) ? [] : [notSupported(field, value, words)];
}

/** Models validatePodFailurePolicy. */
export function validateFailurePolicy(spec: JobSpec, field: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const { containers = [], initContainers = [] } = spec.template.spec ?? { containers: [] };
  const names = [...containers, ...initContainers].map((container) => container.name);
  return [
    ...tooMany(`${field}.rules`, rules.length, MAX_RULES),
    ...rules.flatMap((rule, index) => validateFailureRule(spec, rule, `${field}.rules[${index}]`, names)),
  ];
}

function validateFailureRule(spec: JobSpec, rule: FailureRule, field: string, names: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const { onExitCodes } = rule;
  const patterns = rule.onPodConditions ?? [];
  if (rule.action !== 'FailIndex') errors.push(...oneOf(`${field}.action`, rule.action, ACTIONS));
  else if (spec.backoffLimitPerIndex === undefined) {
    errors.push(invalid(`${field}.action`, rule.action, 'requires the backoffLimitPerIndex to be set'));
  }
  if (onExitCodes !== undefined) errors.push(...validateExitCodes(onExitCodes, `${field}.onExitCodes`, names));
  if (patterns.length > 0) errors.push(...validatePatterns(patterns, `${field}.onPodConditions`));
  if (onExitCodes !== undefined && patterns.length > 0) {
    errors.push(invalidUnshown(field, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && patterns.length === 0) {
    errors.push(invalidUnshown(field, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validatePatterns(patterns: NonNullable<FailureRule['onPodConditions']>, field: string): FieldError[] {
  const errors = tooMany(field, patterns.length, MAX_PATTERNS);
  patterns.forEach((pattern, index) => {
    errors.push(...invalidEach(`${field}[${index}].type`, pattern.type, checkQualifiedName(pattern.type ?? '')));
    errors.push(...oneOf(`${field}[${index}].status`, pattern.status, STATUSES));
  });
  return errors;
}

function validateExitCodes(
  codes: NonNullable<FailureRule['onExitCodes']>,
  field: string,
  names: readonly string[],
): FieldError[] {
  const errors = oneOf(`${field}.operator`, codes.operator, OPERATORS);
  if (codes.containerName !== undefined && !names.includes(codes.containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${field}.containerName`, codes.containerName, why));
  }
  const values = codes.values ?? [];
  if (values.length === 0) errors.push(invalid(`${field}.values`, codes.values, 'at least one value is required'));
  else errors.push(...tooMany(`${field}.values`, values.length, MAX_EXIT_CODES));
  values.forEach((value, index) => {
    const at = `${field}.values[${index}]`;
    if (codes.operator === 'In' && value === 0) errors.push(invalid(at, value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < index) errors.push(duplicate(at, value));
  });
  const ordered = values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);
  if (!ordered) errors.push(invalid(`${field}.values`, values, 'must be ordered'));
  return errors;
}

/** Models validateSuccessPolicy. The Job must be an indexed one. */
export function validateSuccessPolicy(spec: JobSpec, field: string): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    errors.push(required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  }
  errors.push(...tooMany(`${field}.rules`, rules.length, MAX_RULES));
  rules.forEach((rule, index) => {
    errors.push(...validateSuccessRule(rule, spec.completions ?? 0, `${field}.rules[${index}]`));
  });
  return errors;
}

function validateSuccessRule(rule: SuccessRule, completions: number, field: string): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  const errors: FieldError[] = [];
  if (count === undefined && indexes === undefined) {
    errors.push(required(field, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (indexes !== undefined) {
    const at = `${field}.succeededIndexes`;
    if (indexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(at, MAX_INDEXES_BYTES));
    const parsed = parseIndexes(indexes, completions);
    if (parsed.ok) total = parsed.value.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    else errors.push(invalid(at, indexes, `error parsing succeededIndexes: ${parsed.error}`));
  }
  if (count !== undefined) {
    const at = `${field}.succeededCount`;
    errors.push(...notNegative(at, count));
    if (count > completions) {
      errors.push(invalid(at, count, `must be less than or equal to ${completions} (the number of specified completions)`));
    }
    if (indexes !== undefined && count > total) {
      const why = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
      errors.push(invalid(at, count, why));
    }
  }
  return errors;
}

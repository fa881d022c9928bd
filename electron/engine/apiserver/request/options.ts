import { err, ok, type Result } from '#shared/core/result.ts';
import type { Status } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../validation/errors.ts';
import { invalidKindStatus } from '../validation/index.ts';
import type { FieldValidation } from './body.ts';

/** What the query of a write asks for. */
export interface WriteQuery {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
}

const MAX_MANAGER = 128;
const DIRECTIVES = ['', 'Ignore', 'Strict', 'Warn'];

/**
 * Reads and checks the query of a write. `kind` names the options in errors: CreateOptions, UpdateOptions, PatchOptions.
 * Models apimachinery meta/v1/validation ValidateCreateOptions and its like.
 */
export function writeQuery(
  query: Readonly<Record<string, string>>,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  apply = false,
): Result<WriteQuery, Status> {
  const errors: FieldError[] = [];
  if (kind === 'PatchOptions') errors.push(...applyOptions(query, apply));
  const manager = query.fieldManager ?? '';
  if (manager.length > MAX_MANAGER)
    errors.push({
      field: 'fieldManager',
      type: 'FieldValueTooLong',
      message: `Too long: may not be more than ${MAX_MANAGER} bytes`,
    });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(manager))
    errors.push(invalid('fieldManager', manager, 'should only contain printable characters'));
  errors.push(...dryRunErrors(query.dryRun));
  const directive = query.fieldValidation ?? '';
  if (!DIRECTIVES.includes(directive)) errors.push(notSupported('fieldValidation', directive, DIRECTIVES));
  if (errors.length > 0) return err(invalidKindStatus(`${kind}.meta.k8s.io`, '', errors));
  const fieldValidation = directive === 'Ignore' || directive === 'Strict' ? directive : 'Warn';
  return ok({ dryRun: query.dryRun === 'All', fieldValidation });
}

function dryRunErrors(given: string | undefined): FieldError[] {
  return given === undefined || given === 'All' ? [] : [notSupported('dryRun', [given], ['All'])];
}

function applyOptions(query: Readonly<Record<string, string>>, apply: boolean): FieldError[] {
  if (apply) return (query.fieldManager ?? '') === '' ? [required('fieldManager', 'is required for apply patch')] : [];
  return query.force === undefined ? [] : [forbidden('force', 'may not be specified for non-apply patch')];
}

/** Options of a deletion, from the query or the body, in their own names. */
export interface DeleteQuery {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** Checks DeleteOptions as data. Models ValidateDeleteOptions. */
export function deleteOptions(given: Readonly<Record<string, unknown>>): Result<DeleteQuery, Status> {
  const errors: FieldError[] = [];
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions } = given;
  const dryRun = Array.isArray(given.dryRun) ? (given.dryRun as unknown[]) : given.dryRun === undefined ? [] : [given.dryRun];
  if (orphanDependents !== undefined && propagationPolicy !== undefined)
    errors.push(invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  const policy = POLICIES.find((one) => one === propagationPolicy);
  if (propagationPolicy !== undefined && policy === undefined)
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']));
  if (dryRun.length > 0 && !(dryRun.length === 1 && dryRun[0] === 'All')) errors.push(notSupported('dryRun', dryRun, ['All']));
  if (errors.length > 0) return err(invalidKindStatus('DeleteOptions.meta.k8s.io', '', errors));
  const seconds = gracePeriodSeconds === undefined || gracePeriodSeconds === null ? undefined : Number(gracePeriodSeconds);
  const orphan =
    orphanDependents === undefined ? policy : orphanDependents === true || orphanDependents === 'true' ? 'Orphan' : 'Background';
  return ok({
    dryRun: dryRun.length > 0,
    ...(seconds === undefined || !Number.isInteger(seconds) ? {} : { gracePeriodSeconds: seconds }),
    ...(orphan === undefined ? {} : { propagationPolicy: orphan }),
    ...(preconditions === undefined || preconditions === null ? {} : { preconditions }),
  });
}

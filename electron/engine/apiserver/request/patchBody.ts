import { readJson } from '#shared/core/goJson.ts';
import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { checkShape, type ShapeProblem } from '#shared/kube/shape/index.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { MAX_OPERATIONS, readOperations } from '../patch/jsonPatch.ts';
import { badRequest } from '../status.ts';
import type { PatchType } from '../types.ts';
import { invalidPatch } from './answers.ts';
import { type FieldValidation, mediaType } from './body.ts';

const TYPES: Readonly<Record<string, PatchType | 'apply'>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
  'application/apply-patch+cbor': 'apply',
};

/** Kind of a patch by its Content-Type; undefined for what is no patch format. */
export function patchTypeOf(contentType: string | undefined): PatchType | 'apply' | undefined {
  return TYPES[mediaType(contentType)];
}

/** A patch as data, with the complaints about fields it gives twice. */
export interface ReadPatch {
  readonly patch: unknown;
  readonly complaints: readonly string[];
}

/** Reads the body of a patch. 400 with the words of the reader, 413 for too many operations. Models patchMechanism of jsonPatcher and smpPatcher. */
export function readPatch(text: string, type: PatchType): Result<ReadPatch, Status> {
  const read = readJson(text);
  if (!read.ok) return err(badRequest(type === 'merge' ? `error decoding patch: ${read.error}` : read.error));
  const patch = read.value.value;
  const complaints = read.value.duplicates.map((path) => `duplicate field "${path}"`);
  if (type !== 'json') {
    if (isRecord(patch)) return ok({ patch, complaints });
    return err(
      badRequest(
        type === 'merge' ? 'Invalid JSON Patch' : 'json: cannot unmarshal value into Go value of type map[string]interface {}',
      ),
    );
  }
  const operations = readOperations(patch);
  if (!operations.ok) return err(badRequest(operations.error));
  if (operations.value.length > MAX_OPERATIONS) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.value.length}`;
    return err({ ...badRequest(message), reason: 'RequestEntityTooLarge', code: 413 });
  }
  return ok({ patch, complaints });
}

/**
 * Looks at what a patch has made of an object: 422 when it is none of its kind any more or, with Strict, when it holds fields the kind does not have
 * (`complaints` of the patch itself included). Models patcher.applyJSPatch and applyPatchToObject.
 */
export function inspectPatched(
  patched: AnyObject,
  patch: unknown,
  options: { type: PatchType; validation: FieldValidation; complaints: readonly string[]; warn: (text: string) => void },
): Status | undefined {
  const shown = (): string => (options.type === 'strategic' ? goText(patch) : JSON.stringify(patched));
  const problems = checkShape(patched, patched.kind);
  const wrong = problems.find((problem) => problem.kind === 'type');
  if (wrong !== undefined)
    return invalidPatch(shown(), options.type === 'strategic' ? restoreError(patched, wrong) : typeText(wrong));
  const complaints = [...options.complaints, ...problems.map(({ message }) => message)];
  if (options.validation === 'Ignore' || complaints.length === 0) return undefined;
  if (options.validation === 'Strict') return invalidPatch(shown(), `strict decoding error: ${complaints.join(', ')}`);
  for (const complaint of complaints) options.warn(complaint);
  return undefined;
}

function typeText(problem: ShapeProblem): string {
  return problem.message.startsWith('quantities') ? problem.message : `${problem.path}: ${problem.message}`;
}

/** Why a value can't be put into its field. Models runtime.UnstructuredConverter fromUnstructured. */
function restoreError(patched: AnyObject, problem: ShapeProblem): string {
  const value = valueAt(patched, problem.path);
  const kind = goKind(value);
  const wanted = /^expected (a list|a map|an object|text|true or false|a whole number)/.exec(problem.message)?.[1];
  switch (wanted) {
    case 'a list':
      return `cannot restore slice from ${kind}`;
    case 'a map':
      return `cannot restore map from ${kind}`;
    case 'an object':
      return `cannot restore struct from: ${kind}`;
    case 'text':
      return 'unrecognized type: string';
    case 'true or false':
      return 'unrecognized type: bool';
    case 'a whole number':
      return 'unrecognized type: int32';
    default:
      return problem.message;
  }
}

function valueAt(object: unknown, path: string): unknown {
  let current: unknown = object;
  for (const part of path.match(/[^.[\]]+/g) ?? []) current = (current as Record<string, unknown> | undefined)?.[part];
  return current;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'map';
}

/** Data as Go prints it with %+v: `map[a:1 b:[x y]]`, fields sorted. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (value === null || value === undefined) return '<nil>';
  if (!isRecord(value)) return String(value);
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${name}:${goText(value[name])}`);
  return `map[${fields.join(' ')}]`;
}

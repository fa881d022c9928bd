import { err, ok, type Result } from '#shared/core/result.ts';
import type { PolicyMutation } from '#shared/kube/kinds.ts';
import { checkShape, decodeObject, strictDecodingError } from '#shared/kube/shape/index.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { applyJsonPatch, type JsonOperation } from '../../patch/jsonPatch.ts';
import { type Activation, CelFault, fromCel, JsonPatchValue, ObjectValue } from '../cel/index.ts';
import { evaluateExpression } from '../policies/activation.ts';
import { internalFault } from '../policies/fault.ts';
import { applyConfiguration } from './merge.ts';

/** Why a mutation failed: words about the policy, or an answer that stands for itself. */
export type PatchFault = { readonly text: string } | { readonly status: Status };

/** The object after one mutation. Models policy/mutating/patch Patcher. */
export function mutateOnce(mutation: PolicyMutation, object: AnyObject, activation: Activation): Result<AnyObject, PatchFault> {
  const isApply = mutation.patchType === 'ApplyConfiguration';
  const source = ((isApply ? mutation.applyConfiguration : mutation.jsonPatch)?.expression ?? '').trim();
  const result = evaluateExpression(source, activation);
  if (!result.ok) return err({ text: result.error });
  return isApply ? merged(object, result.value) : patched(object, result.value);
}

function merged(object: AnyObject, value: unknown): Result<AnyObject, PatchFault> {
  if (!(value instanceof ObjectValue)) return err({ text: 'unsupported return type from ApplyConfiguration expression' });
  const misnamed = misnamedPart(value, 'Object');
  if (misnamed !== undefined) return err({ text: `type mismatch: ${misnamed}` });
  const result = applyConfiguration(object, fromCel(value) as Record<string, unknown>);
  return result.ok ? ok(decodeObject(result.value, object.kind)) : err({ text: `error applying patch: ${result.error}` });
}

/** Complaint about the first literal that does not stand where its name says. Models CheckTypeNamesMatchFieldPathNames. */
function misnamedPart(value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) return firstOf(value, (one) => misnamedPart(one, path));
  if (!(value instanceof ObjectValue)) return undefined;
  if (value.typeName !== path) {
    return `unexpected type name "${value.typeName}", expected "${path}", which matches field name path from root Object type`;
  }
  return firstOf(Object.entries(value.fields), ([name, one]) => misnamedPart(one, `${path}.${name}`));
}

function firstOf<T>(list: readonly T[], look: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const found = look(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function patched(object: AnyObject, value: unknown): Result<AnyObject, PatchFault> {
  if (!Array.isArray(value)) return err({ text: 'type mismatch: JSONPatchType.expression should evaluate to array' });
  let document: unknown = object;
  for (const step of value) {
    const operation = operationOf(step);
    if (!operation.ok) return operation;
    const result = applyJsonPatch(document, [operation.value]);
    if (!result.ok) {
      // A test that fails means that nothing is to be done, not that something went wrong.
      if (result.error.endsWith('test failed')) return ok(object);
      return err({ text: `JSON Patch: ${fullPath(result.error, operation.value.path)}` });
    }
    document = result.value;
  }
  const changed = document as AnyObject;
  const unknown = checkShape(changed, object.kind).filter(({ kind }) => kind === 'unknown');
  if (unknown.length > 0) return err({ status: internalFault(strictDecodingError(unknown)) });
  return ok(decodeObject(changed, object.kind));
}

/** The complaint with the whole path instead of the part where the look-up ended. */
function fullPath(error: string, path: string): string {
  return error.replace(/doc is missing path: "[^"]*"/, () => `doc is missing path: ${JSON.stringify(path)}`);
}

function operationOf(step: unknown): Result<JsonOperation, PatchFault> {
  if (!(step instanceof JsonPatchValue)) {
    return err({ text: 'type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch' });
  }
  const misnamed = step.value instanceof ObjectValue ? misnamedPart(step.value, step.value.typeName) : undefined;
  if (misnamed !== undefined) return err({ text: `type mismatch: ${misnamed}` });
  const { op, path, from } = step;
  try {
    const value = step.value === undefined ? {} : { value: fromCel(step.value) };
    return ok({ op, path, ...(from === '' ? {} : { from }), ...value });
  } catch (error) {
    if (!(error instanceof CelFault)) throw error;
    return err({ text: `JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${error.message}` });
  }
}

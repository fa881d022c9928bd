import { deepEqual, isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';

/** One operation of RFC 6902. */
export interface JsonOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** More operations than this are refused unread. Models handlers maxJSONPatchOperations. */
export const MAX_OPERATIONS = 10_000;

/** Reads the body of a JSON patch. Errors are those of the reader, in its words. */
export function readOperations(patch: unknown): Result<JsonOperation[], string> {
  if (!Array.isArray(patch)) return err(`json: cannot unmarshal ${nameOf(patch)} into Go value of type jsonpatch.Patch`);
  for (const entry of patch) {
    if (!isRecord(entry)) return err(`json: cannot unmarshal ${nameOf(entry)} into Go value of type jsonpatch.Operation`);
  }
  return ok(patch as JsonOperation[]);
}

/** A step that does not apply. */
class Misfit extends Error {}

/**
 * Applies a JSON patch; the target is not changed. A negative index counts from the end, as the API server's library has it.
 * Errors say which operation does not apply. Models github.com/evanphx/json-patch v4.
 */
export function applyJsonPatch(target: unknown, operations: readonly JsonOperation[]): Result<unknown, string> {
  let document = target;
  try {
    for (const operation of operations) document = step(document, operation);
  } catch (error) {
    if (error instanceof Misfit) return err(error.message);
    throw error;
  }
  return ok(document);
}

function step(document: unknown, operation: JsonOperation): unknown {
  const { op } = operation;
  if (typeof operation.path !== 'string') throw new Misfit(`${op} operation failed to decode path: missing value`);
  const path = pointer(operation.path);
  switch (op) {
    case 'add':
      return set(document, path, operandOf(operation), 'add');
    case 'replace':
      find(document, path, 'replace');
      return set(document, path, operandOf(operation), 'replace');
    case 'remove':
      return remove(document, path, 'remove');
    case 'move': {
      const from = pointer(sourceOf(operation));
      const moved = find(document, from, 'move');
      return set(remove(document, from, 'move'), path, moved, 'move');
    }
    case 'copy':
      return set(document, path, find(document, pointer(sourceOf(operation)), 'copy'), 'copy');
    case 'test': {
      const wanted = operation.value ?? null;
      const present = path.length === 0 ? document : (lookup(document, path) ?? null);
      if (!deepEqual(present, wanted)) throw new Misfit(`testing value ${operation.path} failed: test failed`);
      return document;
    }
    default:
      throw new Misfit(`Unexpected kind: ${op}`);
  }
}

function operandOf(operation: JsonOperation): unknown {
  if (operation.value === undefined) throw new Misfit(`${operation.op} operation failed to decode value: missing value`);
  return operation.value;
}

function sourceOf(operation: JsonOperation): string {
  if (typeof operation.from !== 'string') throw new Misfit(`${operation.op} operation failed to decode from: missing value`);
  return operation.from;
}

/** Parts of a JSON pointer (RFC 6901). */
function pointer(text: string): string[] {
  if (text === '') return [];
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookup(document: unknown, path: readonly string[]): unknown {
  let current = document;
  for (const part of path) {
    if (Array.isArray(current)) {
      const index = indexOf(part, current.length);
      current = index === undefined ? undefined : current[index];
    } else current = isRecord(current) && Object.hasOwn(current, part) ? current[part] : undefined;
    if (current === undefined) return undefined;
  }
  return current;
}

function find(document: unknown, path: readonly string[], op: string): unknown {
  const found = lookup(document, path);
  if (found === undefined)
    throw new Misfit(`${op} operation does not apply: doc is missing key: /${path.join('/')}: missing value`);
  return found;
}

/** Place in a list; undefined for what is none. */
function indexOf(part: string, length: number): number | undefined {
  if (!/^-?\d+$/.test(part)) return undefined;
  const index = Number(part);
  const place = index < 0 ? index + length : index;
  return place >= 0 && place < length ? place : undefined;
}

/** The document with the container of the path's last part changed by `change`. */
function within(
  document: unknown,
  path: readonly string[],
  op: string,
  change: (container: Record<string, unknown> | unknown[], key: string) => void,
): unknown {
  const [head, ...rest] = path;
  const missing = (): never => {
    throw new Misfit(`${op} operation does not apply: doc is missing path: "/${path.join('/')}": missing value`);
  };
  if (head === undefined) return missing();
  const copy: Record<string, unknown> | unknown[] = Array.isArray(document)
    ? [...document]
    : isRecord(document)
      ? { ...document }
      : missing();
  if (rest.length === 0) {
    change(copy, head);
    return copy;
  }
  const inner = lookup(copy, [head]);
  if (inner === undefined) return missing();
  const next = within(inner, rest, op, change);
  if (Array.isArray(copy)) copy[indexOf(head, copy.length) ?? 0] = next;
  else assign(copy, head, next);
  return copy;
}

function set(document: unknown, path: readonly string[], value: unknown, op: string): unknown {
  if (path.length === 0) return value;
  return within(document, path, op, (container, key) => {
    if (!Array.isArray(container)) return assign(container, key, value);
    if (op === 'replace') {
      container[indexOf(key, container.length) ?? 0] = value;
      return;
    }
    const end = key === '-' || key === String(container.length);
    const index = end ? container.length : indexOf(key, container.length);
    if (index === undefined)
      throw new Misfit(`${op} operation does not apply: Unable to access invalid index: ${key}: invalid index referenced`);
    container.splice(index, 0, value);
  });
}

function remove(document: unknown, path: readonly string[], op: string): unknown {
  return within(document, path, op, (container, key) => {
    if (Array.isArray(container)) {
      const index = indexOf(key, container.length);
      if (index === undefined)
        throw new Misfit(`${op} operation does not apply: Unable to access invalid index: ${key}: invalid index referenced`);
      container.splice(index, 1);
      return;
    }
    if (!Object.hasOwn(container, key)) throw new Misfit(`Unable to remove nonexistent key: ${key}: missing value`);
    delete container[key];
  });
}

/** `__proto__` is a field like any other. */
function assign(container: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'array' : typeof value;
}

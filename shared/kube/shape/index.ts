import { base64Problem } from '../../core/base64.ts';
import { isRecord } from '../../core/json.ts';
import { canonicalQuantity, parseQuantity } from '../quantity.ts';
import { SCHEDULER_SHAPES } from '../schedulerConfig/shapes.ts';
import { CONFIG_SHAPES } from './config.ts';
import { NETWORK_SHAPES } from './network.ts';
import { POLICY_SHAPES } from './policies.ts';
import { STORAGE_SHAPES } from './storage.ts';
import { SHAPE_TABLE } from './table.ts';
import { VOLUME_SHAPES } from './volumes.ts';
import { VPA_SHAPES } from './vpa.ts';
import { WORKLOAD_SHAPES } from './workloads.ts';

const TABLE: Readonly<Record<string, string>> = {
  ...SHAPE_TABLE,
  ...STORAGE_SHAPES,
  ...SCHEDULER_SHAPES,
  ...WORKLOAD_SHAPES,
  ...CONFIG_SHAPES,
  ...NETWORK_SHAPES,
  ...POLICY_SHAPES,
  ...VOLUME_SHAPES,
  ...VPA_SHAPES,
};

/** One place where an object is not built as its kind is. */
export interface ShapeProblem {
  /** Path such as `spec.containers[0].image`; '' is the object itself. */
  path: string;
  message: string;
  /** `unknown`: no such field; `type`: the field holds something else than it must. */
  kind: 'unknown' | 'type';
  /** For a misspelt field, the field most likely meant. */
  suggestion?: string;
}

type Fields = ReadonlyMap<string, string>;
const parsed = new Map<string, Fields>();

/** Fields of an object type: name to type. undefined for a type the table does not have. */
export function shapeFields(type: string): Fields | undefined {
  const known = parsed.get(type);
  if (known !== undefined) return known;
  const row = Object.hasOwn(TABLE, type) ? TABLE[type] : undefined;
  if (row === undefined) return undefined;
  const fields = new Map(
    row.split(' ').map((entry): [string, string] => {
      const colon = entry.indexOf(':');
      return [entry.slice(0, colon), entry.slice(colon + 1)];
    }),
  );
  parsed.set(type, fields);
  return fields;
}

/** Whether objects of the kind can be checked. */
export function hasShape(kind: string): boolean {
  return Object.hasOwn(TABLE, kind);
}

/**
 * Every field of the object that its kind does not have and every value of a wrong type, in the order of the object. Nothing for kinds
 * without a shape. A null counts as absent, as in the API.
 */
export function checkShape(object: unknown, kind?: string): ShapeProblem[] {
  const type = kind ?? (isRecord(object) && typeof object.kind === 'string' ? object.kind : undefined);
  if (type === undefined || !hasShape(type)) return [];
  const problems: ShapeProblem[] = [];
  visit(object, type, '', problems);
  return problems;
}

/** What a value of each simple type is called in messages. */
const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  bytes: 'text in base64',
  bool: 'true or false',
  int: 'a whole number',
  quantity: 'a quantity such as 500m or 1Gi',
  intOrString: 'a whole number or text such as 25%',
  time: 'a time such as 2026-01-01T00:00:00Z',
};

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `text (${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)})`;
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

function mismatch(path: string, expected: string, value: unknown): ShapeProblem {
  return { path, kind: 'type', message: `expected ${expected}, found ${nameOf(value)}` };
}

function visit(value: unknown, type: string, path: string, problems: ShapeProblem[]): void {
  if (value === null || value === undefined || type === 'any') return;
  if (type.startsWith('[')) {
    visitList(value, type.slice(1, -1), path, problems);
    return;
  }
  if (type.startsWith('{')) {
    visitMap(value, type.slice(1, -1), path, problems);
    return;
  }
  const fields = shapeFields(type);
  if (fields === undefined) {
    const problem = checkSimple(value, type, path);
    if (problem !== undefined) problems.push(problem);
    return;
  }
  if (!isRecord(value)) {
    problems.push(mismatch(path, 'an object', value));
    return;
  }
  for (const name of Object.keys(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const fieldType = fields.get(name);
    if (fieldType !== undefined) visit(value[name], fieldType, at, problems);
    else problems.push(unknownField(name, at, fields));
  }
}

function visitList(value: unknown, type: string, path: string, problems: ShapeProblem[]): void {
  if (!Array.isArray(value)) {
    problems.push(mismatch(path, 'a list', value));
    return;
  }
  value.forEach((entry, index) => {
    visit(entry, type, `${path}[${index}]`, problems);
  });
}

function visitMap(value: unknown, type: string, path: string, problems: ShapeProblem[]): void {
  if (!isRecord(value)) {
    problems.push(mismatch(path, 'a map', value));
    return;
  }
  for (const key of Object.keys(value)) visit(value[key], type, `${path}[${key}]`, problems);
}

function isInteger(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function checkSimple(value: unknown, type: string, path: string): ShapeProblem | undefined {
  const wrong = mismatch(path, NAMES[type] ?? type, value);
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? undefined : wrong;
    case 'int':
      return isInteger(value) ? undefined : wrong;
    case 'intOrString':
      return isInteger(value) || typeof value === 'string' ? undefined : wrong;
    case 'quantity': {
      if (typeof value !== 'string' && typeof value !== 'number') return wrong;
      const quantity = parseQuantity(value);
      return quantity.ok ? undefined : { path, kind: 'type', message: quantity.error };
    }
    case 'bytes': {
      const problem = typeof value === 'string' ? base64Problem(value) : undefined;
      if (typeof value !== 'string') return wrong;
      return problem === undefined ? undefined : { path, kind: 'type', message: problem };
    }
    case 'time':
      return typeof value === 'string' && TIME.test(value) ? undefined : wrong;
    default:
      return typeof value === 'string' ? undefined : wrong;
  }
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function unknownField(name: string, path: string, fields: Fields): ShapeProblem {
  const suggestion = nearest(name, fields);
  const base = { path, kind: 'unknown' as const, message: `unknown field "${path}"` };
  return suggestion === undefined ? base : { ...base, suggestion };
}

/** The known field closest in spelling, when it is close enough to be a slip. */
function nearest(name: string, fields: Fields): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const field of fields.keys()) {
    const distance = editDistance(name.toLowerCase(), field.toLowerCase());
    if (distance < bestDistance) {
      best = field;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * The object as the API server decodes it: nulls and unknown fields dropped, empty maps and lists that Go leaves out dropped, quantities in
 * canonical form. Parts that need no change are shared with the input. Meant for objects without `type` problems. Kinds without a shape come back as they are.
 */
export function decodeObject<T extends object>(object: T, kind: string): T {
  return hasShape(kind) ? (decode(object, kind) as T) : object;
}

/** Lists and maps that stay even when empty, because upstream always writes them or tells them from absent ones (policies of an autoscaler). */
const KEPT_EMPTY: readonly string[] = ['containers', 'nodeSelectorTerms', 'policies', 'subsets'];

function decode(value: unknown, type: string): unknown {
  if (type === 'quantity') return typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : value;
  if (type.startsWith('[')) return Array.isArray(value) ? decodeList(value, type.slice(1, -1)) : value;
  const isMap = type.startsWith('{');
  const fields = isMap ? undefined : shapeFields(type);
  if (!isRecord(value) || (!isMap && fields === undefined)) return value;
  const result: Record<string, unknown> = {};
  let changed = false;
  for (const name of Object.keys(value)) {
    const fieldType = isMap ? type.slice(1, -1) : fields?.get(name);
    const entry = isMap && fieldType !== undefined ? (value[name] ?? zeroOf(fieldType)) : value[name];
    changed ||= entry !== value[name];
    const dropped = fieldType === undefined || entry === null || entry === undefined;
    if (dropped || (isEmptyContainer(entry, fieldType) && !KEPT_EMPTY.includes(name))) {
      changed = true;
      continue;
    }
    const decoded = decode(entry, fieldType);
    changed ||= decoded !== entry;
    result[name] = decoded;
  }
  return changed ? result : value;
}

function decodeList(list: readonly unknown[], type: string): readonly unknown[] {
  const decoded = list.map((entry) => (entry === null || entry === undefined ? zeroOf(type) : decode(entry, type)));
  return decoded.some((entry, index) => entry !== list[index]) ? decoded : list;
}

/** What a null becomes inside a list or a map, as in Go: the zero of its type. */
function zeroOf(type: string): unknown {
  if (type.startsWith('[')) return [];
  if (type.startsWith('{') || shapeFields(type) !== undefined) return {};
  return ZEROS[type] ?? '';
}

const ZEROS: Readonly<Record<string, unknown>> = { bool: false, int: 0, intOrString: 0, quantity: '0' };

function isEmptyContainer(value: unknown, type: string): boolean {
  if (type.startsWith('[')) return Array.isArray(value) && value.length === 0;
  return type.startsWith('{') && isRecord(value) && Object.keys(value).length === 0;
}

/** Message of the API server for unknown fields under strict field validation. */
export function strictDecodingError(problems: readonly ShapeProblem[]): string {
  return `strict decoding error: ${problems.map((problem) => problem.message).join(', ')}`;
}

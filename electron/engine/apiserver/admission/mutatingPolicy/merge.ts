import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { shapeFields } from '#shared/kube/shape/index.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { listRule } from '../../patch/schema.ts';

/** Types that are merged as a whole: a part of one alone would drop the rest. Models x-kubernetes-map-type: atomic. */
const ATOMIC: ReadonlySet<string> = new Set([
  'ConfigMapKeySelector',
  'EndpointAddress',
  'FileKeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ResourceFieldSelector',
  'ScopeSelector',
  'ScopedResourceSelectorRequirement',
  'SecretKeySelector',
  'SecretReference',
  'TopologySelectorTerm',
  'TypedLocalObjectReference',
  'CrossVersionObjectReference',
  'IngressServiceBackend',
  'RoleRef',
  'Subject',
]);

/** Lists of objects that are merged by more than one field. Models x-kubernetes-list-map-keys. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containerPort: ['containerPort', 'protocol'],
  port: ['port', 'protocol'],
  topologyKey: ['topologyKey', 'whenUnsatisfiable'],
};

/** What an absent key counts as. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** How a list at a place is merged: by the values of fields, as a set, or as a whole. */
function rowOf(path: string): readonly string[] | 'set' | 'atomic' {
  const rule = listRule(path.replace(/\[\d+\]/g, '').replace(/^\./, ''));
  if (rule === undefined) return 'atomic';
  return rule.key === undefined ? 'set' : (KEYS[rule.key] ?? [rule.key]);
}

const isList = (type: string): boolean => type.startsWith('[');
const isMap = (type: string): boolean => type.startsWith('{');
const inner = (type: string): string => type.slice(1, -1);
const isObject = (type: string): boolean => !isList(type) && !isMap(type) && shapeFields(type) !== undefined;

/** What the types of values are called by the reader of typed values, and whether a value is of one. */
const SIMPLE: Readonly<Record<string, readonly [name: string, fits: (value: unknown) => boolean]>> = {
  string: ['string', (value) => typeof value === 'string'],
  time: ['string', (value) => typeof value === 'string'],
  bool: ['boolean', (value) => typeof value === 'boolean'],
  int: ['numeric (int or float)', (value) => typeof value === 'number'],
};

/** Complaints about values that are not as the type of an object has them. Models structured-merge-diff typed validate. */
function mismatches(value: unknown, type: string, path: string): string[] {
  const wrong = (expected: string): string[] => [`${path}: expected ${expected}, got ${JSON.stringify(value)}`];
  if (value === null || value === undefined) return [];
  if (isList(type)) {
    if (!Array.isArray(value)) return wrong('list');
    return value.flatMap((entry, i) => mismatches(entry, inner(type), `${path}[${i}]`));
  }
  if (isMap(type)) {
    if (!isRecord(value)) return wrong('map');
    return Object.keys(value).flatMap((key) => mismatches(value[key], inner(type), `${path}.${key}`));
  }
  const fields = shapeFields(type);
  if (fields === undefined) {
    const simple = SIMPLE[type];
    return simple === undefined || simple[1](value) ? [] : wrong(simple[0]);
  }
  if (!isRecord(value)) return wrong('map');
  return Object.keys(value).flatMap((name) => {
    const field = fields.get(name);
    const at = `${path}.${name}`;
    return field === undefined ? [`${at}: field not declared in schema`] : mismatches(value[name], field, at);
  });
}

/** Places of values that can only be replaced as a whole. Models patch findAtomics. */
function atomics(value: unknown, type: string, path: string): string[] {
  if (isList(type) && Array.isArray(value)) {
    const own = rowOf(path) === 'atomic' ? [path] : [];
    return [...own, ...value.flatMap((entry, i) => atomics(entry, inner(type), `${path}[${i}]`))];
  }
  const fields = isMap(type) || isList(type) ? undefined : shapeFields(type);
  if (fields === undefined || !isRecord(value)) return [];
  const own = ATOMIC.has(type) ? [path] : [];
  return [...own, ...Object.keys(value).flatMap((name) => atomics(value[name], fields.get(name) ?? 'any', `${path}.${name}`))];
}

/**
 * The object with an apply configuration merged into it: objects and maps field by field, lists of objects by their keys, other lists and
 * values replaced. Errors are those of upstream. Models policy/mutating/patch ApplyStructuredMergeDiff.
 */
export function applyConfiguration(object: AnyObject, patch: Readonly<Record<string, unknown>>): Result<AnyObject, string> {
  if (shapeFields(object.kind) === undefined) return ok(merge(object, patch, 'any', '') as AnyObject);
  const wrong = mismatches(patch, object.kind, '');
  if (wrong.length > 0) {
    const list = wrong.length === 1 ? wrong[0] : `errors:\n  ${wrong.join('\n  ')}`;
    return err(`failed to convert patch object to typed object: ${list}`);
  }
  const whole = atomics(patch, object.kind, '');
  if (whole.length > 0) {
    return err(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole.join(', ')}`);
  }
  return ok(merge(object, patch, object.kind, '') as AnyObject);
}

function merge(before: unknown, patch: unknown, type: string, path: string): unknown {
  if (Array.isArray(patch))
    return Array.isArray(before) ? mergeList(before, patch, isList(type) ? inner(type) : 'any', path) : patch;
  if (!isRecord(patch) || !isRecord(before) || ATOMIC.has(type)) return patch;
  const fields = isObject(type) ? shapeFields(type) : undefined;
  const result: Record<string, unknown> = { ...before };
  for (const name of Object.keys(patch)) {
    const field = fields?.get(name) ?? (isMap(type) ? inner(type) : 'any');
    result[name] = merge(before[name], patch[name], field, `${path}.${name}`);
  }
  return result;
}

function mergeList(before: readonly unknown[], patch: readonly unknown[], type: string, path: string): readonly unknown[] {
  const rule = rowOf(path);
  if (rule === 'atomic') return patch;
  if (rule === 'set') return [...before, ...patch.filter((one) => !before.includes(one))];
  const keyOf = (entry: unknown): string => {
    const fields: Readonly<Record<string, unknown>> = isRecord(entry) ? entry : {};
    return JSON.stringify(rule.map((key) => fields[key] ?? KEY_DEFAULTS[key] ?? null));
  };
  const wanted = new Map(patch.map((entry) => [keyOf(entry), entry]));
  const known = new Set(before.map(keyOf));
  return [
    ...before.map((entry) => {
      const change = wanted.get(keyOf(entry));
      return change === undefined ? entry : merge(entry, change, type, path);
    }),
    ...patch.filter((entry) => !known.has(keyOf(entry))),
  ];
}

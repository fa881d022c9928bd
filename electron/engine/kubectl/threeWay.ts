import { deepEqual, isRecord } from '#shared/core/json.ts';
import { listRule } from '../apiserver/patch/schema.ts';

/**
 * What `kubectl apply` turns an object into: fields of the file win, fields that were in the last applied file but are no more are removed, and
 * all others (defaults, what controllers wrote) stay. Lists merge by their key where Kubernetes merges them, else the file's list replaces.
 * Models apimachinery strategicpatch CreateThreeWayMergePatch, applied.
 */
export function threeWayMerge(current: unknown, wanted: unknown, last: unknown, path = ''): unknown {
  if (isRecord(wanted) && isRecord(current)) return mergeRecords(current, wanted, isRecord(last) ? last : {}, path);
  if (Array.isArray(wanted) && Array.isArray(current)) {
    const key = listRule(path)?.key;
    if (key !== undefined) return mergeLists(current, wanted, Array.isArray(last) ? last : [], key, path);
  }
  return wanted;
}

type Fields = Readonly<Record<string, unknown>>;

function mergeRecords(current: Fields, wanted: Fields, last: Fields, path: string): unknown {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(current)) {
    const inFile = Object.hasOwn(wanted, name) && wanted[name] !== null;
    if (inFile) result[name] = threeWayMerge(value, wanted[name], last[name], path === '' ? name : `${path}.${name}`);
    else if (!Object.hasOwn(last, name) && !Object.hasOwn(wanted, name)) result[name] = value;
  }
  for (const [name, value] of Object.entries(wanted)) if (!Object.hasOwn(current, name) && value !== null) result[name] = value;
  return result;
}

function mergeLists(
  current: readonly unknown[],
  wanted: readonly unknown[],
  last: readonly unknown[],
  key: string,
  path: string,
): unknown[] {
  const keyed = (list: readonly unknown[], id: unknown): unknown =>
    list.find((element) => isRecord(element) && deepEqual(element[key], id));
  const idOf = (element: unknown): unknown => (isRecord(element) ? element[key] : undefined);
  const merged = wanted.map((element) => {
    const before = keyed(current, idOf(element));
    return before === undefined ? element : threeWayMerge(before, element, keyed(last, idOf(element)), path);
  });
  const kept = current.filter(
    (element) => keyed(wanted, idOf(element)) === undefined && keyed(last, idOf(element)) === undefined,
  );
  return [...merged, ...kept];
}

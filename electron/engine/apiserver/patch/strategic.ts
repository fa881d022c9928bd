import { deepEqual, isRecord } from '#shared/core/json.ts';
import { type ListRule, listRule } from './schema.ts';

type Record_ = Readonly<Record<string, unknown>>;

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/**
 * Applies a strategic merge patch: lists with a merge key merge element by element, sets of plain values unite, everything else is as in a
 * JSON merge patch. Honours `$patch` (replace, merge, delete), `$retainKeys`, `$deleteFromPrimitiveList/x` and `$setElementOrder/x`.
 * Models apimachinery/pkg/util/strategicpatch.
 */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  return isRecord(patch) ? mergeMap(isRecord(target) ? target : {}, patch, '') : patch;
}

function isDirective(key: string): boolean {
  return key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
}

/** `path`: field names from the object's root, joined by dots, lists left out. */
function mergeMap(target: Record_, patch: Record_, path: string): Record_ {
  if (patch[DIRECTIVE] === 'replace') return withoutDirectives(patch);
  if (patch[DIRECTIVE] === 'delete') return {};
  let result: Record<string, unknown> = { ...target };
  const retained = patch[RETAIN_KEYS];
  if (Array.isArray(retained)) result = Object.fromEntries(Object.entries(result).filter(([key]) => retained.includes(key)));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM)) removeValues(result, key.slice(DELETE_FROM.length), value);
    if (isDirective(key) || value === undefined) continue;
    if (value === null) delete result[key];
    else result[key] = mergeField(result[key], value, path === '' ? key : `${path}.${key}`);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(SET_ORDER)) orderElements(result, key.slice(SET_ORDER.length), value, path);
  }
  return result;
}

function mergeField(current: unknown, value: unknown, path: string): unknown {
  if (Array.isArray(value)) return mergeList(Array.isArray(current) ? current : [], value, path);
  if (!isRecord(value)) return value;
  return mergeMap(isRecord(current) ? current : {}, value, path);
}

function mergeList(current: readonly unknown[], patch: readonly unknown[], path: string): readonly unknown[] {
  const rule = listRule(path);
  if (rule === undefined) return patch.map(clean);
  if (rule.key === undefined) return uniteValues(current, patch);
  if (patch.some((item) => isRecord(item) && item[DIRECTIVE] === 'replace')) {
    return patch.filter((item) => !(isRecord(item) && item[DIRECTIVE] === 'replace' && !hasKey(item, rule))).map(clean);
  }
  let result: unknown[] = [...current];
  for (const item of patch) {
    if (!isRecord(item)) continue;
    const place = result.findIndex((other) => isRecord(other) && sameElement(other, item, rule));
    if (item[DIRECTIVE] === 'delete') {
      result = result.filter((other) => !(isRecord(other) && sameElement(other, item, rule)));
    } else if (place < 0) result.push(clean(item));
    else result[place] = mergeMap(result[place] as Record_, item, path);
  }
  return result;
}

function hasKey(item: Record_, rule: ListRule): boolean {
  return rule.key !== undefined && item[rule.key] !== undefined;
}

function sameElement(a: Record_, b: Record_, rule: ListRule): boolean {
  return rule.key !== undefined && deepEqual(a[rule.key], b[rule.key]);
}

function uniteValues(current: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const added = patch.filter((value, place) => !current.includes(value) && patch.indexOf(value) === place);
  return added.length === 0 ? current : [...current, ...added];
}

function removeValues(result: Record<string, unknown>, key: string, values: unknown): void {
  const list = result[key];
  if (Array.isArray(list) && Array.isArray(values)) result[key] = list.filter((value) => !values.includes(value));
}

/** Puts the elements named by `$setElementOrder` into that order; the others keep their place relative to what was before them. */
function orderElements(result: Record<string, unknown>, key: string, order: unknown, path: string): void {
  const list = result[key];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const rule = listRule(path === '' ? key : `${path}.${key}`);
  const identity = (item: unknown): unknown => (rule?.key !== undefined && isRecord(item) ? item[rule.key] : item);
  const ranks = order.map(identity);
  const rank = (item: unknown): number => ranks.findIndex((other) => deepEqual(other, identity(item)));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  let next = 0;
  result[key] = list.map((item) => (rank(item) >= 0 ? named[next++] : item));
}

/** A value as it is stored when there was nothing to merge with: directives go, elements that ask to be deleted too. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !(isRecord(item) && item[DIRECTIVE] !== undefined)).map(clean);
  return isRecord(value) ? withoutDirectives(value) : value;
}

function withoutDirectives(value: Record_): Record_ {
  const kept = Object.entries(value).filter(([key, field]) => !isDirective(key) && field !== null && field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, clean(field)]));
}

import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';

/** A value with sorted keys, without what is null or undefined and without the fields named in `without`, at any depth. */
export function sortedValue(value: unknown, without: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((one) => sortedValue(one, without));
  if (!isRecord(value)) return value;
  const names = Object.keys(value)
    .filter((name) => value[name] !== null && value[name] !== undefined && !without.includes(name))
    .sort(compareStrings);
  return Object.fromEntries(names.map((name) => [name, sortedValue(value[name], without)]));
}

/** An object without what no two servers give alike: uid, version, time of creation, managed fields. */
export function withoutSystemFields(object: Readonly<Record<string, unknown>>): Record<string, unknown> & {
  metadata: Record<string, unknown>;
} {
  const { uid, resourceVersion, creationTimestamp, managedFields, ...metadata } = isRecord(object.metadata)
    ? object.metadata
    : {};
  return { ...object, metadata };
}

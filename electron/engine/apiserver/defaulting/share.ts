import { isRecord } from '#shared/core/json.ts';

/** `next` with every part that equals the same part of `before` replaced by that part, so that versions of an object share memory. */
export function shareEqual<T>(next: T, before: unknown): T {
  if (next === before) return next;
  if (Array.isArray(next)) {
    if (!Array.isArray(before)) return next;
    const entries = next.map((entry, index) => shareEqual(entry, before[index]));
    const same = entries.length === before.length && entries.every((entry, index) => entry === before[index]);
    return (same ? before : entries) as T;
  }
  if (!isRecord(next) || !isRecord(before)) return next;
  const names = Object.keys(next);
  const result: Record<string, unknown> = {};
  let same = names.length === Object.keys(before).length;
  for (const name of names) {
    const part = shareEqual(next[name], before[name]);
    same &&= Object.hasOwn(before, name) && part === before[name];
    result[name] = part;
  }
  return (same ? before : result) as T;
}

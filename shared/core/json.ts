/**
 * Structural equality of JSON values. A missing field equals an undefined one. Shared parts are compared by identity first, so comparing two
 * versions of one stored object costs about as much as their difference.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  let defined = 0;
  for (const key in left) {
    const value = left[key];
    if (value === undefined) continue;
    defined++;
    if (!deepEqual(value, right[key])) return false;
  }
  for (const key in right) if (right[key] !== undefined) defined--;
  return defined === 0;
}

/** Whether a value is a JSON object (neither null nor an array). */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Freezes a JSON value and all it contains. Parts that are frozen already are taken as frozen to the bottom and skipped.
 * Returns the approximate bytes of what was newly frozen, which is what keeping this version costs beside the ones it shares parts with.
 */
export function deepFreeze(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length;
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return 8;
  let bytes = 32;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) bytes += 8 + deepFreeze(value[i]);
  } else {
    const record = value as Readonly<Record<string, unknown>>;
    for (const key in record) bytes += 8 + deepFreeze(record[key]);
  }
  Object.freeze(value);
  return bytes;
}

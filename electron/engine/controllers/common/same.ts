/** Deep equality of statuses as stored. */
export function sameStatus(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: unknown, at) => sameStatus(item, b[at]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) || Array.isArray(b))
    return false;
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameStatus(value, right.get(key)));
}

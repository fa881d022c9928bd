/** Milliseconds of each unit a duration may be written in. */
const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Whole milliseconds of `1500ms`, `2s`, `1m30s`, `1.5h` or of a plain number of milliseconds; undefined when the value is none of these,
 * is negative or is not a whole number of milliseconds.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (value === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    // Thousandths as integers, so that 0.001s is exactly one millisecond.
    total += Math.round(Number(amount) * unitMs[unit!]! * 1_000) / 1_000;
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** Shortest text that parseDuration reads back to the same number: `1h`, `1m30s`, `1500ms`. */
export function printDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms % 1_000 !== 0) return `${ms}ms`;
  const hours = Math.floor(ms / unitMs.h!);
  const minutes = Math.floor((ms % unitMs.h!) / unitMs.m!);
  const seconds = Math.floor((ms % unitMs.m!) / 1_000);
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`;
}

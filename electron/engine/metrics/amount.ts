import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';

const MS_PER_SECOND = 1000;

/** A number over virtual time, in thousandths of its unit. `constant` has one value; times are milliseconds since the start of the simulation. */
export type Amount =
  | { readonly shape: 'constant'; readonly milli: number }
  | { readonly shape: 'ramp'; readonly from: number; readonly to: number; readonly startMs: number; readonly lengthMs: number }
  | { readonly shape: 'sine'; readonly min: number; readonly max: number; readonly startMs: number; readonly periodMs: number };

const SHAPES = 'a quantity such as "500m", {"ramp": {...}} or {"sine": {...}}';

/**
 * Reads an amount: a quantity (`"500m"`, `2`, `"1Gi"`), `{"ramp": {"from", "to", "startSeconds", "seconds"}}` or
 * `{"sine": {"min", "max", "periodSeconds", "startSeconds"}}`. The error says which field is wrong and what it may be.
 */
export function parseAmount(value: unknown, field: string): Result<Amount, string> {
  if (typeof value === 'string' || typeof value === 'number') {
    const milli = quantity(value, field);
    return milli.ok ? ok({ shape: 'constant', milli: milli.value }) : milli;
  }
  if (!isRecord(value) || Object.keys(value).length !== 1) return err(`${field} must be ${SHAPES}`);
  if (isRecord(value.ramp)) return parseRamp(value.ramp, `${field}.ramp`);
  if (isRecord(value.sine)) return parseSine(value.sine, `${field}.sine`);
  return err(`${field} must be ${SHAPES}`);
}

/** What an amount is at a time, in thousandths, rounded to whole ones and never below zero. */
export function amountAt(amount: Amount, atMs: number): number {
  return Math.max(0, Math.round(exactAt(amount, atMs)));
}

function exactAt(amount: Amount, atMs: number): number {
  switch (amount.shape) {
    case 'constant':
      return amount.milli;
    case 'ramp': {
      const { from, to, startMs, lengthMs } = amount;
      const part = Math.min(1, Math.max(0, (atMs - startMs) / lengthMs));
      return from + (to - from) * part;
    }
    case 'sine': {
      const { min, max, startMs, periodMs } = amount;
      // Begins at the lowest point.
      return min + ((max - min) * (1 - Math.cos((2 * Math.PI * (atMs - startMs)) / periodMs))) / 2;
    }
  }
}

function quantity(value: unknown, field: string): Result<number, string> {
  if (typeof value !== 'string' && typeof value !== 'number') return err(`${field} must be a quantity such as "500m" or 2`);
  const parsed = parseQuantity(value);
  if (!parsed.ok) return err(`${field}: "${value}" is no quantity; write a number such as "500m", "2" or "1Gi"`);
  return parsed.value.nano < 0n ? err(`${field} must not be negative`) : ok(parsed.value.milli);
}

function seconds(value: unknown, field: string, missing: number | undefined, positive: boolean): Result<number, string> {
  if (value === undefined && missing !== undefined) return ok(missing);
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || (positive && value === 0)) {
    return err(`${field} must be a number of seconds${positive ? ' above 0' : ''}`);
  }
  return ok(Math.round(value * MS_PER_SECOND));
}

/** Refuses fields that are none of those named: a misspelt one would silently do nothing. */
export function unknownField(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  field: string,
): string | undefined {
  const odd = Object.keys(value).find((name) => !known.includes(name));
  if (odd === undefined) return undefined;
  const at = field === '' ? odd : `${field}.${odd}`;
  return `${at} is not known here; known are ${known.join(', ')}`;
}

function parseRamp(value: Readonly<Record<string, unknown>>, field: string): Result<Amount, string> {
  const odd = unknownField(value, ['from', 'to', 'startSeconds', 'seconds'], field);
  if (odd !== undefined) return err(odd);
  const from = quantity(value.from ?? 0, `${field}.from`);
  if (!from.ok) return from;
  const to = quantity(value.to, `${field}.to`);
  if (!to.ok) return to;
  const start = seconds(value.startSeconds, `${field}.startSeconds`, 0, false);
  if (!start.ok) return start;
  const length = seconds(value.seconds, `${field}.seconds`, undefined, true);
  if (!length.ok) return length;
  return ok({ shape: 'ramp', from: from.value, to: to.value, startMs: start.value, lengthMs: length.value });
}

function parseSine(value: Readonly<Record<string, unknown>>, field: string): Result<Amount, string> {
  const odd = unknownField(value, ['min', 'max', 'startSeconds', 'periodSeconds'], field);
  if (odd !== undefined) return err(odd);
  const min = quantity(value.min ?? 0, `${field}.min`);
  if (!min.ok) return min;
  const max = quantity(value.max, `${field}.max`);
  if (!max.ok) return max;
  const start = seconds(value.startSeconds, `${field}.startSeconds`, 0, false);
  if (!start.ok) return start;
  const period = seconds(value.periodSeconds, `${field}.periodSeconds`, undefined, true);
  if (!period.ok) return period;
  return ok({ shape: 'sine', min: min.value, max: max.value, startMs: start.value, periodMs: period.value });
}

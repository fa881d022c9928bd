import { err, ok, type Result } from '../core/result.ts';

/** How a quantity prints: decimal suffixes (m, k, M), powers of 1024 (Ki, Mi) or an exponent (e3). */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/**
 * An exact amount. `nano` counts billionths, the smallest unit Kubernetes keeps; `milli` and `value` are the thousandths and the
 * units as safe integers, rounded up (away from zero) and capped at Number.MAX_SAFE_INTEGER.
 * Models apimachinery/pkg/api/resource Quantity.
 */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
  readonly milli: number;
  readonly value: number;
}

const NANO = 1_000_000_000n;
const NANO_PER_MILLI = 1_000_000n;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_INT64 = 9_223_372_036_854_775_807n * NANO;
/** Exponents beyond this cannot mean anything and would only cost memory. */
const MAX_EXPONENT = 64;

/** Error text of a string that has not the shape of a quantity. */
export const QUANTITY_FORMAT_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC_ERROR = 'unable to parse numeric part of quantity';
const SUFFIX_ERROR = "unable to parse quantity's suffix";

const DECIMAL_SUFFIXES: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_SUFFIXES: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_BY_EXPONENT = new Map(Object.entries(DECIMAL_SUFFIXES).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_NAMES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const CACHE_LIMIT = 4096;
const cache = new Map<string, Result<Quantity, string>>();

/** Reads one notation of a quantity (`0.5`, `1e3`, `99.5m`, `1.5Gi`). The error is Kubernetes' own text. Results are cached. */
export function parseQuantity(text: string | number): Result<Quantity, string> {
  const key = typeof text === 'number' ? String(text) : text;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const parsed = parse(key);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, parsed);
  return parsed;
}

function parse(text: string): Result<Quantity, string> {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (text === '' || match === null) return err(QUANTITY_FORMAT_ERROR);
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  const suffix = match[4] ?? '';
  if (whole === '' && fraction === '') return err(suffix === '' ? NUMERIC_ERROR : QUANTITY_FORMAT_ERROR);
  const digits = BigInt(`${whole}${fraction}`);
  const negative = match[1] === '-';
  const binary = BINARY_SUFFIXES[suffix];
  if (binary !== undefined) return ok(fromBinary(digits, fraction.length, binary, negative));
  const decimal = DECIMAL_SUFFIXES[suffix];
  if (decimal !== undefined) return ok(fromDecimal(digits, decimal - fraction.length, 'DecimalSI', negative));
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(suffix);
  if (exponent === null) return err(SUFFIX_ERROR);
  const power = Number(exponent[1]);
  if (power > MAX_EXPONENT) return err(SUFFIX_ERROR);
  return ok(fromDecimal(digits, Math.max(power, -2 * MAX_EXPONENT) - fraction.length, 'DecimalExponent', negative));
}

function fromDecimal(digits: bigint, exponent: number, format: QuantityFormat, negative: boolean): Quantity {
  const shift = exponent + 9;
  const nano = shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift));
  return quantityOf(negative ? -nano : nano, format);
}

function fromBinary(digits: bigint, fractionDigits: number, exponent: number, negative: boolean): Quantity {
  const exact = divideUp(digits * 2n ** BigInt(exponent) * NANO, 10n ** BigInt(fractionDigits));
  const nano = exact > MAX_INT64 ? MAX_INT64 : exact;
  const format = nano > 0n && nano < NANO ? 'DecimalSI' : 'BinarySI';
  return quantityOf(negative ? -nano : nano, format);
}

/** Quotient rounded away from zero. */
function divideUp(amount: bigint, by: bigint): bigint {
  const quotient = amount / by;
  const rest = amount % by;
  return rest === 0n ? quotient : amount > 0n ? quotient + 1n : quotient - 1n;
}

function toSafe(amount: bigint): number {
  if (amount > MAX_SAFE) return Number.MAX_SAFE_INTEGER;
  if (amount < -MAX_SAFE) return -Number.MAX_SAFE_INTEGER;
  return Number(amount);
}

/** A quantity of so many billionths. */
export function quantityOf(nano: bigint, format: QuantityFormat): Quantity {
  return { nano, format, milli: toSafe(divideUp(nano, NANO_PER_MILLI)), value: toSafe(divideUp(nano, NANO)) };
}

/** A quantity of so many whole units (bytes, pods). */
export function quantityFromValue(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return quantityOf(BigInt(value) * NANO, format);
}

/** A quantity of so many thousandths (milli-CPU). */
export function quantityFromMilli(milli: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return quantityOf(BigInt(milli) * NANO_PER_MILLI, format);
}

/** Thousandths of the written amount, rounded up; 0 when absent or unreadable (the API server has refused those already). */
export function milliValue(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value.milli : 0;
}

/** Whole units of the written amount, rounded up; 0 when absent or unreadable. */
export function value(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value.value : 0;
}

/** Canonical text: no lost precision, no needless zeros, the largest fitting suffix. Models Quantity.String. */
export function printQuantity(quantity: Quantity): string {
  const { nano } = quantity;
  if (nano === 0n) return '0';
  const inBinary = quantity.format === 'BinarySI' && nano % NANO === 0n && (nano >= 1024n * NANO || nano <= -1024n * NANO);
  if (inBinary) return printBinary(nano / NANO);
  let mantissa = nano;
  let exponent = -9;
  while (mantissa % 1000n === 0n && (exponent < 18 || quantity.format === 'DecimalExponent')) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (quantity.format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${DECIMAL_BY_EXPONENT.get(exponent) ?? ''}`;
}

function printBinary(units: bigint): string {
  let mantissa = units;
  let power = 0;
  while (mantissa % 1024n === 0n && power < BINARY_NAMES.length - 1) {
    mantissa /= 1024n;
    power++;
  }
  return `${mantissa}${BINARY_NAMES[power]}`;
}

/** Canonical form of a written quantity; the text itself when it cannot be read. */
export function canonicalQuantity(text: string | number): string {
  const parsed = parseQuantity(text);
  return parsed.ok ? printQuantity(parsed.value) : String(text);
}

/** Negative when a < b, 0 when equal amounts, positive when a > b. */
export function compareQuantity(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** Sum. A zero left side takes the right side's format, as upstream's Add does. */
export function addQuantity(a: Quantity, b: Quantity): Quantity {
  return quantityOf(a.nano + b.nano, a.nano === 0n ? b.format : a.format);
}

/** Difference. A zero left side takes the right side's format, as upstream's Sub does. */
export function subQuantity(a: Quantity, b: Quantity): Quantity {
  return quantityOf(a.nano - b.nano, a.nano === 0n ? b.format : a.format);
}

import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { isRecord } from '#shared/core/json.ts';

/** A failure of an expression, with the words of cel-go. */
export class CelFault extends Error {}

/** An object written as `Object.spec{...}` in an expression: its fields and the name it was given. */
export class ObjectValue {
  readonly typeName: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(typeName: string, fields: Readonly<Record<string, unknown>>) {
    this.typeName = typeName;
    this.fields = fields;
  }
}

/** One step of a patch, written as `JSONPatch{op: ..., path: ...}`. */
export class JsonPatchValue {
  readonly op: string;
  readonly path: string;
  readonly from: string;
  readonly value: unknown;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.op = (fields.op as string | undefined) ?? '';
    this.path = (fields.path as string | undefined) ?? '';
    this.from = (fields.from as string | undefined) ?? '';
    this.value = fields.value;
  }
}

const converted = new WeakMap<object, unknown>();

/** A JSON value as expressions see it: whole numbers are ints, others doubles. The results of frozen objects are kept. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return remembered(value, () => value.map(toCel));
  if (!isRecord(value)) return value ?? null;
  return remembered(value, () => {
    const result: Record<string, unknown> = {};
    for (const name of Object.keys(value)) if (value[name] !== undefined) result[name] = toCel(value[name]);
    return result;
  });
}

function remembered(source: object, make: () => unknown): unknown {
  const known = converted.get(source);
  if (known !== undefined) return known;
  const made = make();
  if (Object.isFrozen(source)) converted.set(source, made);
  return made;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes in base 64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    text += BASE64.charAt(a >> 2) + BASE64.charAt(((a & 3) << 4) | ((b ?? 0) >> 4));
    text += b === undefined ? '=' : BASE64.charAt(((b & 15) << 2) | ((c ?? 0) >> 6));
    text += c === undefined ? '=' : BASE64.charAt(c & 63);
  }
  return text;
}

/** The value of an expression as JSON. Throws CelFault for what JSON has no form for. */
export function fromCel(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'number':
    case 'string':
    case 'boolean':
      return value;
    default:
  }
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof UnsignedInt) return Number(value.valueOf());
  if (value instanceof Duration || isTimestamp(value)) return textOf(value);
  if (value instanceof ObjectValue) return fromCel(value.fields);
  if (value instanceof JsonPatchValue) throw new CelFault('unsupported conversion of JSONPatch to JSON');
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, entry]) => [String(key), fromCel(entry)]));
}

/** A point in time as the library keeps it. */
export interface Timestamp {
  getTime(): number;
  toISOString(): string;
}

/** Whether a value of an expression is a point in time. */
export function isTimestamp(value: unknown): value is Timestamp {
  return typeof value === 'object' && value !== null && 'toISOString' in value;
}

/** `string(x)` of a duration or a point in time: `3600s`, `2026-01-01T00:00:00Z`. */
export function textOf(value: Duration | Timestamp): string {
  if (isTimestamp(value)) return value.toISOString().replace('.000Z', 'Z');
  const nanos = value.seconds * 1_000_000_000n + BigInt(value.nanos);
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`;
}

import { type Environment, Optional } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { checkDnsLabel, checkDnsSubdomain, checkLabelValue, checkQualifiedName } from '#shared/kube/names.ts';
import { CelFault, fromCel, isTimestamp, type Timestamp, textOf } from '../values.ts';

/** Marker of the name space of the formats that names can be checked against. */
class FormatNamespace {}
/** A named format: its complaints about a text. */
class Format {
  readonly complaints: (text: string) => string[];
  constructor(complaints: (text: string) => string[]) {
    this.complaints = complaints;
  }
}
/** Marker of the name space of the patch functions. */
class JsonPatchNamespace {}
/** Marker of the name space of the string functions. */
class StringsNamespace {}

const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

function check1035(text: string): string[] {
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
  const problems = text.length > 63 ? ['must be no more than 63 characters'] : [];
  return LABEL_1035.test(text) ? problems : [...problems, message];
}

const asPrefix = (check: (text: string) => string[]) => (text: string) =>
  check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
const pattern = (form: RegExp, complaint: string) => (text: string) => (form.test(text) ? [] : [complaint]);

const FORMATS: Readonly<Record<string, (text: string) => string[]>> = {
  dns1123Label: checkDnsLabel,
  dns1123Subdomain: checkDnsSubdomain,
  dns1035Label: check1035,
  qualifiedName: checkQualifiedName,
  dns1123LabelPrefix: asPrefix(checkDnsLabel),
  dns1123SubdomainPrefix: asPrefix(checkDnsSubdomain),
  dns1035LabelPrefix: asPrefix(check1035),
  labelValue: checkLabelValue,
  uri: pattern(/^[a-zA-Z][a-zA-Z0-9+.-]*:\S*$|^\/\S*$/, 'invalid URI'),
  uuid: pattern(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i, 'does not match the UUID format'),
  byte: pattern(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'invalid base64'),
  date: pattern(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'invalid date'),
  datetime: pattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i, 'invalid datetime'),
};

/** `%s` of a value. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return 'null';
  if (value instanceof Duration || isTimestamp(value)) return textOf(value);
  if (typeof value === 'number') return doubleText(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value !== 'object' || value instanceof UnsignedInt) return String(value);
  if (value instanceof Uint8Array) return utf8Text(value);
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(fromCel(value) as object);
  return `{${entries
    .map(([key, entry]) => `${String(key)}: ${shown(entry)}`)
    .sort()
    .join(', ')}}`;
}

function utf8Text(bytes: Uint8Array): string {
  const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new CelFault('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** Bytes of a text, two digits each. */
function hexOf(text: string): string {
  return encodeURIComponent(text).replace(/%([0-9A-F]{2})|[^%]/g, (all, hex: string | undefined) =>
    (hex ?? all.charCodeAt(0).toString(16).padStart(2, '0')).toLowerCase(),
  );
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Infinity' : '-Infinity';
  return String(value);
}

function formatNumber(value: unknown, base: number, verb: string): string {
  if (typeof value === 'boolean' && base === 2) return value ? '1' : '0';
  if (typeof value === 'bigint') return value.toString(base);
  if (value instanceof UnsignedInt) return value.valueOf().toString(base);
  if (base === 16 && typeof value === 'string') return hexOf(value);
  throw new CelFault(`error during formatting: no formatting function for %${verb}`);
}

/** `'%s is %d'.format([...])`. Models cel-go ext strings. */
function format(text: string, args: readonly unknown[]): string {
  let next = 0;
  return text.replace(/%(?:%|(\.\d+)?([sdfeboxX])|.?)/g, (all, precision: string | undefined, verb: string | undefined) => {
    if (all === '%%') return '%';
    if (verb === undefined)
      throw new CelFault(`could not parse formatting clause: unrecognized formatting clause "${all.slice(1)}"`);
    if (next >= args.length) throw new CelFault(`index ${next} out of range`);
    const value = args[next++];
    const digits = precision === undefined ? 6 : Number(precision.slice(1));
    switch (verb) {
      case 's':
        return shown(value);
      case 'd':
        return typeof value === 'number' ? doubleText(value) : formatNumber(value, 10, 'd');
      case 'f':
        return Number(value).toFixed(digits);
      case 'e':
        return Number(value)
          .toExponential(digits)
          .replace(/e([+-])(\d)$/, 'e$10$2');
      case 'b':
        return formatNumber(value, 2, 'b');
      case 'o':
        return formatNumber(value, 8, 'o');
      default: {
        const hex = formatNumber(value, 16, verb);
        return verb === 'X' ? hex.toUpperCase() : hex;
      }
    }
  });
}

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function charAt(text: string, at: bigint): string {
  const points = [...text];
  if (at < 0n || at > BigInt(points.length)) throw new CelFault(`index out of range: ${at}`);
  return points[Number(at)] ?? '';
}

function replace(text: string, from: string, to: string, limit: bigint): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  let rest = text;
  let result = '';
  for (let left = limit; left > 0n; left--) {
    const at = rest.indexOf(from);
    if (at < 0) break;
    result += rest.slice(0, at) + to;
    rest = rest.slice(at + from.length);
  }
  return result + rest;
}

/** Range of whole numbers of a 64-bit int, and how its text is read. Models strconv.ParseInt. */
function parseInteger(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new CelFault(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value)
    throw new CelFault(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return value;
}

function parseDouble(text: string): number {
  const special = /^([+-]?)(?:inf(?:inity)?)$/i.exec(text);
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    throw new CelFault(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

const DAY_MS = 86_400_000;

/** Days since the first of January, in UTC. */
function dayOfYear(value: Timestamp): bigint {
  const first = Date.UTC(Number(value.toISOString().slice(0, 4)), 0, 1);
  return BigInt(Math.floor((value.getTime() - first) / DAY_MS));
}

/** 2^63: the first whole number beyond an int. */
const INT_LIMIT = 2 ** 63;

function truncated(value: number): bigint {
  if (!Number.isFinite(value) || value < -INT_LIMIT || value >= INT_LIMIT) throw new CelFault('integer overflow');
  return BigInt(Math.trunc(value));
}

const BOOLS: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

function parseBool(text: string): boolean {
  const value = Object.hasOwn(BOOLS, text) ? BOOLS[text] : undefined;
  if (value === undefined) throw new CelFault(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
  return value;
}

/** Functions of texts and conversions beside and in place of the library's. Models cel-go ext strings and apiserver/pkg/cel/library format. */
export function registerStrings(env: Environment): void {
  const ts = 'google.protobuf.Timestamp';
  const duration = 'google.protobuf.Duration';
  env.registerFunction('int__(int): int', (value: bigint) => value);
  env.registerFunction('int__(uint): int', (value: UnsignedInt) => value.valueOf());
  env.registerFunction('int__(double): int', truncated);
  env.registerFunction('int__(string): int', parseInteger);
  env.registerFunction(`int__(${ts}): int`, (value: Timestamp) => BigInt(Math.floor(value.getTime() / 1000)));
  env.registerFunction(`int__(${duration}): int`, (value: Duration) => value.seconds * 1_000_000_000n + BigInt(value.nanos));
  env.registerFunction('double__(double): double', (value: number) => value);
  env.registerFunction('double__(int): double', Number);
  env.registerFunction('double__(uint): double', (value: UnsignedInt) => Number(value.valueOf()));
  env.registerFunction('double__(string): double', parseDouble);
  env.registerFunction('bool__(bool): bool', (value: boolean) => value);
  env.registerFunction('bool__(string): bool', parseBool);
  env.registerFunction(`${ts}.getDayOfYear__(): int`, dayOfYear);
  env.registerFunction(`string(${ts}): string`, textOf);
  env.registerFunction(`string(${duration}): string`, textOf);
  env.registerFunction('string.lowerAscii__(): string', (text: string) => text.replace(/[A-Z]/g, (char) => char.toLowerCase()));
  env.registerFunction('string.upperAscii__(): string', (text: string) => text.replace(/[a-z]/g, (char) => char.toUpperCase()));
  env.registerFunction('string.charAt(int): string', charAt);
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    replace(text, from, to, -1n),
  );
  env.registerFunction('string.replace(string, string, int): string', replace);
  env.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  env.registerFunction('string.format(list): string', format);
  env.registerType('strings', StringsNamespace).registerConstant('strings', 'strings', new StringsNamespace());
  env.registerFunction(
    'strings.quote(string): string',
    (_: unknown, text: string) => `"${[...text].map((char) => QUOTED[char] ?? char).join('')}"`,
  );
  env.registerType('jsonpatch', JsonPatchNamespace).registerConstant('jsonpatch', 'jsonpatch', new JsonPatchNamespace());
  env.registerFunction('jsonpatch.escapeKey(string): string', (_: unknown, key: string) =>
    key.replaceAll('~', '~0').replaceAll('/', '~1'),
  );
  registerFormats(env);
}

function registerFormats(env: Environment): void {
  env.registerType('kubernetes.NamedFormat', Format);
  env.registerType('format', FormatNamespace).registerConstant('format', 'format', new FormatNamespace());
  const formats = new Map(Object.entries(FORMATS).map(([name, complaints]) => [name, new Format(complaints)]));
  for (const [name, one] of formats) env.registerFunction(`format.${name}(): kubernetes.NamedFormat`, () => one);
  env.registerFunction('format.named(string): optional<kubernetes.NamedFormat>', (_: unknown, name: string) =>
    Optional.of(formats.get(name)),
  );
  env.registerFunction('kubernetes.NamedFormat.validate(string): optional<list<string>>', (one: Format, text: string) => {
    const complaints = one.complaints(text);
    return complaints.length === 0 ? Optional.none() : Optional.of(complaints);
  });
}

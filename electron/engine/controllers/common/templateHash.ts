import { parseQuantity, printQuantity } from '#shared/kube/quantity.ts';
import type { PodTemplateSpec } from '#shared/kube/types.ts';
import { fnv32a, safeEncode, utf8 } from './fnv.ts';
import { GO_STRUCTS } from './templateTypes.ts';

interface Field {
  name: string;
  json: string;
  type: string;
}

const parsedStructs = new Map<string, readonly Field[]>();

function fieldsOf(type: string): readonly Field[] | undefined {
  const known = parsedStructs.get(type);
  if (known !== undefined) return known;
  const text = Object.hasOwn(GO_STRUCTS, type) ? GO_STRUCTS[type] : undefined;
  if (text === undefined) return undefined;
  const fields = text.split('; ').map((part): Field => {
    const [names = '', fieldType = 'string'] = part.split(' ');
    const [name = '', json] = names.split('=');
    return { name, json: json ?? name.charAt(0).toLowerCase() + name.slice(1), type: fieldType };
  });
  parsedStructs.set(type, fields);
  return fields;
}

const ZERO_TIME = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';

/** Printed form of one Go value, as spew's `%#v` does; `typed` writes the type before it. */
function dump(value: unknown, type: string, typed: boolean): string {
  if (type.startsWith('*')) return dumpPointer(value, type, typed);
  const head = typed ? `(${type})` : '';
  if (type.startsWith('[]')) {
    if (!Array.isArray(value) || value.length === 0) return `${head}<nil>`;
    return `${head}[${value.map((item: unknown) => dump(item, type.slice(2), false)).join(' ')}]`;
  }
  if (type === 'map[string]string' || type === 'v1.ResourceList') return head + dumpMap(value, type);
  return head + dumpScalarOrStruct(value, type);
}

function dumpPointer(value: unknown, type: string, typed: boolean): string {
  if (value === undefined || value === null) return typed ? `(${type})<nil>` : '<nil>';
  return (typed ? `(${type})` : '<*>') + dump(value, type.slice(1), false);
}

function dumpMap(value: unknown, type: string): string {
  if (!isRecord(value)) return '<nil>';
  const keys = Object.keys(value).sort();
  if (keys.length === 0) return '<nil>';
  const element = type === 'v1.ResourceList' ? 'resource.Quantity' : 'string';
  return `map[${keys.map((key) => `${key}:${dump(value[key], element, false)}`).join(' ')}]`;
}

function dumpScalarOrStruct(value: unknown, type: string): string {
  switch (type) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int32':
    case 'int64':
      return typeof value === 'number' ? String(value) : '0';
    case 'v1.Time':
      return ZERO_TIME;
    case 'resource.Quantity':
      return dumpQuantity(value);
    case 'intstr.IntOrString': {
      const text = typeof value === 'string';
      const number = typeof value === 'number' ? value : 0;
      return `{Type:(intstr.Type)${text ? 1 : 0} IntVal:(int32)${number} StrVal:(string)${text ? value : ''}}`;
    }
  }
  const fields = fieldsOf(type);
  if (fields === undefined) {
    // A volume source that is not listed: its hash is not the real one, but it still changes with the content.
    return typeof value === 'string' ? value : isRecord(value) ? JSON.stringify(value) : '';
  }
  const record = isRecord(value) ? value : {};
  const parts = fields.map(
    (field) => `${field.name}:${dump(field.json === '-' ? record : record[field.json], field.type, true)}`,
  );
  return `{${parts.join(' ')}}`;
}

/** A quantity keeps mantissa and scale of its canonical text, and that text. */
function dumpQuantity(value: unknown): string {
  const parsed = typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
  if (parsed === undefined || !parsed.ok) return quantityText('0', 0, '', '');
  const text = printQuantity(parsed.value);
  const { format } = parsed.value;
  const match = /^([+-]?[0-9]+)(?:\.([0-9]+))?(.*)$/.exec(text);
  const [, whole = '0', fraction = '', suffix = ''] = match ?? [];
  const binary = BINARY_SHIFTS[suffix];
  const mantissa = binary === undefined ? BigInt(whole + fraction) : BigInt(whole) << BigInt(binary);
  const scale = binary === undefined ? (DECIMAL_SCALES[suffix] ?? Number(/^e(-?[0-9]+)$/.exec(suffix)?.[1] ?? 0)) : 0;
  return quantityText(String(mantissa), scale - fraction.length, text, format);
}

const BINARY_SHIFTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SCALES: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

function quantityText(mantissa: string, scale: number, text: string, format: string): string {
  const amount = `(resource.int64Amount){value:(int64)${mantissa} scale:(resource.Scale)${scale}}`;
  return `{i:${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${text} Format:(resource.Format)${format}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Printed form of a defaulted pod template. Models apimachinery/pkg/util/dump ForHash. */
export function dumpTemplate(template: PodTemplateSpec): string {
  return dump(template, 'v1.PodTemplateSpec', true);
}

/**
 * The pod-template-hash of a defaulted template; a collision count, when there is one, salts it.
 * Models pkg/controller ComputeHash.
 */
export function computeHash(template: PodTemplateSpec, collisionCount?: number): string {
  let hash = fnv32a(utf8(dumpTemplate(template)));
  if (collisionCount !== undefined) {
    const count = collisionCount >>> 0;
    hash = fnv32a([count & 255, (count >>> 8) & 255, (count >>> 16) & 255, count >>> 24, 0, 0, 0, 0], hash);
  }
  return safeEncode(String(hash));
}

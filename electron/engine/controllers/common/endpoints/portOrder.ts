import { compareStrings } from '#shared/core/compare.ts';
import { utf8 } from '../fnv.ts';

const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x1000000000000000000013bn;
const MASK = (1n << 128n) - 1n;
/** Hashes already worked out; there are few kinds of ports. */
const known = new Map<string, string>();
const MAX_KNOWN = 4096;

/** FNV-1a of 128 bits over the UTF-8 bytes of a text, as 32 hexadecimal digits. */
export function fnv128a(text: string): string {
  let hash = OFFSET;
  for (const byte of utf8(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(32, '0');
}

function hashOf(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const hash = fnv128a(text);
  known.set(text, hash);
  return hash;
}

/** A port of endpoints or of a slice of them. */
export interface PlainPort {
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
  readonly appProtocol?: string | undefined;
}

/** The port as Go prints the structure of a slice, whose fields are all pointers. */
function printed(port: PlainPort): string {
  const pointer = (type: string, value: string | number | undefined): string => `(*${type})${value ?? '<nil>'}`;
  return `(v1.EndpointPort){Name:${pointer('string', port.name)} Protocol:${pointer('v1.Protocol', port.protocol)} Port:${pointer('int32', port.port)} AppProtocol:${pointer('string', port.appProtocol)}}`;
}

/** Ports in the order in which slices list them, which is that of the hashes of their printed form. Models endpointslice util portsInOrder. */
export function sortPorts<T extends PlainPort>(ports: readonly T[]): T[] {
  if (ports.length < 2) return [...ports];
  const keyed = ports.map((port) => ({ port, key: hashOf(printed(port)) }));
  return keyed.sort((a, b) => compareStrings(a.key, b.key)).map(({ port }) => port);
}

/** Text that is equal for equal sets of ports. Models NewPortMapKey. */
export function portKey(ports: readonly PlainPort[]): string {
  return JSON.stringify(
    sortPorts(ports).map(({ name, protocol, port, appProtocol }) => [
      name ?? '',
      protocol ?? '',
      port ?? null,
      appProtocol ?? null,
    ]),
  );
}

/** Addresses and address ranges as the API server reads them: a lenient form for old fields, and what of it a strict reader refuses. */

const V4_BYTES = 4;
const V6_BYTES = 16;

/** An address that was read leniently. */
export interface ParsedIp {
  /** 4 or 16 bytes; an IPv4 address inside IPv6 has 4. */
  readonly bytes: readonly number[];
  readonly family: 'IPv4' | 'IPv6';
  /** Some part of an IPv4 address begins with needless zeros. */
  readonly leadingZeros: boolean;
  /** Written as `::ffff:1.2.3.4` or alike. */
  readonly mapped: boolean;
}

/** A range that was read leniently; `ip` has the bits beyond the prefix as given. */
export interface ParsedCidr {
  readonly ip: ParsedIp;
  /** Leading bits that count, of 32 or 128. */
  readonly length: number;
  readonly leadingZeros: boolean;
}

function parseV4(text: string): { bytes: number[]; leadingZeros: boolean } | undefined {
  const parts = text.split('.');
  if (parts.length !== V4_BYTES || !parts.every((part) => /^[0-9]{1,8}$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return { bytes, leadingZeros: parts.some((part) => part.length > 1 && part.startsWith('0')) };
}

function hextets(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  if (!parts.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part))) return undefined;
  return parts.flatMap((part) => {
    const value = Number.parseInt(part, 16);
    return [value >> 8, value & 255];
  });
}

function parseV6(text: string): { bytes: number[]; leadingZeros: boolean } | undefined {
  let head = text;
  let tail: number[] = [];
  let leadingZeros = false;
  const last = text.lastIndexOf(':');
  if (text.includes('.')) {
    const v4 = parseV4(text.slice(last + 1));
    if (v4 === undefined) return undefined;
    tail = v4.bytes;
    leadingZeros = v4.leadingZeros;
    head = text.slice(0, last);
    // What is left of `::1.2.3.4` still ends with its gap.
    if (head.endsWith(':') || head === '') head += ':';
  }
  const gap = head.indexOf('::');
  if (gap < 0) {
    const bytes = hextets(head);
    const all = bytes === undefined ? [] : [...bytes, ...tail];
    return all.length === V6_BYTES ? { bytes: all, leadingZeros } : undefined;
  }
  const before = hextets(head.slice(0, gap));
  const after = hextets(head.slice(gap + 2));
  if (before === undefined || after === undefined) return undefined;
  const missing = V6_BYTES - before.length - after.length - tail.length;
  if (missing < 2) return undefined;
  return { bytes: [...before, ...new Array<number>(missing).fill(0), ...after, ...tail], leadingZeros };
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
}

/** Reads an address, needless zeros included; undefined when it is none. Models k8s.io/utils/net ParseIPSloppy. */
export function parseIp(text: string): ParsedIp | undefined {
  if (!text.includes(':')) {
    const v4 = parseV4(text);
    return v4 === undefined ? undefined : { ...v4, family: 'IPv4', mapped: false };
  }
  const v6 = parseV6(text);
  if (v6 === undefined) return undefined;
  const mapped = isMapped(v6.bytes);
  return { ...v6, bytes: mapped ? v6.bytes.slice(12) : v6.bytes, family: mapped ? 'IPv4' : 'IPv6', mapped };
}

/** Reads `address/length`; undefined when it is none. Models ParseCIDRSloppy. */
export function parseCidr(text: string): ParsedCidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const ip = parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (ip === undefined || !/^[0-9]{1,8}$/.test(digits)) return undefined;
  const length = Number(digits) - (ip.mapped ? 96 : 0);
  if (length < 0 || length > ip.bytes.length * 8) return undefined;
  return { ip, length, leadingZeros: ip.leadingZeros || (digits.length > 1 && digits.startsWith('0')) };
}

/** The bytes with every bit beyond the prefix cleared. */
export function maskedBytes(bytes: readonly number[], length: number): number[] {
  return bytes.map((byte, at) => {
    const kept = Math.min(8, Math.max(0, length - at * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}

/** Whether an address lies in a range of its own family. */
export function cidrContains(range: ParsedCidr, ip: ParsedIp): boolean {
  if (ip.bytes.length !== range.ip.bytes.length) return false;
  const base = maskedBytes(range.ip.bytes, range.length);
  return maskedBytes(ip.bytes, range.length).every((byte, at) => byte === base[at]);
}

function formatV6(bytes: readonly number[]): string {
  const groups: number[] = [];
  for (let at = 0; at < V6_BYTES; at += 2) groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  let start = -1;
  let length = 1;
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (groups[end] === 0) end++;
    if (end - at > length) {
      start = at;
      length = end - at;
    }
    if (end > at) at = end - 1;
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** An address in its one preferred form (RFC 5952). */
export function formatIp(bytes: readonly number[]): string {
  return bytes.length === V4_BYTES ? bytes.join('.') : formatV6(bytes);
}

/** An IPv4 address as a number, for arithmetic on ranges; undefined for anything else. */
export function ipv4Number(text: string): number | undefined {
  const ip = parseIp(text);
  if (ip === undefined || ip.family !== 'IPv4') return undefined;
  return ip.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The text of an IPv4 address from its number. */
export function ipv4Text(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

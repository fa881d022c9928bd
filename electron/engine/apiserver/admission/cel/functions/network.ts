import type { Environment } from '@marcbachmann/cel-js';
import { CelFault } from '../values.ts';

/** An address as its bytes: 4 or 16 of them. */
export type Address = readonly number[];

/** Marker of the name space of the address functions. */
class IpNamespace {}

class IpValue {
  readonly bytes: Address;
  constructor(bytes: Address) {
    this.bytes = bytes;
  }
}

class CidrValue {
  readonly bytes: Address;
  readonly prefix: number;
  constructor(bytes: Address, prefix: number) {
    this.bytes = bytes;
    this.prefix = prefix;
  }
}

function parseV4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function parseV6(text: string): Address | undefined {
  if (!text.includes(':') || text.includes(':::')) return undefined;
  let body = text;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (tail.includes('.')) {
    const four = parseV4(tail);
    if (four === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = four;
    body = `${text.slice(0, -tail.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = body.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const [head, rest] = [groups(halves[0] ?? ''), groups(halves[1] ?? '')];
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...rest];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}

/** Reads an address. Zones and IPv4 in IPv6 are refused, as in expressions. Models library ip parseIPAddr. */
function parseIp(text: string): Address {
  const bytes = parseV4(text) ?? parseV6(text);
  if (bytes === undefined)
    throw new CelFault(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  if (bytes.length === 16 && isMapped(bytes))
    throw new CelFault(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return bytes;
}

function isMapped(bytes: Address): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
}

function parseCidr(text: string): CidrValue {
  const slash = text.lastIndexOf('/');
  const fault = new CelFault(
    `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no '/'`,
  );
  if (slash < 0) throw fault;
  const bytes = parseIp(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d*)$/.test(bits) || Number(bits) > bytes.length * 8) {
    throw new CelFault(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): prefix length out of range`,
    );
  }
  return new CidrValue(bytes, Number(bits));
}

function print(bytes: Address): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let [best, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > length) [best, length] = [i, j - i];
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + length))}`;
}

function masked({ bytes, prefix }: CidrValue): Address {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - 8 * i))) & 255);
}

const same = (a: Address, b: Address): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
const inside = (net: CidrValue, address: Address): boolean =>
  net.bytes.length === address.length && same(masked(net), masked(new CidrValue(address, net.prefix)));

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof CelFault) return false;
    throw error;
  }
}

const isV4 = ({ bytes }: IpValue): boolean => bytes.length === 4;
const first = ({ bytes }: IpValue): number => bytes[0] ?? 0;
const second = ({ bytes }: IpValue): number => bytes[1] ?? 0;
const isLinkLocal = (ip: IpValue): boolean =>
  isV4(ip) ? first(ip) === 169 && second(ip) === 254 : first(ip) === 0xfe && (second(ip) & 0xc0) === 0x80;
const isLoopback = (ip: IpValue): boolean =>
  isV4(ip) ? first(ip) === 127 : ip.bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
const isUnspecified = (ip: IpValue): boolean => ip.bytes.every((byte) => byte === 0);
const isMulticast = (ip: IpValue): boolean => (isV4(ip) ? first(ip) >> 4 === 14 : first(ip) === 0xff);
const isLinkLocalMulticast = (ip: IpValue): boolean =>
  isV4(ip) ? first(ip) === 224 && second(ip) === 0 && ip.bytes[2] === 0 : first(ip) === 0xff && (second(ip) & 15) === 2;
const isGlobal = (ip: IpValue): boolean =>
  !(
    isUnspecified(ip) ||
    isLoopback(ip) ||
    isMulticast(ip) ||
    isLinkLocal(ip) ||
    (isV4(ip) && ip.bytes.every((byte) => byte === 255))
  );

/** Addresses and networks. Models apiserver/pkg/cel/library ip and cidr. */
export function registerNetwork(env: Environment): void {
  const [ip, cidr] = ['net.IP', 'net.CIDR'];
  env.registerType(ip, IpValue).registerType(cidr, CidrValue);
  env.registerType('ip', IpNamespace).registerConstant('ip', 'ip', new IpNamespace());
  env.registerFunction(`ip(string): ${ip}`, (text: string) => new IpValue(parseIp(text)));
  env.registerFunction('isIP(string): bool', (text: string) => succeeds(() => parseIp(text)));
  env.registerFunction('ip.isCanonical(string): bool', (_: unknown, text: string) => print(parseIp(text)) === text);
  env.registerFunction(`string(${ip}): string`, ({ bytes }: IpValue) => print(bytes));
  env.registerFunction(`${ip}.family(): int`, (one: IpValue) => (isV4(one) ? 4n : 6n));
  env.registerFunction(`${ip}.isUnspecified(): bool`, isUnspecified);
  env.registerFunction(`${ip}.isLoopback(): bool`, isLoopback);
  env.registerFunction(`${ip}.isLinkLocalMulticast(): bool`, isLinkLocalMulticast);
  env.registerFunction(`${ip}.isLinkLocalUnicast(): bool`, isLinkLocal);
  env.registerFunction(`${ip}.isGlobalUnicast(): bool`, isGlobal);
  env.registerOperator(`${ip} == ${ip}`, (a: IpValue, b: IpValue) => same(a.bytes, b.bytes));
  env.registerFunction(`cidr(string): ${cidr}`, parseCidr);
  env.registerFunction('isCIDR(string): bool', (text: string) => succeeds(() => parseCidr(text)));
  env.registerFunction(`string(${cidr}): string`, ({ bytes, prefix }: CidrValue) => `${print(bytes)}/${prefix}`);
  env.registerFunction(`${cidr}.containsIP(string): bool`, (net: CidrValue, text: string) => inside(net, parseIp(text)));
  env.registerFunction(`${cidr}.containsIP(${ip}): bool`, (net: CidrValue, one: IpValue) => inside(net, one.bytes));
  const containsNet = (net: CidrValue, other: CidrValue): boolean => net.prefix <= other.prefix && inside(net, masked(other));
  env.registerFunction(`${cidr}.containsCIDR(string): bool`, (net: CidrValue, text: string) => containsNet(net, parseCidr(text)));
  env.registerFunction(`${cidr}.containsCIDR(${cidr}): bool`, containsNet);
  env.registerFunction(`${cidr}.ip(): ${ip}`, ({ bytes }: CidrValue) => new IpValue(bytes));
  env.registerFunction(`${cidr}.masked(): ${cidr}`, (net: CidrValue) => new CidrValue(masked(net), net.prefix));
  env.registerFunction(`${cidr}.prefixLength(): int`, ({ prefix }: CidrValue) => BigInt(prefix));
  env.registerOperator(`${cidr} == ${cidr}`, (a: CidrValue, b: CidrValue) => same(a.bytes, b.bytes) && a.prefix === b.prefix);
}

import { describe, expect, it } from 'vitest';
import { cidrContains, formatIp, ipv4Number, ipv4Text, maskedBytes, parseCidr, parseIp } from './ip.ts';

describe('addresses', () => {
  it.each([
    ['10.1.2.3', 'IPv4', '10.1.2.3'],
    ['010.001.2.3', 'IPv4', '10.1.2.3'],
    ['::', 'IPv6', '::'],
    ['::1', 'IPv6', '::1'],
    ['2001:DB8:0:0:1:0:0:1', 'IPv6', '2001:db8::1:0:0:1'],
    ['fe80:0:0:0:0:0:0:abc', 'IPv6', 'fe80::abc'],
    ['::ffff:1.2.3.4', 'IPv4', '1.2.3.4'],
    ['64:ff9b::1.2.3.4', 'IPv6', '64:ff9b::102:304'],
    ['1:2:3:4:5:6:7:8', 'IPv6', '1:2:3:4:5:6:7:8'],
  ])('%s is %s, best written %s', (text, family, best) => {
    const ip = parseIp(text);
    expect([ip?.family, formatIp(ip?.bytes ?? [])]).toEqual([family, best]);
  });
  it.each(['', 'abc', '1.2.3', '1.2.3.256', '1.2.3.4.5', '1::2::3', ':1', '1:2:3:4:5:6:7:8:9', '12345::', '1.2.3.-4'])(
    '%j is none',
    (text) => expect(parseIp(text)).toBeUndefined(),
  );
  it('tells what a strict reader refuses', () => {
    expect([parseIp('10.0.0.01')?.leadingZeros, parseIp('::ffff:1.2.3.4')?.mapped, parseIp('10.0.0.1')?.leadingZeros]).toEqual([
      true,
      true,
      false,
    ]);
  });
  it('numbers and texts', () => {
    expect(ipv4Text(ipv4Number('10.96.0.1') ?? 0)).toBe('10.96.0.1');
    expect(ipv4Number('::1')).toBeUndefined();
  });
});

describe('ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/0', '1.2.3.4', true],
    ['fe80::/10', 'fe80::1', true],
    ['fe80::/10', '10.0.0.1', false],
  ])('%s contains %s: %s', (range, ip, contained) => {
    const [cidr, address] = [parseCidr(range), parseIp(ip)];
    expect(cidr !== undefined && address !== undefined && cidrContains(cidr, address)).toBe(contained);
  });
  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', 'x/8', '10.0.0.0/-1'])('%j is none', (text) =>
    expect(parseCidr(text)).toBeUndefined(),
  );
  it('masks', () => expect(maskedBytes([10, 1, 255, 255], 20)).toEqual([10, 1, 240, 0]));
});

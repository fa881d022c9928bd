import { cidrContains, formatIp, maskedBytes, type ParsedIp, parseCidr, parseIp } from '#shared/kube/ip.ts';
import { type FieldError, invalid } from './errors.ts';

const NO_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const NO_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** An address in a field that once took more forms than now; what was stored before stays allowed. Models IsValidIPForLegacyField. */
export function validateIp(field: string, value: string, stored: readonly string[] = []): FieldError[] {
  if (stored.includes(value)) return [];
  const ip = parseIp(value);
  if (ip === undefined) return [invalid(field, value, NO_IP)];
  const errors: FieldError[] = [];
  if (ip.leadingZeros) errors.push(invalid(field, value, 'must not have leading 0s'));
  else if (ip.mapped) errors.push(invalid(field, value, 'must not be an IPv4-mapped IPv6 address'));
  return errors;
}

/** An address range under the same terms. Models IsValidCIDRForLegacyField. */
export function validateCidr(field: string, value: string, stored: readonly string[] = []): FieldError[] {
  if (stored.includes(value)) return [];
  const range = parseCidr(value);
  if (range === undefined) return [invalid(field, value, NO_CIDR)];
  if (range.leadingZeros) return [invalid(field, value, 'must not have leading 0s in IP or prefix length')];
  if (range.ip.mapped) return [invalid(field, value, 'must not have an IPv4-mapped IPv6 address')];
  const exact = maskedBytes(range.ip.bytes, range.length).every((byte, at) => byte === range.ip.bytes[at]);
  return exact ? [] : [invalid(field, value, 'must not have bits set beyond the prefix length')];
}

function inRange(ip: ParsedIp, ...ranges: readonly string[]): boolean {
  return ranges.some((text) => {
    const range = parseCidr(text);
    return range !== undefined && cidrContains(range, ip);
  });
}

/** An address that traffic can be sent to. Models ValidateEndpointIP. */
export function validateEndpointIp(field: string, value: string): FieldError[] {
  const ip = parseIp(value);
  if (ip === undefined) return [invalid(field, value, 'must be a valid IP address')];
  const errors: FieldError[] = [];
  if (ip.bytes.every((byte) => byte === 0)) errors.push(invalid(field, value, `may not be unspecified (${value})`));
  if (inRange(ip, '127.0.0.0/8', '::1/128')) {
    errors.push(invalid(field, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  }
  if (inRange(ip, '169.254.0.0/16', 'fe80::/10')) {
    errors.push(invalid(field, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (inRange(ip, '224.0.0.0/24', 'ff02::/16')) {
    errors.push(invalid(field, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
  return errors;
}

/** What is said about an address in another than its preferred form. Models GetWarningsForIP. */
export function ipWarnings(field: string, value: string): string[] {
  const ip = parseIp(value);
  if (ip === undefined) return [];
  const preferred = formatIp(ip.bytes);
  if (ip.leadingZeros || ip.mapped) {
    const text = `non-standard IP address ${JSON.stringify(value)} will be considered invalid in a future Kubernetes release`;
    return [`${field}: ${text}: use ${JSON.stringify(preferred)}`];
  }
  if (ip.family === 'IPv4' || preferred === value) return [];
  return [
    `${field}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(preferred)})`,
  ];
}

/** What is said about a range in another than its preferred form. Models GetWarningsForCIDR. */
export function cidrWarnings(field: string, value: string): string[] {
  const range = parseCidr(value);
  if (range === undefined) return [];
  const { ip, length } = range;
  const base = maskedBytes(ip.bytes, length);
  const preferred = `${formatIp(base)}/${length}`;
  const warnings: string[] = [];
  if (base.some((byte, at) => byte !== ip.bytes[at])) {
    const single = `${formatIp(ip.bytes)}/${ip.bytes.length * 8}`;
    const either = `should be ${JSON.stringify(preferred)} or ${JSON.stringify(single)}?`;
    warnings.push(`${field}: CIDR value ${JSON.stringify(value)} is ambiguous in this context (${either})`);
  }
  if (range.leadingZeros || ip.mapped) {
    const text = `non-standard CIDR value ${JSON.stringify(value)} will be considered invalid in a future Kubernetes release`;
    warnings.push(`${field}: ${text}: use ${JSON.stringify(preferred)}`);
  }
  if (warnings.length === 0 && ip.family === 'IPv6' && preferred !== value) {
    const text = `IPv6 CIDR value ${JSON.stringify(value)} should be in RFC 5952 canonical format`;
    warnings.push(`${field}: ${text} (${JSON.stringify(preferred)})`);
  }
  return warnings;
}

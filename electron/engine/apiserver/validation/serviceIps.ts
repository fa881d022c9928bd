import { parseIp } from '#shared/kube/ip.ts';
import type { Service } from '#shared/kube/types.ts';
import { duplicate, type FieldError, invalid, notSupported, required } from './errors.ts';
import { validateIp } from './ip.ts';

type Spec = Service['spec'];

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const ONCE = 'may not change once set';

/** A service without an address of its own. Models isHeadlessService. */
export function isHeadless(spec: Spec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';
}

function validateSync(spec: Spec): FieldError[] {
  const ips = spec.clusterIPs ?? [];
  const field = 'spec.clusterIPs';
  if (spec.clusterIP) {
    if (ips.length === 0) return [required(field)];
    return ips[0] === spec.clusterIP ? [] : [invalid(field, ips, 'first value must match `clusterIP`')];
  }
  return ips.length === 0 ? [] : [invalid(field, ips, 'must be empty when `clusterIP` is not specified')];
}

function validateFamilies(spec: Spec): FieldError[] {
  const errors: FieldError[] = [];
  const families = spec.ipFamilies ?? [];
  families.forEach((family, i) => {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${i}]`, family, FAMILIES));
    if (families.indexOf(family) < i) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
  });
  const policy = spec.ipFamilyPolicy;
  if (policy !== undefined && !POLICIES.includes(policy)) errors.push(notSupported('spec.ipFamilyPolicy', policy, POLICIES));
  return errors;
}

function validateAddresses(spec: Spec, stored: readonly string[]): { errors: FieldError[]; broken: boolean } {
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  ips.forEach((ip, i) => {
    if (i > 0 || ip !== 'None') errors.push(...validateIp(`spec.clusterIPs[${i}]`, ip, stored));
    else if (ips.length > 1) errors.push(invalid('spec.clusterIPs', ips, "'None' must be the first and only value"));
  });
  const broken = errors.length > 0;
  if (ips.length > 2) errors.push(invalid('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  return { errors, broken };
}

/** Addresses and families, one by one and as they go together. Models ValidateServiceClusterIPsRelatedFields. */
export function validateClusterIps(spec: Spec, stored: readonly string[] = []): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const errors = [...validateSync(spec), ...validateFamilies(spec)];
  const addresses = validateAddresses(spec, stored);
  errors.push(...addresses.errors);
  if (addresses.broken) return errors;
  const ips = spec.clusterIPs ?? [];
  const found = ips.map((ip) => parseIp(ip)?.family);
  if (ips.length > 1 && (ips.length > 2 || found[0] === found[1])) {
    errors.push(invalid('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return errors;
  (spec.ipFamilies ?? []).slice(0, ips.length).forEach((family, i) => {
    if (found[i] === family || !FAMILIES.includes(family)) return;
    errors.push(invalid(`spec.clusterIPs[${i}]`, ips[i], `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
  return errors;
}

/** The words of one pair of lists that may grow and shrink by a second entry, but keep their first. */
interface Pair {
  readonly field: string;
  readonly word: string;
  readonly index: (i: number) => number;
}

function validateList(pair: Pair, now: readonly string[], before: readonly string[], policy: string | undefined): FieldError[] {
  const at = (i: number): string => `${pair.field}[${pair.index(i)}]`;
  if (now.length === before.length) {
    return before.flatMap((one, i) => (one === now[i] ? [] : [invalid(at(i), now, ONCE)]));
  }
  const errors: FieldError[] = [];
  if (now.length < before.length && now.length === 0) errors.push(invalid(at(0), now, `primary ${pair.word} can not be unset`));
  if (now.length > 0 && before.length > 0 && now[0] !== before[0]) errors.push(invalid(at(0), now, ONCE));
  if (now.length < before.length && now.length === 1 && policy !== 'SingleStack') {
    const text = `\`ipFamilyPolicy\` must be set to 'SingleStack' when releasing the secondary ${pair.word}`;
    errors.push(invalid(at(0), now, text));
  }
  return errors;
}

/** What an update may do to addresses and families. Models validateUpgradeDowngradeClusterIPs and -IPFamilies. */
export function validateIpChange(now: Spec, before: Spec): FieldError[] {
  if (now.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const [headless, wasHeadless] = [isHeadless(now), isHeadless(before)];
  const errors: FieldError[] = [];
  if (!headless || !wasHeadless) {
    const pair: Pair = { field: 'spec.clusterIPs', word: 'clusterIP', index: (i) => i };
    errors.push(...validateList(pair, now.clusterIPs ?? [], before.clusterIPs ?? [], now.ipFamilyPolicy));
  }
  if (headless || wasHeadless) return errors;
  // Upstream points at the first family, whichever has changed.
  const pair: Pair = { field: 'spec.ipFamilies', word: 'ipFamily', index: () => 0 };
  return [...errors, ...validateList(pair, now.ipFamilies ?? [], before.ipFamilies ?? [], now.ipFamilyPolicy)];
}

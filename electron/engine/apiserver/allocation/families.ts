import { parseIp } from '#shared/kube/ip.ts';
import type { Service } from '#shared/kube/types.ts';
import { type FieldError, invalid } from '../validation/errors.ts';
import { isHeadless, validateClusterIps } from '../validation/serviceIps.ts';

type Spec = Service['spec'];

/** The one family of addresses the cluster gives to services. */
const FAMILY = 'IPv4';

/** Whether a service that takes what families there are has all it can have, so that nothing is to be given or taken. */
export function keepsPreferredFamilies(spec: Spec, old: Spec | undefined): boolean {
  if (old === undefined || spec.ipFamilyPolicy !== 'PreferDualStack' || old.ipFamilyPolicy !== 'PreferDualStack') return false;
  const same = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
    a.length === b.length && a.every((one, i) => one === b[i]);
  return same(spec.clusterIPs, old.clusterIPs) && same(spec.ipFamilies, old.ipFamilies);
}

/** A service without address and pods of its own may be told to be of both families, whatever the cluster has. */
function fillHeadless(spec: Spec): void {
  spec.ipFamilyPolicy ??= 'RequireDualStack';
  spec.ipFamilies ??= [FAMILY];
  const [first] = spec.ipFamilies;
  if (spec.ipFamilies.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    spec.ipFamilies = [first ?? FAMILY, first === 'IPv6' ? 'IPv4' : 'IPv6'];
  }
}

/** One family of two is given up by an update that asks for a single one and names no other. */
function trimDowngrade(spec: Spec, old: Spec | undefined): void {
  if (old === undefined || spec.ipFamilyPolicy !== 'SingleStack' || old.ipFamilyPolicy === 'SingleStack') return;
  const same = (field: 'clusterIPs' | 'ipFamilies'): boolean =>
    spec[field]?.length === 2 && old[field]?.length === 2 && spec[field].every((one, i) => one === old[field]?.[i]);
  if (same('clusterIPs')) spec.clusterIPs = (spec.clusterIPs ?? []).slice(0, 1);
  if (same('ipFamilies')) spec.ipFamilies = (spec.ipFamilies ?? []).slice(0, 1);
}

function inferFamilies(spec: Spec): FieldError[] {
  const errors: FieldError[] = [];
  const families = [...(spec.ipFamilies ?? [])];
  const ips = spec.clusterIPs ?? [];
  for (const [i, ip] of ips.entries()) {
    if (ip === 'None') break;
    if (i < families.length) continue;
    const family = parseIp(ip)?.family ?? FAMILY;
    if (family === FAMILY) families.push(family);
    else errors.push(invalid(`spec.clusterIPs[${i}]`, ips, `${family} is not configured on this cluster`));
  }
  if (families.length > 0) spec.ipFamilies = families;
  return errors;
}

/**
 * Fills in families and their policy, in place; complaints end the request before anything is given. Models
 * registry/core/service/storage Allocators.initIPFamilyFields for a cluster of one family.
 */
export function initFamilies(spec: Spec, old: Spec | undefined): FieldError[] {
  if (spec.type === 'ExternalName' || keepsPreferredFamilies(spec, old)) return [];
  trimDowngrade(spec, old);
  const loose = validateClusterIps(spec, old?.clusterIPs);
  if (loose.length > 0) return loose;
  const errors: FieldError[] = [];
  const policy = spec.ipFamilyPolicy;
  if (policy === 'SingleStack') {
    const both = (what: string): string => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    if (spec.clusterIPs?.length === 2) errors.push(invalid('spec.ipFamilyPolicy', policy, both('cluster IPs')));
    if (spec.ipFamilies?.length === 2) errors.push(invalid('spec.ipFamilyPolicy', policy, both('IP families')));
  }
  errors.push(...inferFamilies(spec));
  if (errors.length > 0) return errors;
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) {
    fillHeadless(spec);
    return [];
  }
  if (policy === 'RequireDualStack') {
    errors.push(invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'));
  }
  (spec.ipFamilies ?? []).forEach((family, i) => {
    if (family !== FAMILY) errors.push(invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
  });
  if (errors.length > 0) return errors;
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.ipFamilies ??= [FAMILY];
  return [];
}

import type { AnyObject, EndpointSlice, Endpoints, Ingress, NetworkPolicy, Service } from '#shared/kube/types.ts';
import { cidrWarnings, ipWarnings } from './validation/ip.ts';

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Models pkg/api/service GetWarningsForService. */
function serviceWarnings({ spec, metadata }: Service): string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.[TOPOLOGY_HINTS] !== undefined) {
    warnings.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`);
  }
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  const externalIps = spec.externalIPs ?? [];
  if (spec.clusterIP && spec.clusterIP !== 'None') {
    for (const [i, ip] of (spec.clusterIPs ?? []).entries()) warnings.push(...ipWarnings(`spec.clusterIPs[${i}]`, ip));
  }
  if (headless) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIps.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  if (externalIps.length > 0) {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  for (const [i, ip] of externalIps.entries()) warnings.push(...ipWarnings(`spec.externalIPs[${i}]`, ip));
  if (spec.loadBalancerIP) warnings.push(...ipWarnings('spec.loadBalancerIP', spec.loadBalancerIP));
  for (const [i, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    warnings.push(...cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, range));
  }
  if (spec.type === 'ExternalName' && externalIps.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== 'ExternalName' && spec.externalName) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}

function policyWarnings({ spec }: NetworkPolicy): string[] {
  const warnings: string[] = [];
  type Peers = NonNullable<NonNullable<NetworkPolicy['spec']['ingress']>[number]['from']>;
  const look = (peers: Peers | undefined, field: string): void => {
    for (const [i, { ipBlock }] of (peers ?? []).entries()) {
      if (ipBlock === undefined) continue;
      warnings.push(...cidrWarnings(`${field}[${i}].ipBlock.cidr`, ipBlock.cidr));
      for (const [at, text] of (ipBlock.except ?? []).entries()) {
        warnings.push(...cidrWarnings(`${field}[${i}].ipBlock.except[${at}]`, text));
      }
    }
  };
  for (const [i, { from }] of (spec.ingress ?? []).entries()) look(from, `spec.ingress[${i}].from`);
  for (const [i, { to }] of (spec.egress ?? []).entries()) look(to, `spec.egress[${i}].to`);
  return warnings;
}

function endpointsWarnings({ subsets = [] }: Endpoints): string[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [] }, i) => [
    ...addresses.flatMap(({ ip }, at) => ipWarnings(`subsets[${i}].addresses[${at}].ip`, ip)),
    ...notReadyAddresses.flatMap(({ ip }, at) => ipWarnings(`subsets[${i}].notReadyAddresses[${at}].ip`, ip)),
  ]);
}

function sliceWarnings({ addressType, endpoints }: EndpointSlice): string[] {
  const warnings = addressType === 'FQDN' ? ['addressType: FQDN endpoints are deprecated'] : [];
  if (addressType === 'FQDN') return warnings;
  return (endpoints ?? []).flatMap(({ addresses }, i) =>
    addresses.flatMap((ip, at) => ipWarnings(`endpoints[${i}].addresses[${at}]`, ip)),
  );
}

/** Whether the kind's warnings are said here. */
export function isNetworkKind(kind: string): boolean {
  return ['Service', 'Ingress', 'NetworkPolicy', 'Endpoints', 'EndpointSlice'].includes(kind);
}

/** What the API server says about new objects of the network besides taking them. Models their strategies' WarningsOnCreate. */
export function networkWarnings(object: AnyObject): string[] {
  if (object.kind !== 'Ingress') return networkUpdateWarnings(object);
  const { spec, metadata } = object as unknown as Ingress;
  if (metadata.annotations?.[CLASS_ANNOTATION] === undefined || spec.ingressClassName !== undefined) return [];
  return [`annotation ${JSON.stringify(CLASS_ANNOTATION)} is deprecated, please use 'spec.ingressClassName' instead`];
}

/** What it says about changed ones. Models their WarningsOnUpdate. */
export function networkUpdateWarnings(object: AnyObject): string[] {
  switch (object.kind) {
    case 'Service':
      return serviceWarnings(object as unknown as Service);
    case 'NetworkPolicy':
      return policyWarnings(object as unknown as NetworkPolicy);
    case 'Endpoints':
      return endpointsWarnings(object as unknown as Endpoints);
    case 'EndpointSlice':
      return sliceWarnings(object as unknown as EndpointSlice);
    default:
      return [];
  }
}

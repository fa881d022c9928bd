import { cidrContains, parseCidr } from '#shared/kube/ip.ts';
import type { NetworkPolicy } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, notSupported, required } from './errors.ts';
import { validateCidr } from './ip.ts';
import { validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata } from './metadata.ts';
import { checkPortName, checkPortNumber } from './ports.ts';

type Spec = NetworkPolicy['spec'];
type IngressRule = NonNullable<Spec['ingress']>[number];
type Peer = NonNullable<IngressRule['from']>[number];
type Port = NonNullable<IngressRule['ports']>[number];
type Block = NonNullable<Peer['ipBlock']>;
type Selector = Parameters<typeof validateLabelSelector>[0];

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

/** Models ValidateNetworkPolicyPort; for a range that ends too early it shows its beginning. */
function validatePort({ protocol, port, endPort }: Port, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
  }
  if (port === undefined) {
    if (endPort === undefined) return errors;
    return [...errors, invalid(`${field}.endPort`, endPort, 'may not be specified when `port` is not specified')];
  }
  if (typeof port === 'number') {
    errors.push(...invalidEach(`${field}.port`, port, checkPortNumber(port)));
    if (endPort === undefined) return errors;
    if (endPort < port) errors.push(invalid(`${field}.endPort`, port, 'must be greater than or equal to `port`'));
    return [...errors, ...invalidEach(`${field}.endPort`, endPort, checkPortNumber(endPort))];
  }
  if (endPort !== undefined) {
    errors.push(invalid(`${field}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
  }
  return [...errors, ...invalidEach(`${field}.port`, port, checkPortName(port))];
}

/** Models ValidateIPBlock. */
function validateBlock(block: Block, field: string, stored: readonly string[]): FieldError[] {
  if (!block.cidr) return [required(`${field}.cidr`)];
  const errors = validateCidr(`${field}.cidr`, block.cidr, stored);
  const range = parseCidr(block.cidr);
  if (range === undefined) return errors;
  (block.except ?? []).forEach((text, i) => {
    const at = `${field}.except[${i}]`;
    errors.push(...validateCidr(at, text, stored));
    const except = parseCidr(text);
    if (except === undefined || (cidrContains(range, except.ip) && range.length < except.length)) return;
    errors.push(invalid(at, text, 'must be a strict subset of `cidr`'));
  });
  return errors;
}

function validatePeer(peer: Peer, field: string, stored: readonly string[]): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const errors = [
    ...validateLabelSelector(podSelector as Selector, `${field}.podSelector`),
    ...validateLabelSelector(namespaceSelector as Selector, `${field}.namespaceSelector`),
    ...(ipBlock === undefined ? [] : validateBlock(ipBlock, `${field}.ipBlock`, stored)),
  ];
  const peers = [podSelector, namespaceSelector, ipBlock].filter((one) => one !== undefined).length;
  if (peers === 0) errors.push(required(field, 'must specify a peer'));
  else if (peers > 1 && ipBlock !== undefined) errors.push(forbidden(field, 'may not specify both ipBlock and another peer'));
  return errors;
}

function cidrsOf(spec: Spec | undefined): string[] {
  const peers = [
    ...(spec?.ingress ?? []).flatMap(({ from }) => from ?? []),
    ...(spec?.egress ?? []).flatMap(({ to }) => to ?? []),
  ];
  return peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])]));
}

function validateSpec(spec: Spec, stored: readonly string[]): FieldError[] {
  const errors = validateLabelSelector(spec.podSelector as Selector, 'spec.podSelector');
  const rule = (field: string, peers: readonly Peer[] | undefined, name: string, ports: readonly Port[] | undefined): void => {
    (ports ?? []).forEach((port, i) => {
      errors.push(...validatePort(port, `${field}.ports[${i}]`));
    });
    (peers ?? []).forEach((peer, i) => {
      errors.push(...validatePeer(peer, `${field}.${name}[${i}]`, stored));
    });
  };
  for (const [i, { from, ports }] of (spec.ingress ?? []).entries()) rule(`spec.ingress[${i}]`, from, 'from', ports);
  for (const [i, { to, ports }] of (spec.egress ?? []).entries()) rule(`spec.egress[${i}]`, to, 'to', ports);
  const types = spec.policyTypes ?? [];
  if (types.length > TYPES.length) {
    return [...errors, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  }
  types.forEach((type, i) => {
    if (!TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${i}]`, type, TYPES));
  });
  return errors;
}

/** A network policy. Models ValidateNetworkPolicy. */
export function validateNetworkPolicy(policy: NetworkPolicy): FieldError[] {
  return [...validateMetadata(policy.metadata, true, subdomainName), ...validateSpec(policy.spec, [])];
}

/** A changed network policy; ranges stored before stay allowed. Models ValidateNetworkPolicyUpdate. */
export function validateNetworkPolicyUpdate(now: NetworkPolicy, before: NetworkPolicy): FieldError[] {
  return validateSpec(now.spec, cidrsOf(before.spec));
}

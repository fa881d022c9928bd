import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName } from '#shared/kube/names.ts';
import type { Service } from '#shared/kube/types.ts';
import { externallyAccessible } from '../defaulting/service.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, notSupported, required } from './errors.ts';
import { validateCidr, validateEndpointIp, validateIp } from './ip.ts';
import { validateLabels } from './labels.ts';
import { validateMetadata } from './metadata.ts';
import { checkPortName, checkPortNumber } from './ports.ts';
import { isHeadless, validateClusterIps, validateIpChange } from './serviceIps.ts';

type Spec = Service['spec'];
type Port = NonNullable<Spec['ports']>[number];

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const MAX_AFFINITY_SECONDS = 86_400;
const KUBELET_PORT = 10_250;
const ONLY_BALANCERS = "may only be used when `type` is 'LoadBalancer'";
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';

/** One of a closed list, or missing. */
function chosen(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (!value) return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

/** A number or name of a container's port. Models ValidatePortNumOrName. */
export function validatePortNumberOrName(field: string, port: number | string | undefined): FieldError[] {
  if (typeof port === 'string') return invalidEach(field, port, checkPortName(port));
  return invalidEach(field, port ?? 0, checkPortNumber(port ?? 0));
}

function validatePort(port: Port, field: string, named: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (port.name) {
    errors.push(...invalidEach(`${field}.name`, port.name, checkDnsLabel(port.name)));
    if (names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name));
    names.add(port.name);
  } else if (named) errors.push(required(`${field}.name`));
  errors.push(...invalidEach(`${field}.port`, port.port, checkPortNumber(port.port)));
  errors.push(...chosen(`${field}.protocol`, port.protocol, PROTOCOLS));
  errors.push(...validatePortNumberOrName(`${field}.targetPort`, port.targetPort));
  if (port.appProtocol !== undefined) {
    errors.push(...invalidEach(`${field}.appProtocol`, port.appProtocol, checkQualifiedName(port.appProtocol)));
  }
  return errors;
}

/** The rules that only one type of service has. */
function validateType(spec: Spec): FieldError[] {
  const errors: FieldError[] = [];
  const headless = (type: string): FieldError[] =>
    isHeadless(spec)
      ? [invalid('spec.clusterIPs[0]', spec.clusterIPs?.[0], `may not be set to 'None' for ${type} services`)]
      : [];
  if (spec.type === 'NodePort') return headless('NodePort');
  if (spec.type === 'LoadBalancer') {
    (spec.ports ?? []).forEach(({ port }, i) => {
      if (port !== KUBELET_PORT) return;
      const text = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
      errors.push(invalid(`spec.ports[${i}]`, port, text));
    });
    return [...errors, ...headless('LoadBalancer')];
  }
  if (spec.type !== 'ExternalName') return errors;
  const unset = 'may not be set for ExternalName services';
  if ((spec.clusterIPs?.length ?? 0) > 0) errors.push(forbidden('spec.clusterIPs', unset));
  if ((spec.ipFamilies?.length ?? 0) > 0) errors.push(forbidden('spec.ipFamilies', unset));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', unset));
  const target = (spec.externalName ?? '').replace(/\.$/, '');
  if (target === '') return [...errors, required('spec.externalName')];
  return [...errors, ...invalidEach('spec.externalName', target, checkDnsSubdomain(target))];
}

function validateAffinity(spec: Spec): FieldError[] {
  const errors = chosen('spec.sessionAffinity', spec.sessionAffinity, AFFINITIES);
  const field = 'spec.sessionAffinityConfig';
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'None' && config !== undefined) {
    errors.push(forbidden(field, 'must not be set when session affinity is None'));
  }
  if (spec.sessionAffinity !== 'ClientIP') return errors;
  const missing = 'when session affinity type is ClientIP';
  if (config === undefined) return [...errors, required(field, missing)];
  if (config.clientIP === undefined) return [...errors, required(`${field}.clientIP`, missing)];
  const seconds = config.clientIP.timeoutSeconds;
  const at = `${field}.clientIP.timeoutSeconds`;
  if (seconds === undefined) return [...errors, required(at, missing)];
  if (seconds > 0 && seconds <= MAX_AFFINITY_SECONDS) return errors;
  return [...errors, invalid(at, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`)];
}

/** The same node port or port may be given once a protocol. */
function validateTwice(ports: readonly Port[]): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach(({ protocol, nodePort }, i) => {
    if (!nodePort) return;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, nodePort));
    nodePorts.add(key);
  });
  ports.forEach(({ protocol, port }, i) => {
    const key = `${protocol}/${port}`;
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    if (numbers.has(key)) errors.push(duplicate(`spec.ports[${i}]`, shown));
    numbers.add(key);
  });
  return errors;
}

function validateBalancer({ spec, metadata }: Service, old: Service | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const balanced = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges';
    if (!balanced) errors.push(forbidden(field, ONLY_BALANCERS));
    const stored = old?.spec.loadBalancerSourceRanges ?? [];
    ranges.forEach((range, i) => {
      // Spaces around a range are passed over, as they always were.
      errors.push(...validateCidr(`${field}[${i}]`, range.trim(), stored));
    });
  } else if (annotation !== undefined) {
    const field = `metadata.annotations[${SOURCE_RANGES}]`;
    if (!balanced) errors.push(forbidden(field, ONLY_BALANCERS));
    const same = old?.metadata.annotations?.[SOURCE_RANGES] === annotation;
    if (annotation.trim() !== '' && !same) {
      for (const range of annotation.trim().split(',')) errors.push(...validateCidr(field, range.trim()));
    }
  }
  const field = 'spec.allocateLoadBalancerNodePorts';
  if (balanced && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required(field));
  if (!balanced && spec.allocateLoadBalancerNodePorts !== undefined) errors.push(forbidden(field, ONLY_BALANCERS));
  return [...errors, ...validateClass(spec)];
}

function validateClass(spec: Spec): FieldError[] {
  const value = spec.loadBalancerClass;
  if (value === undefined) return [];
  if (spec.type !== 'LoadBalancer') return [forbidden('spec.loadBalancerClass', ONLY_BALANCERS)];
  return invalidEach('spec.loadBalancerClass', value, checkQualifiedName(value));
}

function validateTraffic(spec: Spec): FieldError[] {
  const errors: FieldError[] = [];
  const external = spec.externalTrafficPolicy;
  if (externallyAccessible(spec)) errors.push(...chosen('spec.externalTrafficPolicy', external, TRAFFIC_POLICIES));
  else if (external) {
    errors.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  }
  const health = spec.healthCheckNodePort ?? 0;
  const at = 'spec.healthCheckNodePort';
  if (spec.type !== 'LoadBalancer' || external !== 'Local') {
    const text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (health !== 0) errors.push(invalid(at, health, text));
  } else if (health === 0) errors.push(required(at));
  else errors.push(...invalidEach(at, health, checkPortNumber(health)));
  const internal = spec.internalTrafficPolicy;
  if (internal !== undefined && !TRAFFIC_POLICIES.includes(internal)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, TRAFFIC_POLICIES));
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS));
  }
  return errors;
}

function validateTopologyAnnotations(annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const [hints, mode] = [annotations[TOPOLOGY_HINTS], annotations[TOPOLOGY_MODE]];
  if (hints === undefined || mode === undefined || hints === mode) return [];
  const text = `must match annotations[${TOPOLOGY_HINTS}] when both are specified`;
  return [invalid(`metadata.annotations[${TOPOLOGY_MODE}]`, mode, text)];
}

function validateExternalIps(spec: Spec, stored: readonly string[]): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, i) => {
    const errors = validateIp(`spec.externalIPs[${i}]`, ip, stored);
    return errors.length > 0 ? errors : validateEndpointIp(`spec.externalIPs[${i}]`, ip);
  });
}

function validateWhole(service: Service, old: Service | undefined): FieldError[] {
  const { spec, metadata } = service;
  const ports = spec.ports ?? [];
  const errors = [...validateMetadata(metadata, true, checkDnsLabel), ...validateTopologyAnnotations(metadata.annotations)];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  errors.push(...validateType(spec));
  const names = new Set<string>();
  ports.forEach((port, i) => {
    errors.push(...validatePort(port, `spec.ports[${i}]`, ports.length > 1, names));
  });
  errors.push(...validateLabels(spec.selector, 'spec.selector'));
  errors.push(...validateAffinity(spec));
  errors.push(...validateClusterIps(spec, old?.spec.clusterIPs));
  errors.push(...validateExternalIps(spec, old?.spec.externalIPs ?? []));
  errors.push(...chosen('spec.type', spec.type, TYPES));
  if (spec.type === 'ClusterIP') {
    ports.forEach(({ nodePort }, i) => {
      if (!nodePort) return;
      errors.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  errors.push(...validateTwice(ports));
  errors.push(...validateBalancer(service, old));
  return [...errors, ...validateTraffic(spec)];
}

/** A new service, its addresses given. Models ValidateServiceCreate. */
export function validateService(service: Service): FieldError[] {
  return validateWhole(service, undefined);
}

/** A changed service. Models ValidateServiceUpdate; the common rules of metadata are checked elsewhere. */
export function validateServiceUpdate(now: Service, before: Service): FieldError[] {
  const errors = validateIpChange(now.spec, before.spec);
  const field = 'spec.loadBalancerClass';
  const value = now.spec.loadBalancerClass;
  if (now.spec.type === 'LoadBalancer' && before.spec.type === 'LoadBalancer' && value !== before.spec.loadBalancerClass) {
    errors.push(invalid(field, value, 'may not change once set'));
  }
  return [...errors, ...validateClass(now.spec), ...validateWhole(now, before)];
}

/** A new status: the balancer's addresses. Models ValidateServiceStatusUpdate. */
export function validateServiceStatus(now: Service, before: Service): FieldError[] {
  const ingress = now.status?.loadBalancer?.ingress ?? [];
  const errors: FieldError[] = [];
  const stored = (before.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
  if (now.spec.type !== 'LoadBalancer' && ingress.length > 0) {
    errors.push(forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'"));
    return errors;
  }
  ingress.forEach(({ ip, hostname, ipMode }, i) => {
    const field = `status.loadBalancer.ingress[${i}]`;
    if (ip) errors.push(...validateIp(`${field}.ip`, ip, stored));
    if (ip && ipMode === undefined) errors.push(required(`${field}.ipMode`, 'must be specified when `ip` is set'));
    if (!ip && ipMode !== undefined) errors.push(forbidden(`${field}.ipMode`, 'may not be specified when `ip` is not set'));
    if (ip && ipMode !== undefined && !['Proxy', 'VIP'].includes(ipMode)) {
      errors.push(notSupported(`${field}.ipMode`, ipMode, ['Proxy', 'VIP']));
    }
    if (!hostname) return;
    errors.push(...invalidEach(`${field}.hostname`, hostname, checkDnsSubdomain(hostname)));
    if (validateIp('', hostname).length === 0) {
      errors.push(invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    }
  });
  return errors;
}

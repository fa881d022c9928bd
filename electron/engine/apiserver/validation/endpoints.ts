import { parseIp } from '#shared/kube/ip.ts';
import { checkDnsLabel, checkDnsSubdomain, checkLabelValue, checkQualifiedName } from '#shared/kube/names.ts';
import type { EndpointSlice, Endpoints } from '#shared/kube/types.ts';
import { duplicate, type FieldError, IMMUTABLE, invalid, invalidEach, notSupported, required } from './errors.ts';
import { validateEndpointIp, validateIp } from './ip.ts';
import { validateLabels } from './labels.ts';
import { subdomainName, validateMetadata } from './metadata.ts';
import { checkPortNumber } from './ports.ts';

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];
type SubsetPort = NonNullable<Subset['ports']>[number];
type Endpoint = EndpointSlice['endpoints'][number];
type SlicePort = NonNullable<EndpointSlice['ports']>[number];

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_TOPOLOGY = 16;
const MAX_HINTS = 8;

function tooMany(field: string, count: number, max: number): FieldError {
  return { field, type: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${max} items` };
}

function validateAddress(address: Address, field: string, stored: ReadonlySet<string>): FieldError[] {
  const { ip = '', hostname, nodeName } = address;
  const errors = stored.has(ip) ? [] : validateIp(`${field}.ip`, ip);
  if (hostname) errors.push(...invalidEach(`${field}.hostname`, hostname, checkDnsLabel(hostname)));
  if (nodeName !== undefined) errors.push(...invalidEach(`${field}.nodeName`, nodeName, checkDnsSubdomain(nodeName)));
  return [...errors, ...validateEndpointIp(`${field}.ip`, ip)];
}

function validateSubsetPort(port: SubsetPort, field: string, named: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (port.name) errors.push(...invalidEach(`${field}.name`, port.name, checkDnsLabel(port.name)));
  else if (named) errors.push(required(`${field}.name`));
  errors.push(...invalidEach(`${field}.port`, port.port ?? 0, checkPortNumber(port.port ?? 0)));
  if (!port.protocol) errors.push(required(`${field}.protocol`));
  else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${field}.protocol`, port.protocol, PROTOCOLS));
  return [...errors, ...validateAppProtocol(port.appProtocol, field)];
}

function validateAppProtocol(value: string | undefined, field: string): FieldError[] {
  return value === undefined ? [] : invalidEach(`${field}.appProtocol`, value, checkQualifiedName(value));
}

function validateSubsets(endpoints: Endpoints, old: Endpoints | undefined): FieldError[] {
  const all = (old?.subsets ?? []).flatMap((one) => [...(one.addresses ?? []), ...(one.notReadyAddresses ?? [])]);
  const stored = new Set(all.map(({ ip }) => ip));
  return (endpoints.subsets ?? []).flatMap((subset, i) => {
    const field = `subsets[${i}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    const none = addresses.length + notReadyAddresses.length === 0;
    return [
      ...(none ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((one, at) => validateAddress(one, `${field}.addresses[${at}]`, stored)),
      ...notReadyAddresses.flatMap((one, at) => validateAddress(one, `${field}.notReadyAddresses[${at}]`, stored)),
      ...ports.flatMap((port, at) => validateSubsetPort(port, `${field}.ports[${at}]`, ports.length > 1)),
    ];
  });
}

/** Endpoints in their old form. Models ValidateEndpointsCreate. */
export function validateEndpoints(endpoints: Endpoints): FieldError[] {
  return [...validateMetadata(endpoints.metadata, true, subdomainName), ...validateSubsets(endpoints, undefined)];
}

/** Changed endpoints; addresses stored before stay allowed. Models ValidateEndpointsUpdate. */
export function validateEndpointsUpdate(now: Endpoints, before: Endpoints): FieldError[] {
  return [...validateMetadata(now.metadata, true, subdomainName), ...validateSubsets(now, before)];
}

function validateSliceAddress(address: string, type: string, field: string): FieldError[] {
  if (type === 'IPv4' || type === 'IPv6') {
    const right = parseIp(address)?.family === type;
    const errors = right ? validateIp(field, address) : [invalid(field, address, `must be a valid ${type} address`)];
    return [...errors, ...validateEndpointIp(field, address)];
  }
  if (type !== 'FQDN') return [];
  return validateFullName(address, field);
}

/** Models IsFullyQualifiedDomainName. */
function validateFullName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const bare = name.replace(/\.$/, '');
  const problems = checkDnsSubdomain(bare);
  if (problems.length > 0) return [invalid(field, bare, problems.join(','))];
  const labels = bare.split('.');
  if (labels.length < 2) return [invalid(field, bare, 'should be a domain with at least two segments separated by dots')];
  return labels.flatMap((label) => {
    const wrong = checkDnsLabel(label);
    return wrong.length > 0 ? [invalid(field, label, wrong.join(','))] : [];
  });
}

function validateHints(hints: NonNullable<Endpoint['hints']>, field: string): FieldError[] {
  const { forZones = [], forNodes = [] } = hints as { forZones?: { name: string }[]; forNodes?: { name: string }[] };
  const list = (at: string, names: readonly { name: string }[], check: (name: string) => string[]): FieldError[] => {
    if (names.length > MAX_HINTS) return [tooMany(at, names.length, MAX_HINTS)];
    const texts = names.map(({ name }) => name);
    return texts.flatMap((name, i) => [
      ...(texts.indexOf(name) < i ? [duplicate(`${at}[${i}].name`, name)] : []),
      ...invalidEach(`${at}[${i}].name`, name, check(name)),
    ]);
  };
  return [...list(`${field}.forZones`, forZones, checkLabelValue), ...list(`${field}.forNodes`, forNodes, checkDnsSubdomain)];
}

function validateEndpoint(endpoint: Endpoint, type: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = endpoint.addresses ?? [];
  const at = `${field}.addresses`;
  if (addresses.length === 0) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(at, addresses.length, MAX_ADDRESSES));
  addresses.forEach((address, i) => {
    errors.push(...validateSliceAddress(address, type, `${at}[${i}]`));
  });
  const { nodeName, hostname, deprecatedTopology, hints } = endpoint;
  if (nodeName !== undefined) errors.push(...invalidEach(`${field}.nodeName`, nodeName, checkDnsSubdomain(nodeName)));
  const topology = Object.keys(deprecatedTopology ?? {}).length;
  if (topology > MAX_TOPOLOGY) errors.push(tooMany(`${field}.deprecatedTopology`, topology, MAX_TOPOLOGY));
  errors.push(...validateLabels(deprecatedTopology, `${field}.deprecatedTopology`));
  if (hostname !== undefined) errors.push(...invalidEach(`${field}.hostname`, hostname, checkDnsLabel(hostname)));
  return hints === undefined ? errors : [...errors, ...validateHints(hints, `${field}.hints`)];
}

function validateSlicePorts(ports: readonly SlicePort[]): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany('ports', ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap((port, i) => {
    const field = `ports[${i}]`;
    const name = port.name ?? '';
    const errors = name === '' ? [] : invalidEach(`${field}.name`, name, checkDnsLabel(name));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    if (port.protocol === undefined) errors.push(required(`${field}.protocol`));
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${field}.protocol`, port.protocol, PROTOCOLS));
    return [...errors, ...validateAppProtocol(port.appProtocol, field)];
  });
}

/** A slice of endpoints. Models ValidateEndpointSliceCreate. */
export function validateEndpointSlice(slice: EndpointSlice): FieldError[] {
  const errors = validateMetadata(slice.metadata, true, subdomainName);
  const type = slice.addressType ?? '';
  if (type === '') errors.push(required('addressType'));
  else if (!ADDRESS_TYPES.includes(type)) errors.push(notSupported('addressType', type, ADDRESS_TYPES));
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > MAX_ENDPOINTS) errors.push(tooMany('endpoints', endpoints.length, MAX_ENDPOINTS));
  else {
    endpoints.forEach((endpoint, i) => {
      errors.push(...validateEndpoint(endpoint, type, `endpoints[${i}]`));
    });
  }
  return [...errors, ...validateSlicePorts(slice.ports ?? [])];
}

/** A changed slice keeps the type of its addresses. Models ValidateEndpointSliceUpdate. */
export function validateEndpointSliceUpdate(now: EndpointSlice, before: EndpointSlice): FieldError[] {
  const errors = validateEndpointSlice(now);
  if (now.addressType !== before.addressType) errors.push(invalid('addressType', now.addressType, IMMUTABLE));
  return errors;
}

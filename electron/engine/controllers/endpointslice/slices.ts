import { deepEqual } from '#shared/core/json.ts';
import { isPodReady } from '#shared/kube/conditions.ts';
import { parseIp } from '#shared/kube/ip.ts';
import { checkDnsSubdomain } from '#shared/kube/names.ts';
import { controllerReference, nodeZone } from '#shared/kube/pod.ts';
import type { EndpointSlice, Node, Pod, Service } from '#shared/kube/types.ts';
import { findPort, HEADLESS_LABEL, hasAddress, hostnameIn } from '../common/endpoints/pods.ts';
import { MANAGED_BY, SERVICE_LABEL } from '../common/endpoints/sliceWriter.ts';

/** Who looks after the slices of services with a selector. */
export const CONTROLLER = 'endpointslice-controller.k8s.io';
/** Endpoints in one slice. Models --max-endpoints-per-slice. */
export const MAX_PER_SLICE = 100;

/** One endpoint of a slice. */
export type Endpoint = EndpointSlice['endpoints'][number];
/** One port of a slice. */
export type SlicePort = NonNullable<EndpointSlice['ports']>[number];

const RESERVED: readonly string[] = [SERVICE_LABEL, MANAGED_BY, HEADLESS_LABEL];

/** Types of addresses the service has; its families say which. Models getAddressTypesForService. */
export function addressTypes({ spec }: Service): string[] {
  const families = (spec.ipFamilies ?? []).filter((family) => family === 'IPv4' || family === 'IPv6');
  if (families.length > 0) return [...families];
  return parseIp(spec.clusterIP ?? '')?.family === 'IPv6' ? ['IPv6'] : ['IPv4'];
}

function unreserved(labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !RESERVED.includes(key)));
}

/** Labels of a service's slices: the service's own and those of the controller. Models setEndpointSliceLabels. */
export function sliceLabels(service: Service): Record<string, string> {
  return {
    ...unreserved(service.metadata.labels),
    ...(hasAddress(service) ? {} : { [HEADLESS_LABEL]: '' }),
    [SERVICE_LABEL]: service.metadata.name,
    [MANAGED_BY]: CONTROLLER,
  };
}

/** Whether the service's labels have changed since they were copied. */
export function labelsChanged(slice: EndpointSlice, service: Service): boolean {
  return !deepEqual(unreserved(slice.metadata.labels), unreserved(service.metadata.labels));
}

/** Ports of a pod under the service; those it does not have are left out. Models getEndpointPorts. */
export function portsFor(pod: Pod, service: Service): SlicePort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = findPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/** Addresses of the pod of one type; for headless services and others alike the first only. */
function addressesOf({ status }: Pod, type: string): string[] {
  const ips = status.podIPs?.map(({ ip }) => ip ?? '') ?? (status.podIP ? [status.podIP] : []);
  return ips.filter((ip) => parseIp(ip)?.family === type);
}

/** A pod as an endpoint; undefined when it has no address of the type. Models podToEndpoint. */
export function endpointOf(pod: Pod, node: Node | undefined, service: Service, type: string): Endpoint | undefined {
  const addresses = addressesOf(pod, type);
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameIn(pod, service);
  const zone = node === undefined ? undefined : nodeZone(node);
  const { namespace = '', name, uid = '' } = pod.metadata;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  };
}

/** What makes two endpoints the same one: addresses, hostname and pod. Models hashEndpoint. */
export function endpointKey({ addresses, hostname, targetRef }: Endpoint): string {
  const { kind = '', namespace = '', name = '', uid = '' } = targetRef ?? {};
  return JSON.stringify([[...(addresses ?? [])].sort(), hostname ?? '', kind, namespace, name, uid]);
}

/** Whether nothing but hints differs between two forms of one endpoint. Models EndpointsEqualBeyondHash. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.nodeName === b.nodeName && a.zone === b.zone && deepEqual(a.conditions, b.conditions);
}

/** A slice that is not stored yet. Models newEndpointSlice. */
export function newSlice(service: Service, ports: readonly SlicePort[], addressType: string): EndpointSlice {
  const { namespace = '', name } = service.metadata;
  const generateName = checkDnsSubdomain(`${name}-a`).length === 0 ? `${name}-` : name;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference({ ...service, apiVersion: 'v1', kind: 'Service' })],
    },
    addressType,
    endpoints: [],
    ports: [...ports],
  };
}

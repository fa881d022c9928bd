import { isPodReady } from '#shared/kube/conditions.ts';
import { parseIp } from '#shared/kube/ip.ts';
import type { Pod, Service } from '#shared/kube/types.ts';
import { belongsInEndpoints, findPort, hostnameIn } from '../common/endpoints/pods.ts';
import { type Address, repackSubsets, type Subset, type SubsetPort } from '../common/endpoints/subsets.ts';

/** Addresses that one Endpoints object holds at most. Models maxCapacity. */
export const MAX_ADDRESSES = 1000;

/** A pod as an address, in the family of the service. Models podToEndpointAddressForService. */
function addressOf(pod: Pod, service: Service): Address | undefined {
  const family = service.spec.ipFamilies?.[0] ?? parseIp(service.spec.clusterIP ?? '')?.family ?? 'IPv4';
  const ips = pod.status.podIPs?.map(({ ip }) => ip ?? '') ?? [pod.status.podIP ?? ''];
  const ip = ips.find((one) => parseIp(one)?.family === family);
  if (ip === undefined) return undefined;
  const hostname = hostnameIn(pod, service);
  const { namespace = '', name, uid = '' } = pod.metadata;
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** The subsets of a service's pods. Models the endpoints controller's syncService. */
export function subsetsOf(service: Service, pods: readonly Pod[]): Subset[] {
  const tolerant = service.spec.publishNotReadyAddresses === true;
  const parts: Subset[] = [];
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, tolerant)) continue;
    const address = addressOf(pod, service);
    if (address === undefined) continue;
    const side = tolerant || isPodReady(pod) ? { addresses: [address] } : { notReadyAddresses: [address] };
    const ports = service.spec.ports ?? [];
    if (ports.length === 0 && service.spec.clusterIP === 'None') parts.push(side);
    for (const servicePort of ports) {
      const port = findPort(pod, servicePort);
      if (port !== undefined) parts.push({ ...side, ports: [portOf(servicePort, port)] });
    }
  }
  return repackSubsets(parts);
}

type ServicePort = NonNullable<Service['spec']['ports']>[number];

function portOf({ name, protocol = 'TCP', appProtocol }: ServicePort, port: number): SubsetPort {
  return { ...(name ? { name } : {}), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

/** Subsets cut to what one object may hold, ready addresses first, in proportion; and whether any were cut. Models truncateEndpoints. */
export function truncated(subsets: readonly Subset[], max = MAX_ADDRESSES): { subsets: Subset[]; cut: boolean } {
  const count = (field: 'addresses' | 'notReadyAddresses'): number =>
    subsets.reduce((sum, subset) => sum + (subset[field]?.length ?? 0), 0);
  const [ready, notReady] = [count('addresses'), count('notReadyAddresses')];
  if (ready + notReady <= max) return { subsets: [...subsets], cut: false };
  const field = ready > max ? 'addresses' : 'notReadyAddresses';
  const [room, total] = ready > max ? [max, ready] : [max - ready, notReady];
  let left = room;
  const kept = subsets.map((subset): Subset => {
    const { notReadyAddresses: _dropped, ...onlyReady } = subset;
    const base: Subset = ready > max ? onlyReady : subset;
    const list = subset[field] ?? [];
    const share = Math.min(left, Math.ceil((list.length / total) * room));
    left -= Math.min(share, list.length);
    const { [field]: _old, ...rest } = base;
    return share === 0 || list.length === 0 ? rest : { ...rest, [field]: list.slice(0, share) };
  });
  return {
    subsets: kept.filter(({ addresses, notReadyAddresses }) => (addresses ?? notReadyAddresses) !== undefined),
    cut: true,
  };
}

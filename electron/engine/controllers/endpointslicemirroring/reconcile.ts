import { deepEqual } from '#shared/core/json.ts';
import { parseIp } from '#shared/kube/ip.ts';
import { checkDnsSubdomain } from '#shared/kube/names.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { EndpointSlice, Endpoints } from '#shared/kube/types.ts';
import { TRIGGER_TIME } from '../common/endpoints/pods.ts';
import { portKey, sortPorts } from '../common/endpoints/portOrder.ts';
import { MANAGED_BY, SERVICE_LABEL } from '../common/endpoints/sliceWriter.ts';
import { type Address, repackSubsets } from '../common/endpoints/subsets.ts';

/** Who looks after mirrored slices. */
export const CONTROLLER = 'endpointslicemirroring-controller.k8s.io';
/** Addresses mirrored of one subset. Models --mirroring-max-endpoints-per-subset. */
export const MAX_PER_SUBSET = 1000;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Endpoint = EndpointSlice['endpoints'][number];
type Port = NonNullable<EndpointSlice['ports']>[number];

/** What is to be written, and how many addresses were no addresses or too many. */
export interface MirrorPlan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  remove: EndpointSlice[];
  readonly invalid: number;
  readonly skipped: number;
}

interface Group {
  readonly type: string;
  readonly ports: Port[];
  readonly endpoints: Map<string, Endpoint>;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function keyOf({ addresses, hostname, targetRef }: Endpoint): string {
  const { kind = '', namespace = '', name = '', uid = '' } = targetRef ?? {};
  return JSON.stringify([addresses, hostname ?? '', kind, namespace, name, uid]);
}

/** Endpoints by type of address and ports. */
function desired(endpoints: Endpoints): { groups: Map<string, Group>; invalid: number; skipped: number } {
  const groups = new Map<string, Group>();
  let [invalid, skipped] = [0, 0];
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of repackSubsets(endpoints.subsets ?? [])) {
    const own = sortPorts(
      ports.map(({ name = '', protocol = 'TCP', port, appProtocol }) => ({
        name,
        protocol,
        port,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      })),
    );
    const key = portKey(own);
    let added = 0;
    const add = (address: Address, ready: boolean): void => {
      if (added >= MAX_PER_SUBSET) return;
      const type = parseIp(address.ip)?.family;
      if (type === undefined) {
        invalid++;
        return;
      }
      const group = groups.get(`${type}:${key}`) ?? { type, ports: own, endpoints: new Map<string, Endpoint>() };
      groups.set(`${type}:${key}`, group);
      const endpoint = endpointOf(address, ready);
      group.endpoints.set(keyOf(endpoint), endpoint);
      added++;
    };
    for (const address of addresses) add(address, true);
    for (const address of notReadyAddresses) add(address, false);
    skipped += addresses.length + notReadyAddresses.length - added;
  }
  return { groups, invalid, skipped };
}

function without(map: Readonly<Record<string, string>> | undefined, ...keys: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

function mirrored(endpoints: Endpoints, group: Group, sliceName: string): EndpointSlice {
  const { namespace = '', name, labels, annotations } = endpoints.metadata;
  const copied = without(annotations, TRIGGER_TIME, LAST_APPLIED);
  const generateName = checkDnsSubdomain(`${name}-a`).length === 0 ? `${name}-` : name;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: sliceName,
      ...(sliceName === '' ? { generateName } : {}),
      namespace,
      labels: { ...labels, [SERVICE_LABEL]: name, [MANAGED_BY]: CONTROLLER },
      ...(Object.keys(copied).length === 0 ? {} : { annotations: copied }),
      ownerReferences: [controllerReference({ ...endpoints, apiVersion: 'v1', kind: 'Endpoints' })],
    },
    addressType: group.type,
    endpoints: [...group.endpoints.values()],
    ports: group.ports,
  };
}

function isCurrent(slice: EndpointSlice, endpoints: Endpoints, group: Group): boolean {
  const { metadata } = endpoints;
  const own = slice.endpoints ?? [];
  return (
    own.length === group.endpoints.size &&
    own.every((endpoint) => deepEqual(group.endpoints.get(keyOf(endpoint)), endpoint)) &&
    deepEqual(metadata.labels ?? {}, without(slice.metadata.labels, MANAGED_BY, SERVICE_LABEL)) &&
    deepEqual(without(metadata.annotations, TRIGGER_TIME, LAST_APPLIED), slice.metadata.annotations ?? {})
  );
}

/** One slice for each set of ports and type of address. Pure. Models pkg/controller/endpointslicemirroring reconciler. */
export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[]): MirrorPlan {
  const { groups, invalid, skipped } = desired(endpoints);
  const plan: MirrorPlan = { create: [], update: [], remove: [], invalid, skipped };
  const byKey = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = `${slice.addressType}:${portKey(slice.ports ?? [])}`;
    byKey.set(key, [...(byKey.get(key) ?? []), slice]);
  }
  for (const [key, group] of groups) {
    const [first, ...others] = byKey.get(key) ?? [];
    plan.remove.push(...others);
    if (first === undefined) plan.create.push(mirrored(endpoints, group, ''));
    else if (!isCurrent(first, endpoints, group)) plan.update.push(mirrored(endpoints, group, first.metadata.name));
  }
  for (const [key, slices] of byKey) if (!groups.has(key)) plan.remove.push(...slices);
  recycle(plan);
  return plan;
}

/** A slice that would go takes the content of one that would come. Models recycleSlices. */
function recycle(plan: MirrorPlan): void {
  const remove: EndpointSlice[] = [];
  for (const slice of plan.remove) {
    const at = plan.create.findIndex(({ addressType }) => addressType === slice.addressType);
    const [fresh] = at < 0 ? [] : plan.create.splice(at, 1);
    if (fresh === undefined) remove.push(slice);
    else {
      const { generateName: _generated, ...metadata } = fresh.metadata;
      plan.update.push({ ...fresh, metadata: { ...metadata, name: slice.metadata.name } });
    }
  }
  plan.remove = remove;
}

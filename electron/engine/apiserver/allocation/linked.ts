import type { Service } from '#shared/kube/types.ts';

type Spec = Service['spec'];

function sameList(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** A type with an address in the cluster, or with none on purpose. */
function needsClusterIp({ type }: Spec): boolean {
  return type !== 'ExternalName';
}

function needsNodePort({ type }: Spec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

/** Whether a port tells balancers which nodes have endpoints. */
export function needsHealthPort({ type, externalTrafficPolicy }: Spec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** `clusterIP` and `clusterIPs` say the same when a client has changed only one of them; in place. Models normalizeClusterIPs. */
export function normalizeClusterIps(spec: Spec, old: Spec | undefined): void {
  const [one, all] = [spec.clusterIP ?? '', spec.clusterIPs ?? []];
  if (old === undefined) {
    if (one !== '' && all.length === 0) spec.clusterIPs = [one];
    return;
  }
  const [oldOne, oldAll] = [old.clusterIP ?? '', old.clusterIPs ?? []];
  if (oldOne === one) {
    if (oldAll.length > 0 && all.length === 0) spec.clusterIPs = [...oldAll];
    return;
  }
  if (!sameList(all, oldAll)) return;
  if (oldOne !== '' && one === '') delete spec.clusterIPs;
  else spec.clusterIPs = [one];
}

/** What the server once gave and the client has left out is put back; in place. Models patchAllocatedValues. */
export function patchAllocated(spec: Spec, old: Spec): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs !== undefined) {
      spec.clusterIPs = [...old.clusterIPs];
    }
  }
  if (needsNodePort(old) && needsNodePort(spec) && spec.allocateLoadBalancerNodePorts !== false) patchNodePorts(spec, old);
  if (needsHealthPort(old) && needsHealthPort(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    spec.healthCheckNodePort = old.healthCheckNodePort;
  }
}

function patchNodePorts(spec: Spec, old: Spec): void {
  const portsOf = ({ ports = [] }: Spec): number[] => ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  const before = portsOf(old);
  const used = new Set(portsOf(spec).filter((port) => before.includes(port)));
  const named = new Map((old.ports ?? []).map(({ name, nodePort }) => [name ?? '', nodePort ?? 0]));
  for (const port of spec.ports ?? []) {
    const known = named.get(port.name ?? '') ?? 0;
    if (port.nodePort || known === 0 || used.has(known)) continue;
    port.nodePort = known;
    used.add(known);
  }
}

function sameNodePorts(a: Spec, b: Spec): boolean {
  const set = ({ ports = [] }: Spec): string =>
    [...new Set(ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])))].sort((x, y) => x - y).join();
  return set(a) === set(b);
}

/** Fields that go with a change of type when the client has not touched them. */
const TYPE_FIELDS: readonly (readonly [
  field:
    | 'healthCheckNodePort'
    | 'allocateLoadBalancerNodePorts'
    | 'loadBalancerClass'
    | 'externalTrafficPolicy'
    | 'internalTrafficPolicy',
  needed: (spec: Spec) => boolean,
])[] = [
  ['healthCheckNodePort', needsHealthPort],
  ['allocateLoadBalancerNodePorts', ({ type }) => type === 'LoadBalancer'],
  ['loadBalancerClass', ({ type }) => type === 'LoadBalancer'],
  [
    'externalTrafficPolicy',
    ({ type, externalIPs }) =>
      type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0),
  ],
  ['internalTrafficPolicy', ({ type }) => type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer'],
];

/** The spec without what its type no longer needs, nor the client has asked for. Models dropTypeDependentFields. */
export function withoutTypeFields(given: Spec, old: Spec): Spec {
  const spec: Spec = { ...given };
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (spec.clusterIP === old.clusterIP && sameList(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameList(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (needsNodePort(old) && !needsNodePort(spec) && sameNodePorts(spec, old) && spec.ports !== undefined) {
    spec.ports = spec.ports.map(({ nodePort: _port, ...port }) => port);
  }
  for (const [field, needed] of TYPE_FIELDS) {
    if (needed(old) && !needed(spec) && spec[field] === old[field]) delete spec[field];
  }
  return spec;
}

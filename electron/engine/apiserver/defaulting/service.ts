import type { Service } from '#shared/kube/types.ts';

type Spec = Service['spec'];
type Port = NonNullable<Spec['ports']>[number];

/** Session affinity by client address lasts this many seconds unless it is said. Models DefaultClientIPServiceAffinitySeconds. */
const AFFINITY_SECONDS = 10_800;

/** Whether traffic from outside of the cluster may reach the service. Models pkg/apis/core/v1/helper ExternallyAccessible. */
export function externallyAccessible({ type, externalIPs }: Spec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);
}

/** Texts, numbers and flags that Go leaves out when they are empty, false or zero. */
const LEFT_OUT = [
  'clusterIP',
  'externalName',
  'loadBalancerIP',
  'healthCheckNodePort',
  'publishNotReadyAddresses',
  'externalTrafficPolicy',
  'sessionAffinity',
  'type',
] as const;

function withoutEmpty(spec: Spec): Spec {
  const rest = { ...spec };
  for (const field of LEFT_OUT) if (!rest[field]) delete rest[field];
  return rest;
}

function defaultPort(given: Port): Port {
  const { name, nodePort, targetPort, ...rest } = given;
  const port = rest.port ?? 0;
  return {
    ...rest,
    ...(name ? { name } : {}),
    protocol: rest.protocol || 'TCP',
    port,
    targetPort: targetPort === undefined || targetPort === 0 || targetPort === '' ? port : targetPort,
    ...(nodePort ? { nodePort } : {}),
  };
}

function defaultAffinity(spec: Spec): Pick<Spec, 'sessionAffinity' | 'sessionAffinityConfig'> {
  const sessionAffinity = spec.sessionAffinity || 'None';
  if (sessionAffinity === 'None') return { sessionAffinity };
  const given = spec.sessionAffinityConfig;
  if (sessionAffinity !== 'ClientIP' || given?.clientIP?.timeoutSeconds !== undefined) {
    return { sessionAffinity, ...(given === undefined ? {} : { sessionAffinityConfig: given }) };
  }
  return { sessionAffinity, sessionAffinityConfig: { clientIP: { timeoutSeconds: AFFINITY_SECONDS } } };
}

/** What can be filled in without looking at other services; addresses and node ports are given by the allocators. Models SetDefaults_Service. */
export function defaultService(service: Service): Service {
  const { sessionAffinityConfig: _config, ...given } = withoutEmpty(service.spec ?? {});
  const type = given.type ?? 'ClusterIP';
  const reachable = type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP';
  const spec: Spec = {
    ...given,
    type,
    ...defaultAffinity(service.spec ?? {}),
    ...(given.ports === undefined ? {} : { ports: given.ports.map(defaultPort) }),
  };
  if (spec.externalTrafficPolicy === undefined && externallyAccessible(spec)) spec.externalTrafficPolicy = 'Cluster';
  if (spec.internalTrafficPolicy === undefined && reachable) spec.internalTrafficPolicy = 'Cluster';
  if (type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  return { ...service, spec, status: defaultStatus(service.status, type) };
}

/** The status always has its balancer; an address of one is reached as such unless it is said otherwise. */
function defaultStatus(status: Service['status'] | undefined, type: string): Service['status'] {
  const ingress = status?.loadBalancer?.ingress;
  if (ingress === undefined) return { ...status, loadBalancer: {} };
  if (type !== 'LoadBalancer') return status as Service['status'];
  const completed = ingress.map((one) => (one.ip && one.ipMode === undefined ? { ...one, ipMode: 'VIP' } : one));
  return { ...status, loadBalancer: { ...status?.loadBalancer, ingress: completed } };
}

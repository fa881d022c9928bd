import type { NetworkPolicy } from '#shared/kube/types.ts';

type Spec = NetworkPolicy['spec'];
interface Rule {
  ports?: { protocol?: string }[];
}

function withProtocols<T extends Rule>(rules: T[]): T[] {
  return rules.map((rule) =>
    rule.ports === undefined
      ? rule
      : { ...rule, ports: rule.ports.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) },
  );
}

/** A policy is about what comes in, and about what goes out when it has rules for that. Models SetDefaults_NetworkPolicy. */
export function defaultNetworkPolicy(policy: NetworkPolicy): NetworkPolicy {
  const spec = (policy.spec as Spec | undefined) ?? ({} as Spec);
  const policyTypes =
    (spec.policyTypes?.length ?? 0) > 0 ? spec.policyTypes : ['Ingress', ...((spec.egress?.length ?? 0) > 0 ? ['Egress'] : [])];
  return {
    ...policy,
    spec: {
      ...spec,
      podSelector: spec.podSelector ?? {},
      ...(spec.ingress === undefined ? {} : { ingress: withProtocols(spec.ingress as Rule[]) as never }),
      ...(spec.egress === undefined ? {} : { egress: withProtocols(spec.egress as Rule[]) as never }),
      policyTypes: policyTypes as never,
    },
  };
}

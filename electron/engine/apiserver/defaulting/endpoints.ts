import type { EndpointSlice, Endpoints } from '#shared/kube/types.ts';

/** Ports speak TCP unless they say otherwise. Models SetDefaults_Endpoints. */
export function defaultEndpoints(endpoints: Endpoints): Endpoints {
  if (endpoints.subsets === undefined) return endpoints;
  const subsets = endpoints.subsets.map((subset) => {
    if (subset.ports === undefined) return subset;
    return { ...subset, ports: subset.ports.map((port) => ({ ...port, protocol: port.protocol || 'TCP' })) };
  });
  return { ...endpoints, subsets };
}

/** Ports have a name, if an empty one, and speak TCP; both lists are always written, as null when empty. Models SetDefaults_EndpointPort. */
export function defaultEndpointSlice(slice: EndpointSlice): EndpointSlice {
  const { endpoints, ports, ...rest } = slice;
  const some = <T>(list: readonly T[] | null | undefined): T[] | null =>
    list === undefined || list === null || list.length === 0 ? null : [...list];
  return {
    ...rest,
    endpoints: some(endpoints?.map((one) => ({ ...one, conditions: one.conditions ?? {} }))),
    ports: some(ports?.map((port) => ({ ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' }))),
  } as unknown as EndpointSlice;
}

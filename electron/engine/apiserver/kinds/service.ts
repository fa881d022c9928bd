import { deepEqual } from '#shared/core/json.ts';
import type { AnyObject, Service } from '#shared/kube/types.ts';
import { withoutTypeFields } from '../allocation/linked.ts';
import type { KindStrategy } from './strategy.ts';

/** Services count no changes; a change of type takes away what only the old one had. Models registry/core/service svcStrategy. */
export const serviceStrategy: KindStrategy = {
  prepareForUpdate(next, old) {
    const service = next as unknown as Service;
    const spec = withoutTypeFields(service.spec, (old as unknown as Service).spec);
    // The addresses of a balancer go at once, though its end is another's work.
    const status = spec.type === 'LoadBalancer' ? service.status : { ...service.status, loadBalancer: {} };
    return { ...service, spec, status } as unknown as AnyObject;
  },
};

/** A new service has no balancer yet. */
export function prepareService(service: Service): Service {
  return { ...service, status: { loadBalancer: {} } };
}

function content({ endpoints, ports, addressType }: AnyObject): unknown {
  return [endpoints, ports, addressType];
}

/** Slices count changes of everything but their metadata. Models registry/discovery/endpointslice. */
export const endpointSliceStrategy: KindStrategy = {
  generation: (next, old) => !deepEqual(content(next), content(old)),
};

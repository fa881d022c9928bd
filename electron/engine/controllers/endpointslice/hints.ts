import { deepEqual } from '#shared/core/json.ts';
import type { EndpointSlice } from '#shared/kube/types.ts';
import type { Endpoint } from './slices.ts';

type Hints = NonNullable<Endpoint['hints']>;

/** Where an endpoint's traffic should best come from; undefined when nothing is preferred or it is not ready. */
function hintsFor(endpoint: Endpoint, distribution: string | undefined): Hints | undefined {
  if (endpoint.conditions?.ready === false) return undefined;
  const zones = endpoint.zone ? { forZones: [{ name: endpoint.zone }] } : {};
  const nodes = endpoint.nodeName ? { forNodes: [{ name: endpoint.nodeName }] } : {};
  switch (distribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return endpoint.zone ? (zones as Hints) : undefined;
    case 'PreferSameNode':
      return endpoint.zone || endpoint.nodeName ? ({ ...zones, ...nodes } as Hints) : undefined;
    default:
      return undefined;
  }
}

/** The slice with the hints of the service's trafficDistribution; the same one when it has them. Models endpointslice/trafficdist ReconcileHints. */
export function withHints(slice: EndpointSlice, distribution: string | undefined): EndpointSlice {
  let changed = false;
  const endpoints = (slice.endpoints ?? []).map((endpoint) => {
    const hints = hintsFor(endpoint, distribution);
    if (deepEqual(hints, endpoint.hints)) return endpoint;
    changed = true;
    const { hints: _old, ...rest } = endpoint;
    return hints === undefined ? rest : { ...rest, hints };
  });
  return changed ? { ...slice, endpoints } : slice;
}

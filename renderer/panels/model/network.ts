import { compareStrings } from '#shared/core/compare.ts';
import { matchLabels } from '#shared/kube/labels.ts';
import type { AnyObject, EndpointSlice, Pod, Service } from '#shared/kube/types.ts';

/** One address behind a service. `target`: key of the pod it is, null when it is none. */
export interface EndpointRow {
  address: string;
  target: string | null;
  name: string;
  node: string;
  state: 'ready' | 'notReady' | 'terminating';
}

function isSliceOf(object: AnyObject, service: Service): boolean {
  return (
    object.kind === 'EndpointSlice' &&
    (object.metadata.namespace ?? '') === (service.metadata.namespace ?? '') &&
    object.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name
  );
}

/** Addresses of a service's EndpointSlices, ready ones first, then by name. An absent ready condition means ready. */
export function endpointRows(service: Service, others: Iterable<AnyObject>): EndpointRow[] {
  const rows: EndpointRow[] = [];
  for (const object of others) {
    if (!isSliceOf(object, service)) continue;
    for (const { addresses, targetRef, nodeName, conditions } of (object as unknown as EndpointSlice).endpoints ?? []) {
      const target = targetRef?.kind === 'Pod' ? `Pod/${targetRef.namespace ?? ''}/${targetRef.name ?? ''}` : null;
      const address = addresses[0] ?? '';
      rows.push({
        address,
        target,
        name: targetRef?.name ?? address,
        node: nodeName ?? '',
        state: conditions?.terminating === true ? 'terminating' : conditions?.ready === false ? 'notReady' : 'ready',
      });
    }
  }
  const rank = { ready: 0, notReady: 1, terminating: 2 };
  return rows.sort((a, b) => rank[a.state] - rank[b.state] || compareStrings(a.name, b.name));
}

/** Pods of the service's namespace that its selector means; none without a selector. */
export function selectedPods(service: Service, pods: Iterable<Pod>): Pod[] {
  const selector = service.spec?.selector;
  if (!selector || Object.keys(selector).length === 0) return [];
  return [...pods].filter(
    (pod) => (pod.metadata.namespace ?? '') === (service.metadata.namespace ?? '') && matchLabels(selector, pod.metadata.labels),
  );
}

/** A service's ports: `http 80 → 8080/TCP`, `443/TCP, node port 30443`. */
export function portTexts(service: Service): string[] {
  return (service.spec?.ports ?? []).map(({ name, port, targetPort, protocol = 'TCP', nodePort }) => {
    const to = targetPort === undefined || targetPort === port ? '' : ` → ${targetPort}`;
    return `${name ? `${name} ` : ''}${port}${to}/${protocol}${nodePort ? `, :${nodePort}` : ''}`;
  });
}

import { isPodReady, podCondition } from '#shared/kube/conditions.ts';
import { matchLabels } from '#shared/kube/labels.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { Pod, Service } from '#shared/kube/types.ts';
import type { Lister } from '../../../client/types.ts';
import { queueKey } from '../keys.ts';

type ServicePort = NonNullable<Service['spec']['ports']>[number];

/** When the change behind a write came to pass. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
/** Marks what belongs to a service without an address of its own. */
export const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** Whether the service chooses pods; an empty selector is none, as it is left out when stored. */
export function hasSelector({ spec }: Service): boolean {
  return Object.keys(spec.selector ?? {}).length > 0;
}

/** Whether the service has an address of its own. Models helper.IsServiceIPSet. */
export function hasAddress({ spec }: Service): boolean {
  return spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';
}

/** The pods a service chooses, by name. */
export function podsOf(pods: Lister<Pod>, service: Service): readonly Pod[] {
  return pods.select(service.metadata.namespace ?? '', { matchLabels: service.spec.selector ?? {} });
}

/** Whether a pod has an address that is in use. Models ShouldPodBeInEndpoints. */
export function belongsInEndpoints(pod: Pod, withTerminating: boolean): boolean {
  if (isTerminal(pod)) return false;
  if (!pod.status.podIP && (pod.status.podIPs?.length ?? 0) === 0) return false;
  return withTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The name of its own that a pod has in the service's domain. Models ShouldSetHostname. */
export function hostnameIn(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

/** The number of the container's port a service's port leads to; undefined when the pod has none. Models podutil.FindPort. */
export function findPort(pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  const target = targetPort ?? port;
  if (typeof target === 'number') return target;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    const found = (container.ports ?? []).find((one) => one.name === target && (one.protocol ?? 'TCP') === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

function addressesOf({ status }: Pod): string {
  return (status.podIPs ?? []).map(({ ip }) => ip).join() || (status.podIP ?? '');
}

/** What of a changed pod matters to the services that choose it, and whether others may choose it now. Models podEndpointsChanged. */
export function podChange(before: Pod, after: Pod): { endpoint: boolean; membership: boolean } {
  const membership =
    !sameLabels(before, after) || before.spec.hostname !== after.spec.hostname || before.spec.subdomain !== after.spec.subdomain;
  const endpoint =
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    isPodReady(before) !== isPodReady(after) ||
    addressesOf(before) !== addressesOf(after);
  return { endpoint, membership };
}

function sameLabels(before: Pod, after: Pod): boolean {
  const [a, b] = [before.metadata.labels ?? {}, after.metadata.labels ?? {}];
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** Keys of the services that choose the pod. Costs one comparison for each service of the namespace. Models GetPodServiceMemberships. */
export function servicesOf(services: Lister<Service>, pod: Pod): Service[] {
  if (services.size === 0) return [];
  return services
    .list(pod.metadata.namespace ?? '')
    .filter((service) => hasSelector(service) && matchLabels(service.spec.selector, pod.metadata.labels));
}

/** Services to look at after a pod has changed. `ended`: an ended pod counts as a change too. Models GetServicesToUpdateOnPodChange. */
export function servicesToUpdate(services: Lister<Service>, before: Pod, after: Pod, ended: boolean): Service[] {
  if (services.size === 0) return [];
  const { endpoint, membership } = podChange(before, after);
  const changed = endpoint || (ended && isTerminal(before) !== isTerminal(after));
  if (!changed && !membership) return [];
  const now = servicesOf(services, after);
  if (!membership) return now;
  const old = servicesOf(services, before);
  const keys = new Set(now.map(queueKey));
  if (changed) return [...now, ...old.filter((one) => !keys.has(queueKey(one)))];
  const oldKeys = new Set(old.map(queueKey));
  return [...now.filter((one) => !oldKeys.has(queueKey(one))), ...old.filter((one) => !keys.has(queueKey(one)))];
}

/** When the pod's readiness last changed. */
export function readySince(pod: Pod): string | undefined {
  return podCondition(pod, 'Ready')?.lastTransitionTime;
}

/**
 * The earliest cause of what is about to be written: readiness of the pods whose endpoint is new or has turned, and the making of the service
 * when nothing was written for it before. Read off what is stored, so that a restart forgets nothing. Models endpointsliceutil TriggerTimeTracker.
 */
export function triggerTime(
  service: Service,
  pods: readonly Pod[],
  first: boolean,
  served: (pod: Pod) => boolean | undefined,
): string | undefined {
  const times: string[] = [];
  if (first && service.metadata.creationTimestamp) times.push(service.metadata.creationTimestamp);
  for (const pod of pods) {
    const since = readySince(pod);
    if (since !== undefined && since !== null && served(pod) !== isPodReady(pod)) times.push(since);
  }
  // RFC 3339 in UTC with seconds: the order of texts is that of times.
  return times.length === 0 ? undefined : times.reduce((a, b) => (a < b ? a : b));
}

/** Annotations with the time of the cause set, or without it. */
export function withTrigger(annotations: Readonly<Record<string, string>>, time: string | undefined): Record<string, string> {
  const { [TRIGGER_TIME]: _old, ...rest } = annotations;
  return time === undefined ? rest : { ...rest, [TRIGGER_TIME]: time };
}

import { err, ok, type Result } from '#shared/core/result.ts';
import { podCondition, type TimeReader } from '#shared/kube/conditions.ts';
import { isSidecar, podRequestQuantities } from '#shared/kube/pod.ts';
import { milliValue } from '#shared/kube/quantity.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { PodMetric, PodMetricsByName } from './podMetrics.ts';

/** How long a young pod's cpu use is not believed. */
export interface ReadinessTimings {
  readonly cpuInitializationMs: number;
  readonly initialReadinessDelayMs: number;
}

/** The target's pods by what their metrics are worth. `ready` counts those that count as they are. */
export interface PodGroups {
  readonly ready: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
}

/** Whether the cpu use of a pod with a metric is not to be believed yet. */
function isUnready(pod: Pod, metric: PodMetric, timings: ReadinessTimings, clock: TimeReader): boolean {
  const condition = podCondition(pod, 'Ready');
  const started = pod.status.startTime;
  if (condition === undefined || started === undefined) return true;
  const startMs = clock.parseMs(started as string);
  const changedMs = condition.lastTransitionTime === undefined ? 0 : clock.parseMs(condition.lastTransitionTime as string);
  if (startMs + timings.cpuInitializationMs > clock.nowMs) {
    // Still starting up: only samples of a time in which it was ready all along count.
    return condition.status === 'False' || metric.timestampMs < changedMs + metric.windowMs;
  }
  // Later on only a pod that has never been ready is left out.
  return condition.status === 'False' && startMs + timings.initialReadinessDelayMs > changedMs;
}

/** Sorts the pods. Readiness matters for cpu alone. Models groupPods. */
export function groupPods(
  pods: readonly Pod[],
  metrics: PodMetricsByName,
  resource: string,
  timings: ReadinessTimings,
  clock: TimeReader,
): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let ready = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp !== undefined || pod.status.phase === 'Failed') ignored.add(name);
    else if (pod.status.phase === 'Pending') unready.add(name);
    else if (metric === undefined) missing.add(name);
    else if (resource === 'cpu' && isUnready(pod, metric, timings, clock)) unready.add(name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

function hasPodLevelRequests({ spec }: Pod): boolean {
  return Object.keys(spec.resources?.requests ?? {}).length > 0;
}

/** Requests of the pod's own resources, containers filling in what those do not say. Models calculatePodLevelRequests. */
function podLevelRequest(pod: Pod, resource: string): Result<number, string> {
  const amount = podRequestQuantities(pod).get(resource);
  return amount === undefined ? err(`missing pod-level request for ${resource} in Pod ${pod.metadata.name}`) : ok(amount.milli);
}

/** Sum over regular containers and sidecars, or of the one named. Models calculatePodRequestsFromContainers. */
function containersRequest(pod: Pod, container: string, resource: string): Result<number, string> {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)];
  let total = 0;
  for (const { name, resources } of containers) {
    if (container !== '' && container !== name) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined) {
      return err(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
    }
    total += milliValue(request);
    if (container === name) return ok(total);
  }
  return container === '' ? ok(total) : err(`container ${container} not found in Pod ${pod.metadata.name}`);
}

/** Requests of each pod in thousandths, or what the first pod lacks. Models calculateRequests. */
export function requestsOf(
  pods: readonly Pod[],
  container: string,
  resource: string,
): Result<ReadonlyMap<string, number>, string> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const wholePod = container === '' && hasPodLevelRequests(pod);
    const request = wholePod ? podLevelRequest(pod, resource) : containersRequest(pod, container, resource);
    if (!request.ok) return request;
    requests.set(pod.metadata.name, request.value);
  }
  return ok(requests);
}

import { err, ok, type Result } from '#shared/core/result.ts';
import { isPodReady, type TimeReader } from '#shared/kube/conditions.ts';
import type { Pod } from '#shared/kube/types.ts';
import { isWithin, podsFor, type Tolerances, usageOf, utilizationOf } from './arithmetic.ts';
import { groupPods, type PodGroups, type ReadinessTimings, requestsOf } from './podGroups.ts';
import type { PodMetricsByName } from './podMetrics.ts';

const NO_PODS = 'no pods returned by selector while calculating replica count';
const NO_METRICS = 'did not receive metrics for targeted pods (pods might be unready)';

/** What every calculation knows about the target. `current` is spec.replicas. */
export interface Target {
  readonly pods: readonly Pod[];
  readonly current: number;
  readonly tolerances: Tolerances;
  readonly timings: ReadinessTimings;
  readonly clock: TimeReader;
}

/** Pods wanted, the measured average, and for utilisation the percentage. */
export interface Proposal {
  readonly replicas: number;
  readonly milli: number;
  readonly percent?: number;
}

/** Metrics without those of pods that do not count, and what groups the pods fall into. */
function believed(
  target: Target,
  metrics: PodMetricsByName,
  resource: string,
): Result<{ groups: PodGroups; counted: PodMetricsByName }, string> {
  if (target.pods.length === 0) return err(NO_PODS);
  const groups = groupPods(target.pods, metrics, resource, target.timings, target.clock);
  const counted = new Map([...metrics].filter(([name]) => !groups.ignored.has(name) && !groups.unready.has(name)));
  return counted.size === 0 ? err(NO_METRICS) : ok({ groups, counted });
}

/**
 * Pods for a ratio of use to target. Missing and unready pods are assumed to damp the change (`assumed`: the value of a missing pod when scaling
 * down), and a change that they turn around or that is too small is not made.
 */
function replicasFor(
  target: Target,
  groups: PodGroups,
  counted: PodMetricsByName,
  ratio: number,
  assumed: (name: string) => number,
  ratioOf: (metrics: PodMetricsByName) => Result<number, string>,
): Result<number, string> {
  const { current, tolerances } = target;
  const withUnready = groups.unready.size > 0 && ratio > 1;
  if (!withUnready && groups.missing.size === 0) {
    return ok(isWithin(tolerances, ratio) ? current : podsFor(ratio * groups.ready));
  }
  const filled = new Map(counted);
  const fill = (name: string, milli: number) => filled.set(name, { milli, timestampMs: 0, windowMs: 0 });
  if (ratio < 1) for (const name of groups.missing) fill(name, assumed(name));
  else if (ratio > 1) for (const name of groups.missing) fill(name, 0);
  if (withUnready) for (const name of groups.unready) fill(name, 0);
  const again = ratioOf(filled);
  if (!again.ok) return again;
  const next = again.value;
  if (isWithin(tolerances, next) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return ok(current);
  const replicas = podsFor(next * filled.size);
  return ok((next < 1 && replicas > current) || (next > 1 && replicas < current) ? current : replicas);
}

/** Pods for a utilisation in per cent of the requests. Models GetResourceReplicas. */
export function byUtilization(
  target: Target,
  metrics: PodMetricsByName,
  resource: string,
  container: string,
  targetPercent: number,
): Result<Proposal, string> {
  const found = believed(target, metrics, resource);
  if (!found.ok) return found;
  const { groups, counted } = found.value;
  const requests = requestsOf(target.pods, container, resource);
  if (!requests.ok) return requests;
  const seen = utilizationOf(counted, requests.value, targetPercent);
  if (!seen.ok) return seen;
  // A missing pod is taken to use all it asked for, or the target where that is more.
  const share = Math.max(100, targetPercent);
  const replicas = replicasFor(
    target,
    groups,
    counted,
    seen.value.ratio,
    (name) => Math.trunc(((requests.value.get(name) ?? 0) * share) / 100),
    (filled) => {
      const ratio = utilizationOf(filled, requests.value, targetPercent);
      return ratio.ok ? ok(ratio.value.ratio) : ratio;
    },
  );
  if (!replicas.ok) return replicas;
  return ok({ replicas: replicas.value, milli: seen.value.averageMilli, percent: seen.value.percent });
}

/** Pods for an average value per pod; `resource` is empty for custom metrics. Models calcPlainMetricReplicas. */
export function byAverage(
  target: Target,
  metrics: PodMetricsByName,
  resource: string,
  targetMilli: number,
): Result<Proposal, string> {
  const found = believed(target, metrics, resource);
  if (!found.ok) return found;
  const { groups, counted } = found.value;
  const seen = usageOf(counted, targetMilli);
  const replicas = replicasFor(
    target,
    groups,
    counted,
    seen.ratio,
    () => targetMilli,
    (filled) => ok(usageOf(filled, targetMilli).ratio),
  );
  return replicas.ok ? ok({ replicas: replicas.value, milli: seen.averageMilli }) : replicas;
}

/** Pods for one value that all share: the ready ones times the ratio. Models getUsageRatioReplicaCount. */
export function byValue(target: Target, milli: number, targetMilli: number): Result<Proposal, string> {
  const { current, pods, tolerances } = target;
  const ratio = milli / targetMilli;
  if (current === 0) return ok({ replicas: podsFor(ratio), milli });
  if (isWithin(tolerances, ratio)) return ok({ replicas: current, milli });
  if (pods.length === 0) return err(`unable to calculate ready pods: ${NO_PODS}`);
  const ready = pods.filter((pod) => pod.status.phase === 'Running' && isPodReady(pod)).length;
  return ok({ replicas: podsFor(ratio * ready), milli });
}

/** Pods for one value that is divided among `statusReplicas`. Models GetExternalPerPodMetricReplicas and its twin for objects. */
export function byValuePerPod(statusReplicas: number, milli: number, targetMilli: number, tolerances: Tolerances): Proposal {
  const ratio = milli / (targetMilli * statusReplicas);
  const share = Math.ceil(milli / statusReplicas);
  return {
    replicas: isWithin(tolerances, ratio) ? statusReplicas : podsFor(milli / targetMilli),
    // Without pods there is no average to show; Go's result of the division means nothing.
    milli: Number.isFinite(share) ? share : 0,
  };
}

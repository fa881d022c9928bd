import { err, ok, type Result } from '#shared/core/result.ts';
import { type Requirement, selectorRequirements } from '#shared/kube/labels.ts';
import type { LabelSelector } from '#shared/kube/types.ts';
import type { ContainerUsage, MetricObject, MetricsSource, PodMetrics } from '../../metrics/types.ts';

/** Custom metrics whose source does not name a window are taken to cover a minute. */
const DEFAULT_WINDOW_MS = 60_000;
const MILLI_PER_UNIT = 1000;

/** A pod's value in thousandths, when it was measured and over which time. Models podautoscaler/metrics PodMetric. */
export interface PodMetric {
  readonly milli: number;
  readonly timestampMs: number;
  readonly windowMs: number;
}

/** Values by pod name. */
export type PodMetricsByName = Map<string, PodMetric>;

/** Requirements of a metric's selector; an absent one asks for everything. */
export function metricRequirements(selector: LabelSelector | undefined): readonly Requirement[] {
  return selectorRequirements(selector) ?? [];
}

function usageOf(container: ContainerUsage, resource: string): number | undefined {
  if (resource === 'cpu') return container.cpuMilli;
  if (resource !== 'memory' || container.memoryBytes === undefined) return undefined;
  return container.memoryBytes * MILLI_PER_UNIT;
}

/** Usage of a whole pod: unknown as soon as one container's is. Models getPodMetrics. */
function podUsage({ containers }: PodMetrics, resource: string): number | undefined {
  let total: number | undefined;
  for (const container of containers) {
    const usage = usageOf(container, resource);
    if (usage === undefined) return undefined;
    total = (total ?? 0) + usage;
  }
  return total;
}

/** Usage of one container, unknown when the pod has none of that name. Models getContainerMetrics. */
function containerUsage({ containers }: PodMetrics, resource: string, name: string): number | undefined {
  const container = containers.find((one) => one.name === name);
  return container === undefined ? undefined : usageOf(container, resource);
}

/** What the pods use of a resource, or one container of each when `container` is not empty. Models GetResourceMetric. */
export function resourceMetric(
  source: MetricsSource,
  namespace: string,
  selector: readonly Requirement[],
  resource: string,
  container: string,
): Result<PodMetricsByName, string> {
  const answer = source.podMetrics(namespace, selector);
  if (!answer.ok) return err(`unable to fetch metrics from resource metrics API: ${answer.error.message}`);
  if (answer.value.length === 0) return err('no metrics returned from resource metrics API');
  const metrics: PodMetricsByName = new Map();
  for (const pod of answer.value) {
    const milli = container === '' ? podUsage(pod, resource) : containerUsage(pod, resource, container);
    const { name, timestampMs, windowMs } = pod;
    if (milli !== undefined) metrics.set(name, { milli, timestampMs, windowMs });
  }
  return ok(metrics);
}

/** A custom metric of the pods. Models GetRawMetric. */
export function customPodsMetric(
  source: MetricsSource,
  namespace: string,
  selector: readonly Requirement[],
  metric: string,
  metricSelector: LabelSelector | undefined,
): Result<PodMetricsByName, string> {
  const answer = source.podsMetric(namespace, selector, metric, metricRequirements(metricSelector));
  if (!answer.ok) return err(`unable to fetch metrics from custom metrics API: ${answer.error.message}`);
  if (answer.value.length === 0) return err('no metrics returned from custom metrics API');
  return ok(
    new Map(
      answer.value.map(({ name, milli, timestampMs, windowMs }) => [
        name,
        { milli, timestampMs, windowMs: windowMs ?? DEFAULT_WINDOW_MS },
      ]),
    ),
  );
}

/** A custom metric of one object, in thousandths. Models GetObjectMetric. */
export function customObjectMetric(
  source: MetricsSource,
  namespace: string,
  object: MetricObject,
  metric: string,
  metricSelector: LabelSelector | undefined,
): Result<number, string> {
  const answer = source.objectMetric(namespace, object, metric, metricRequirements(metricSelector));
  return answer.ok ? ok(answer.value.milli) : err(`unable to fetch metrics from custom metrics API: ${answer.error.message}`);
}

/** Values of an external metric, in thousandths. Models GetExternalMetric. */
export function externalMetric(
  source: MetricsSource,
  namespace: string,
  metric: string,
  metricSelector: LabelSelector | undefined,
): Result<readonly number[], string> {
  const answer = source.externalMetric(namespace, metric, metricRequirements(metricSelector));
  if (!answer.ok) return err(`unable to fetch metrics from external metrics API: ${answer.error.message}`);
  return answer.value.length === 0 ? err('no metrics returned from external metrics API') : ok(answer.value);
}

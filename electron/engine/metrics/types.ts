import type { Requirement } from '#shared/kube/labels.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ApiResult } from '../client/types.ts';

/** What one container used: thousandths of a core and bytes. A resource that was not measured is absent. */
export interface ContainerUsage {
  readonly name: string;
  readonly cpuMilli?: number;
  readonly memoryBytes?: number;
}

/** One measurement of a pod. `timestampMs`: its end in virtual time; `windowMs`: the time it covers. Models metrics.k8s.io PodMetrics. */
export interface PodMetrics {
  readonly namespace: string;
  readonly name: string;
  readonly timestampMs: number;
  readonly windowMs: number;
  readonly containers: readonly ContainerUsage[];
}

/** One measurement of a node: its pods and what the system itself takes. Models metrics.k8s.io NodeMetrics. */
export interface NodeMetrics {
  readonly name: string;
  readonly timestampMs: number;
  readonly windowMs: number;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** Value of a custom metric of one object, in thousandths. Models custom.metrics.k8s.io MetricValue. */
export interface MetricValue {
  /** Name of the object the value is about. */
  readonly name: string;
  readonly timestampMs: number;
  /** Absent where the source does not say; consumers then assume a minute. */
  readonly windowMs?: number;
  readonly milli: number;
}

/** The object a metric describes. Models autoscaling CrossVersionObjectReference. */
export interface MetricObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * The metrics APIs as their consumers (kubectl top, the autoscalers) see them: measurements of the last window, not the present moment. Each
 * question may be answered with an API error. Asking changes nothing. Selectors are parsed ones (shared/kube/labels.ts); an empty list of
 * requirements matches everything.
 */
export interface MetricsSource {
  /** Measurements of the pods of a namespace whose labels match, by name. Pods that were not measured yet are left out. */
  podMetrics(namespace: string, selector: readonly Requirement[]): ApiResult<readonly PodMetrics[]>;
  /** Measurement of one pod; 404 while there is none. */
  podMetric(namespace: string, name: string): ApiResult<PodMetrics>;
  /** Measurement of one node; 404 while there is none. */
  nodeMetrics(name: string): ApiResult<NodeMetrics>;
  /** A custom metric of the pods that match. */
  podsMetric(
    namespace: string,
    selector: readonly Requirement[],
    metric: string,
    metricSelector: readonly Requirement[],
  ): ApiResult<readonly MetricValue[]>;
  /** A custom metric of one object. */
  objectMetric(
    namespace: string,
    object: MetricObject,
    metric: string,
    metricSelector: readonly Requirement[],
  ): ApiResult<MetricValue>;
  /** Values of an external metric, in thousandths: one for each series that matches. */
  externalMetric(namespace: string, metric: string, metricSelector: readonly Requirement[]): ApiResult<readonly number[]>;
}

/** What programs ask for at this very moment, before any window or limit of memory: what the kubelet goes by. */
export interface UsageModel {
  /** Use of each regular container and sidecar of a pod: cpu held down to its limit, memory as the program wants it. */
  containersOf(pod: Pod): readonly ContainerUsage[];
  /** The same for many pods at this moment: what they share is worked out once. Not to be kept. */
  sweep(): Pick<UsageModel, 'containersOf'>;
}

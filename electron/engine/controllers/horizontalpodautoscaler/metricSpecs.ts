import { err, ok, type Result } from '#shared/core/result.ts';
import type { Requirement } from '#shared/kube/labels.ts';
import { milliValue, printQuantity, quantityFromMilli } from '#shared/kube/quantity.ts';
import type { HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import type { MetricsSource } from '../../metrics/types.ts';
import { goSelector } from '../common/goSelector.ts';
import { byAverage, byUtilization, byValue, byValuePerPod, type Proposal, type Target } from './calculator.ts';
import { customObjectMetric, customPodsMetric, externalMetric, resourceMetric } from './podMetrics.ts';

/** One entry of spec.metrics. */
export type MetricSpec = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number];
/** One entry of status.currentMetrics. */
export type MetricStatus = NonNullable<HorizontalPodAutoscaler['status']['currentMetrics']>[number];
type MetricTarget = NonNullable<MetricSpec['resource']>['target'];
type Current = NonNullable<MetricStatus['resource']>['current'];

/** What a metric is measured on. */
export interface Measured extends Target {
  readonly source: MetricsSource;
  readonly namespace: string;
  readonly selector: readonly Requirement[];
  readonly statusReplicas: number;
}

/** A metric's wish: pods, the words for it, and what the status shows. */
export interface MetricProposal {
  readonly replicas: number;
  readonly name: string;
  readonly status: MetricStatus;
}

/** Why a metric says nothing: event and condition use `reason` and `message`, the sum of all metrics uses `wrapped`. */
export interface MetricFailure {
  readonly reason: string;
  readonly message: string;
  readonly wrapped: string;
}

type Answer = Result<MetricProposal, MetricFailure>;

const NEITHER_RESOURCE =
  'invalid resource metric source: neither an average utilization target nor an average value target was set';
const NEITHER_OBJECT = 'invalid object metric source: neither a value target nor an average value target was set';
const NEITHER_EXTERNAL = 'invalid external metric source: neither a value target nor an average value target was set';

/** Memory is shown in powers of 1024, everything else in decimal. */
function amount(milli: number, resource = ''): string {
  return printQuantity(quantityFromMilli(milli, resource === 'memory' ? 'BinarySI' : 'DecimalSI'));
}

function current({ milli, percent }: Proposal, resource: string): Current {
  return { averageValue: amount(milli, resource), ...(percent === undefined ? {} : { averageUtilization: percent }) };
}

function failure(reason: string, message: string, wrapped: string): Result<never, MetricFailure> {
  return err({ reason, message, wrapped });
}

/** Use of a resource by pods or by one container of each. Models computeStatusForResourceMetricGeneric. */
function resourceProposal(
  measured: Measured,
  resource: string,
  target: MetricTarget,
  container: string,
): Result<{ proposal: Proposal; name: string }, string> {
  if (target.averageValue === undefined && target.averageUtilization === undefined) return err(NEITHER_RESOURCE);
  const metrics = resourceMetric(measured.source, measured.namespace, measured.selector, resource, container);
  const proposal = !metrics.ok
    ? err(`unable to get metrics for resource ${resource}: ${metrics.error}`)
    : target.averageValue !== undefined
      ? byAverage(measured, metrics.value, resource, milliValue(target.averageValue))
      : byUtilization(measured, metrics.value, resource, container, target.averageUtilization ?? 0);
  if (!proposal.ok) return err(`failed to get ${resource} utilization: ${proposal.error}`);
  const what = `${resource}${container === '' || target.averageValue !== undefined ? '' : ' container'} resource`;
  const name = target.averageValue === undefined ? `${what} utilization (percentage of request)` : what;
  return ok({ proposal: proposal.value, name });
}

function resource(measured: Measured, spec: NonNullable<MetricSpec['resource']>): Answer {
  const found = resourceProposal(measured, spec.name, spec.target, '');
  if (!found.ok) {
    return failure('FailedGetResourceMetric', found.error, `failed to get ${spec.name} resource metric value: ${found.error}`);
  }
  const { proposal, name } = found.value;
  const status: MetricStatus = { type: 'Resource', resource: { name: spec.name, current: current(proposal, spec.name) } };
  return ok({ replicas: proposal.replicas, name, status });
}

function containerResource(measured: Measured, spec: NonNullable<MetricSpec['containerResource']>): Answer {
  const found = resourceProposal(measured, spec.name, spec.target, spec.container);
  if (!found.ok) {
    const wrapped = `failed to get ${spec.container} container metric value: ${found.error}`;
    return failure('FailedGetContainerResourceMetric', found.error, wrapped);
  }
  const { proposal, name } = found.value;
  const { container } = spec;
  const status: MetricStatus = {
    type: 'ContainerResource',
    containerResource: { name: spec.name, container, current: current(proposal, spec.name) },
  };
  return ok({ replicas: proposal.replicas, name, status });
}

function pods(measured: Measured, { metric, target }: NonNullable<MetricSpec['pods']>): Answer {
  const metrics = customPodsMetric(measured.source, measured.namespace, measured.selector, metric.name, metric.selector);
  const proposal = metrics.ok
    ? byAverage(measured, metrics.value, '', milliValue(target.averageValue))
    : err(`unable to get metric ${metric.name}: ${metrics.error}`);
  if (!proposal.ok) {
    return failure('FailedGetPodsMetric', proposal.error, `failed to get pods metric value: ${proposal.error}`);
  }
  const status: MetricStatus = { type: 'Pods', pods: { metric, current: { averageValue: amount(proposal.value.milli) } } };
  return ok({ replicas: proposal.value.replicas, name: `pods metric ${metric.name}`, status });
}

function object(measured: Measured, spec: NonNullable<MetricSpec['object']>): Answer {
  const { metric, target, describedObject } = spec;
  const { namespace, source, statusReplicas, tolerances } = measured;
  const failed = (message: string, inner = message) =>
    failure('FailedGetObjectMetric', message, `failed to get object metric value: ${inner}`);
  const byWhole = target.type === 'Value' && target.value !== undefined;
  const byShare = target.type === 'AverageValue' && target.averageValue !== undefined;
  if (!byWhole && !byShare) return failed(NEITHER_OBJECT);
  const found = customObjectMetric(source, namespace, describedObject, metric.name, metric.selector);
  if (!found.ok) {
    // The order of kind, place and cause is upstream's own.
    const where = `${describedObject.kind} on ${namespace} ${describedObject.name}/${found.error}`;
    const message = `unable to get metric ${metric.name}: ${where}`;
    return byWhole ? failed(message) : failed(message, `failed to get ${metric.name} object metric: ${message}`);
  }
  if (byShare) {
    const proposal = byValuePerPod(statusReplicas, found.value, milliValue(target.averageValue), tolerances);
    const shown = { metric, describedObject, current: { averageValue: amount(proposal.milli) } };
    const name = `external metric ${metric.name}(${goSelector(metric.selector)})`;
    return ok({ replicas: proposal.replicas, name, status: { type: 'Object', object: shown } });
  }
  const proposal = byValue(measured, found.value, milliValue(target.value));
  if (!proposal.ok) return failed(proposal.error);
  const shown = { metric, describedObject, current: { value: amount(proposal.value.milli) } };
  const name = `${describedObject.kind} metric ${metric.name}`;
  return ok({ replicas: proposal.value.replicas, name, status: { type: 'Object', object: shown } });
}

function external(measured: Measured, { metric, target }: NonNullable<MetricSpec['external']>): Answer {
  const { namespace, source, statusReplicas, tolerances } = measured;
  const failed = (message: string, inner = message) =>
    failure('FailedGetExternalMetric', message, `failed to get ${metric.name} external metric value: ${inner}`);
  if (target.averageValue === undefined && target.value === undefined) return failed(NEITHER_EXTERNAL);
  const selector = goSelector(metric.selector);
  const inner = (message: string) =>
    target.averageValue === undefined
      ? `failed to get external metric ${metric.name}: ${message}`
      : `failed to get ${metric.name} external metric: ${message}`;
  const found = externalMetric(source, namespace, metric.name, metric.selector);
  if (!found.ok) {
    const message = `unable to get external metric ${namespace}/${metric.name}/${selector}: ${found.error}`;
    return failed(message, inner(message));
  }
  const total = found.value.reduce((sum, one) => sum + one, 0);
  const name = `external metric ${metric.name}(${selector})`;
  if (target.averageValue !== undefined) {
    const proposal = byValuePerPod(statusReplicas, total, milliValue(target.averageValue), tolerances);
    const shown = { metric, current: { averageValue: amount(proposal.milli) } };
    return ok({ replicas: proposal.replicas, name, status: { type: 'External', external: shown } });
  }
  const proposal = byValue(measured, total, milliValue(target.value));
  if (!proposal.ok) return failed(proposal.error, inner(proposal.error));
  const shown = { metric, current: { value: amount(proposal.value.milli) } };
  return ok({ replicas: proposal.value.replicas, name, status: { type: 'External', external: shown } });
}

/** Pods that one metric asks for. Models computeReplicasForMetric. */
export function proposalOf(measured: Measured, spec: MetricSpec): Answer {
  if (spec.type === 'Object' && spec.object) return object(measured, spec.object);
  if (spec.type === 'Pods' && spec.pods) return pods(measured, spec.pods);
  if (spec.type === 'Resource' && spec.resource) return resource(measured, spec.resource);
  if (spec.type === 'ContainerResource' && spec.containerResource) return containerResource(measured, spec.containerResource);
  if (spec.type === 'External' && spec.external) return external(measured, spec.external);
  const message = `unknown metric source type ${JSON.stringify(spec.type)}`;
  return failure('InvalidMetricSourceType', message, message);
}

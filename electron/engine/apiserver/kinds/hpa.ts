import { isRecord } from '#shared/core/json.ts';
import type { AnyObject, HorizontalPodAutoscaler, KubeObject } from '#shared/kube/types.ts';
import { DEFAULT_CPU_UTILIZATION, defaultMetrics } from '../defaulting/hpa.ts';

type Spec = HorizontalPodAutoscaler['spec'];
type Fields = Readonly<Record<string, unknown>>;

/** Version 1 knows only cpu utilisation; everything else travels in annotations. */
const V1 = 'autoscaling/v1';
const V2 = 'autoscaling/v2';
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const ROUND_TRIP: readonly string[] = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];

/** Without the fields that are undefined or null. */
function dense(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function entries(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** What an annotation says; undefined when it is missing or no JSON (the server passes over those). */
function annotation(annotations: Readonly<Record<string, string>>, key: string): unknown {
  const text = annotations[key];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withoutRoundTrip(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !ROUND_TRIP.includes(key)));
}

/** Keys of Go structures without JSON names begin with a capital letter. */
function recase(value: unknown, change: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => recase(one, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), recase(one, change)]));
}

const capital = (key: string): string => key.slice(0, 1).toUpperCase() + key.slice(1);
const small = (key: string): string => key.slice(0, 1).toLowerCase() + key.slice(1);

function rulesToGo(rules: unknown): unknown {
  if (!isRecord(rules)) return null;
  const { stabilizationWindowSeconds = null, selectPolicy = null, policies = null, tolerance = null } = rules;
  const list = Array.isArray(policies)
    ? policies.map((one: unknown) => {
        const { type = '', value = 0, periodSeconds = 0 } = record(one);
        return { type, value, periodSeconds };
      })
    : null;
  return recase({ stabilizationWindowSeconds, selectPolicy, policies: list, tolerance }, capital);
}

function behaviorFromGo(value: unknown): Spec['behavior'] | undefined {
  if (!isRecord(value)) return undefined;
  const plain = record(recase(value, small));
  const rules = (given: unknown) => (isRecord(given) ? dense(given) : undefined);
  return dense({ scaleUp: rules(plain.scaleUp), scaleDown: rules(plain.scaleDown) }) as Spec['behavior'];
}

/** One target of version 2 out of the separate fields of version 1. */
function target(type: string, fields: Fields): Fields {
  return { type, ...dense(fields) };
}

function resourceTarget(source: Fields): Fields {
  const { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue } = source;
  const byPercent = averageUtilization !== undefined && averageUtilization !== null;
  return target(byPercent ? 'Utilization' : 'AverageValue', { averageUtilization, averageValue });
}

/** A metric of version 1's annotation in the form of version 2. Models Convert_v1_MetricSpec_To_autoscaling_MetricSpec. */
function metricFromV1(metric: Fields): Fields {
  const { object, pods, resource, containerResource, external } = metric;
  const identifier = (name: unknown, selector: unknown) => dense({ name, selector });
  const valued = (byValue: unknown, average: unknown) =>
    target(average === undefined || average === null ? 'Value' : 'AverageValue', { value: byValue, averageValue: average });
  const o = record(object);
  const p = record(pods);
  const e = record(external);
  return dense({
    type: metric.type,
    object: object && {
      describedObject: record(o.target),
      metric: identifier(o.metricName, o.selector),
      target: valued(o.targetValue, o.averageValue),
    },
    pods: pods && {
      metric: identifier(p.metricName, p.selector),
      target: target('AverageValue', { averageValue: p.targetAverageValue }),
    },
    resource: resource && { name: record(resource).name, target: resourceTarget(record(resource)) },
    containerResource: containerResource && {
      name: record(containerResource).name,
      container: record(containerResource).container,
      target: resourceTarget(record(containerResource)),
    },
    external: external && {
      metric: identifier(e.metricName, e.metricSelector),
      target: valued(e.targetValue, e.targetAverageValue),
    },
  });
}

/** A metric of version 2 as version 1's annotation writes it. Models Convert_autoscaling_MetricSpec_To_v1_MetricSpec. */
function metricToV1(metric: Fields): Fields {
  const { object, pods, resource, containerResource, external } = metric;
  const parts = (source: unknown) => {
    const { metric: identifier, target: aim, describedObject } = record(source);
    return { identifier: record(identifier), aim: record(aim), describedObject };
  };
  const [o, p, e] = [parts(object), parts(pods), parts(external)];
  const ofResource = (source: unknown) => {
    const { name, target: aim, container } = record(source);
    const { averageUtilization, averageValue } = record(aim);
    return dense({ name, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue, container });
  };
  return dense({
    type: metric.type,
    object:
      object &&
      dense({
        target: o.describedObject,
        metricName: o.identifier.name,
        targetValue: o.aim.value ?? '0',
        selector: o.identifier.selector,
        averageValue: o.aim.averageValue,
      }),
    pods:
      pods &&
      dense({ metricName: p.identifier.name, targetAverageValue: p.aim.averageValue ?? '0', selector: p.identifier.selector }),
    resource: resource && ofResource(resource),
    containerResource: containerResource && ofResource(containerResource),
    external:
      external &&
      dense({
        metricName: e.identifier.name,
        metricSelector: e.identifier.selector,
        targetValue: e.aim.value,
        targetAverageValue: e.aim.averageValue,
      }),
  });
}

/** A metric of the status as version 1's annotation writes it. */
function currentToV1(metric: Fields): Fields {
  const { object, pods, resource, containerResource, external } = metric;
  const parts = (source: unknown) => {
    const { metric: identifier, current, describedObject } = record(source);
    return { identifier: record(identifier), current: record(current), describedObject };
  };
  const [o, p, e] = [parts(object), parts(pods), parts(external)];
  const ofResource = (source: unknown) => {
    const { name, current, container } = record(source);
    const { averageUtilization, averageValue } = record(current);
    return dense({ name, currentAverageUtilization: averageUtilization, currentAverageValue: averageValue ?? '0', container });
  };
  const described = dense({ kind: '', name: '', ...record(o.describedObject) });
  return dense({
    type: metric.type ?? '',
    object:
      object &&
      dense({
        target: described,
        metricName: o.identifier.name,
        currentValue: o.current.value ?? '0',
        selector: o.identifier.selector,
        averageValue: o.current.averageValue,
      }),
    pods:
      pods &&
      dense({
        metricName: p.identifier.name,
        currentAverageValue: p.current.averageValue ?? '0',
        selector: p.identifier.selector,
      }),
    resource: resource && ofResource(resource),
    containerResource: containerResource && ofResource(containerResource),
    external:
      external &&
      dense({
        metricName: e.identifier.name,
        metricSelector: e.identifier.selector,
        currentValue: e.current.value ?? '0',
        currentAverageValue: e.current.averageValue,
      }),
  });
}

/** Whether a metric is the one that version 1 has a field for. */
function isCpuUtilization(metric: Fields): boolean {
  const { name, target: aim } = record(metric.resource);
  return metric.type === 'Resource' && name === 'cpu' && record(aim).averageUtilization !== undefined;
}

/**
 * The object in the version in which it is stored: an autoscaler of autoscaling/v1 becomes one of autoscaling/v2, its annotations for the newer
 * fields are taken out. Anything else comes back as it is. Models pkg/apis/autoscaling/v1 conversion.
 */
export function storedAutoscaler<T extends KubeObject>(object: T): T {
  if (object.kind !== 'HorizontalPodAutoscaler' || object.apiVersion !== V1) return object;
  const { targetCPUUtilizationPercentage: percent, ...spec } = record((object as unknown as AnyObject).spec);
  const annotations = record(object.metadata.annotations) as Record<string, string>;
  const own = typeof percent === 'number' ? defaultMetrics(percent) : [];
  const given = annotation(annotations, METRICS);
  const metrics = [...(Array.isArray(given) ? entries(given).map(metricFromV1) : []), ...own];
  const behavior = behaviorFromGo(annotation(annotations, BEHAVIOR));
  const { annotations: _all, ...metadata } = object.metadata;
  const kept = withoutRoundTrip(annotations);
  const {
    currentReplicas,
    desiredReplicas = 0,
    lastScaleTime,
    observedGeneration,
  } = record((object as unknown as AnyObject).status);
  return {
    ...object,
    apiVersion: V2,
    metadata: Object.keys(kept).length > 0 ? { ...metadata, annotations: kept } : metadata,
    spec: {
      ...spec,
      metrics: metrics.length > 0 ? metrics : defaultMetrics(DEFAULT_CPU_UTILIZATION),
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: { ...dense({ currentReplicas, desiredReplicas, lastScaleTime, observedGeneration }), currentMetrics: null },
  } as unknown as T;
}

/** A stored autoscaler as autoscaling/v1 shows it. Models Convert_autoscaling_HorizontalPodAutoscaler_To_v1_HorizontalPodAutoscaler. */
export function autoscalerAsV1(hpa: HorizontalPodAutoscaler): AnyObject {
  const spec = hpa.spec as unknown as Fields;
  const status = record(hpa.status);
  const metrics = entries(spec.metrics);
  const cpu = metrics.find(isCpuUtilization);
  const others = metrics.filter((one) => !isCpuUtilization(one));
  const current = entries(status.currentMetrics);
  const conditions = entries(status.conditions);
  const extra: Record<string, string> = {};
  if (others.length > 0) extra[METRICS] = JSON.stringify(others.map(metricToV1));
  if (current.length > 0) extra[CURRENT_METRICS] = JSON.stringify(current.map(currentToV1));
  if (conditions.length > 0) extra[CONDITIONS] = JSON.stringify(conditions.map(conditionToV1));
  if (hpa.spec.behavior !== undefined) {
    const { scaleUp, scaleDown } = hpa.spec.behavior;
    extra[BEHAVIOR] = JSON.stringify({ ScaleUp: rulesToGo(scaleUp), ScaleDown: rulesToGo(scaleDown) });
  }
  const { annotations: given, ...metadata } = hpa.metadata;
  const annotations = { ...given, ...extra };
  const measured = current.find((one) => one.type === 'Resource' && record(one.resource).name === 'cpu');
  return {
    apiVersion: V1,
    kind: hpa.kind,
    metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata,
    spec: dense({
      scaleTargetRef: spec.scaleTargetRef,
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      targetCPUUtilizationPercentage: record(record(cpu?.resource).target).averageUtilization,
    }),
    status: dense({
      observedGeneration: status.observedGeneration,
      lastScaleTime: status.lastScaleTime,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      currentCPUUtilizationPercentage: record(record(measured?.resource).current).averageUtilization,
    }),
  };
}

/** An object as a request in some version is answered: only an autoscaler asked for in autoscaling/v1 looks different. */
export function inVersion(object: AnyObject, apiVersion: string): AnyObject {
  const other = object.kind === 'HorizontalPodAutoscaler' && apiVersion === V1 && object.apiVersion !== V1;
  return other ? autoscalerAsV1(object as unknown as HorizontalPodAutoscaler) : object;
}

function conditionToV1({ type, status, lastTransitionTime = null, reason, message }: Fields): Fields {
  return { type, status, lastTransitionTime, ...dense({ reason, message }) };
}

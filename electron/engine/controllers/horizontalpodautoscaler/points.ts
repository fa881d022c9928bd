import { milliValue } from '#shared/kube/quantity.ts';
import type { AutoscalerMetric } from '../../metrics/history.ts';
import type { MetricSpec, MetricStatus } from './metricSpecs.ts';

type Target = NonNullable<MetricSpec['resource']>['target'];
type Current = NonNullable<MetricStatus['resource']>['current'];

function partsOf(spec: MetricSpec): { name: string; target: Target } | undefined {
  const resource = spec.resource ?? spec.containerResource;
  if (resource) return { name: resource.name, target: resource.target };
  const custom = spec.pods ?? spec.object ?? spec.external;
  return custom ? { name: custom.metric.name, target: custom.target } : undefined;
}

function currentOf(status: MetricStatus | undefined): Current | undefined {
  return (status?.resource ?? status?.containerResource ?? status?.pods ?? status?.object ?? status?.external)?.current;
}

/** The metrics of a sync as the history keeps them. */
export function pointMetrics(specs: readonly MetricSpec[], statuses: readonly MetricStatus[] | undefined): AutoscalerMetric[] {
  return specs.flatMap((spec, at): AutoscalerMetric[] => {
    const parts = partsOf(spec);
    if (parts === undefined) return [];
    const { name, target } = parts;
    const current = currentOf(statuses?.[at]);
    if (target.averageValue === undefined && target.value === undefined && target.averageUtilization !== undefined) {
      const value = current?.averageUtilization;
      return [{ name, unit: 'percent', target: target.averageUtilization, ...(value === undefined ? {} : { value }) }];
    }
    const text = current?.averageValue ?? current?.value;
    const aim = milliValue(target.averageValue ?? target.value);
    return [{ name, unit: 'milli', target: aim, ...(text === undefined ? {} : { value: milliValue(text) }) }];
  });
}

import { matchLabelSelector, matchLabels } from '#shared/kube/labels.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import type { AnyObject, LabelSelector, Node, ObjectRef, Pod } from '#shared/kube/types.ts';
import type { AutoscalerHistoryView, MetricsView, NodeUsage, PodUsage } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';
import type { AutoscalerHistory } from './history.ts';
import type { MetricsSource } from './types.ts';

/** What a report is made of. */
export interface ReportParts {
  readonly ctx: ComponentContext;
  readonly source: MetricsSource;
  readonly history: AutoscalerHistory;
}

/** Everything measured, or what `ref` names (an object that is not there has nothing). Changes nothing. */
export function reportMetrics(parts: ReportParts, ref?: ObjectRef): MetricsView {
  const { ctx } = parts;
  const pods = ctx.informer('Pod').lister;
  const nodes = ctx.informer('Node').lister;
  const autoscalers = ctx.informer('HorizontalPodAutoscaler').lister;
  const report = (some: readonly Pod[], ofNodes: readonly Node[], keys: readonly { namespace: string; name: string }[]) => ({
    pods: podUsages(parts, some),
    nodes: ofNodes.flatMap((node) => nodeUsage(parts, node) ?? []),
    autoscalers: keys.map((key) => historyOf(parts, key)),
  });
  const keyOf = ({ metadata }: { metadata: { namespace?: string; name: string } }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  });
  if (ref === undefined) return report(pods.list(), nodes.list(), autoscalers.list().map(keyOf));
  const { kind, namespace, name } = ref;
  switch (kind) {
    case 'Pod':
      return report([pods.get(namespace, name) ?? []].flat(), [], []);
    case 'Node':
      return report(pods.byIndex('nodeName', name), [nodes.get('', name) ?? []].flat(), []);
    case 'Namespace':
      return report(pods.list(name), [], autoscalers.list(name).map(keyOf));
    case 'HorizontalPodAutoscaler': {
      const target = autoscalers.get(namespace, name)?.spec.scaleTargetRef;
      const found = target === undefined ? [] : selectedPods(ctx, { kind: target.kind, namespace, name: target.name });
      return report(found, [], [{ namespace, name }]);
    }
    default:
      return report(selectedPods(ctx, ref), [], []);
  }
}

/** Pods that a workload's selector chooses. */
function selectedPods(ctx: ComponentContext, { kind, namespace, name }: ObjectRef): readonly Pod[] {
  const object = ctx.informer<string>(kind).lister.get(namespace, name) as AnyObject | undefined;
  const selector = (object?.spec as { selector?: LabelSelector | Record<string, string> } | undefined)?.selector;
  if (selector === undefined) return [];
  const plain = kind === 'ReplicationController' || kind === 'Service';
  const matches = (pod: Pod) =>
    plain
      ? matchLabels(selector as Record<string, string>, pod.metadata.labels)
      : matchLabelSelector(selector as LabelSelector, pod.metadata.labels);
  return ctx.informer('Pod').lister.list(namespace).filter(matches);
}

function podUsages({ source }: ReportParts, pods: readonly Pod[]): PodUsage[] {
  const wanted = new Map<string, Set<string>>();
  for (const { metadata } of pods) {
    const namespace = metadata.namespace ?? '';
    const names = wanted.get(namespace) ?? new Set<string>();
    names.add(metadata.name);
    wanted.set(namespace, names);
  }
  return [...wanted].flatMap(([namespace, names]) => {
    // A few pods are asked for one by one, many in one question.
    const answers =
      names.size <= 1
        ? [...names].flatMap((name) => {
            const one = source.podMetric(namespace, name);
            return one.ok ? [one.value] : [];
          })
        : (() => {
            const all = source.podMetrics(namespace, []);
            return all.ok ? all.value.filter(({ name }) => names.has(name)) : [];
          })();
    return answers.map(({ name, timestampMs, windowMs, containers }) => {
      const list = containers.map((one) => ({
        name: one.name,
        cpuMilli: one.cpuMilli ?? 0,
        memoryBytes: one.memoryBytes ?? 0,
      }));
      const sum = (field: 'cpuMilli' | 'memoryBytes') => list.reduce((total, one) => total + one[field], 0);
      return {
        namespace,
        name,
        timestampMs,
        windowMs,
        cpuMilli: sum('cpuMilli'),
        memoryBytes: sum('memoryBytes'),
        containers: list,
      };
    });
  });
}

function nodeUsage({ source }: ReportParts, node: Node): NodeUsage | undefined {
  const metrics = source.nodeMetrics(node.metadata.name);
  if (!metrics.ok) return undefined;
  const { name, timestampMs, cpuMilli, memoryBytes } = metrics.value;
  return {
    name,
    timestampMs,
    cpuMilli,
    memoryBytes,
    allocatableCpuMilli: milliValue(node.status.allocatable?.cpu),
    allocatableMemoryBytes: value(node.status.allocatable?.memory),
  };
}

function historyOf({ history }: ReportParts, { namespace, name }: { namespace: string; name: string }): AutoscalerHistoryView {
  const points = history.of(`${namespace}/${name}`);
  return { namespace, name, points: points.map((point) => ({ ...point, metrics: [...point.metrics] })) };
}

import { compareStrings } from '#shared/core/compare.ts';
import { err, ok } from '#shared/core/result.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { matchLabels, matchRequirements, type Requirement } from '#shared/kube/labels.ts';
import { isSidecar } from '#shared/kube/pod.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import { kindInfo, qualifiedResource } from '#shared/kube/registry.ts';
import type { KubeObject, Node, Pod, Status } from '#shared/kube/types.ts';
import type { ApiResult, ComponentContext } from '../client/types.ts';
import { amountAt, parseAmount } from './amount.ts';
import { knownMetrics, METRICS_ANNOTATION } from './load.ts';
import type { ContainerUsage, MetricObject, MetricsSource, MetricValue, NodeMetrics, PodMetrics, UsageModel } from './types.ts';
import { OWNER_KINDS, ownersOf, UsageView } from './view.ts';

/** Models metrics-server's --metric-resolution: how often it looks, and so the window of what it knows. */
export const RESOLUTION_MS = 15_000;
const MEBIBYTE = 1024 * 1024;
/** What a node needs for itself. */
const SYSTEM_CPU_PERCENT = 2;
const SYSTEM_MEMORY_BYTES = 300 * MEBIBYTE;
const NOTHING_MILLI = Number.MAX_SAFE_INTEGER;

/** The simulated programs, and the metrics APIs that tell about them. */
export type LoadModel = MetricsSource & UsageModel;

function notFound(message: string): ApiResult<never> {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'NotFound',
    code: 404,
  };
  return err(status);
}

function noMetric(metric: string, resource: string, name?: string): ApiResult<never> {
  return notFound(`the server could not find the metric ${metric} for ${resource}${name === undefined ? '' : ` ${name}`}`);
}

/**
 * Metrics of the load that annotations put on workloads and pods (load.ts tells the format). A pure function of the cluster's state and of virtual
 * time: asking changes nothing and two askers get the same answer. Looked at every 15 seconds; a container has no metric before it has been seen
 * twice, nodes that are not Ready have none. Models metrics-server, and custom and external metrics adapters in what they answer.
 */
export function createLoadModel(ctx: ComponentContext): LoadModel {
  return new AnnotatedLoad(ctx);
}

class AnnotatedLoad implements LoadModel {
  readonly #ctx: ComponentContext;
  readonly #owners: ReturnType<typeof ownersOf>;
  /** Counts changes of what views are made from: a view answers further questions only while nothing has changed. */
  #changes = 0;
  #last: { readonly changes: number; readonly atMs: number; readonly view: UsageView } | undefined;

  constructor(ctx: ComponentContext) {
    this.#ctx = ctx;
    this.#owners = ownersOf(ctx);
    const changed = (): void => {
      this.#changes++;
    };
    for (const kind of ['Pod', 'Node', ...OWNER_KINDS]) {
      ctx.informer<string>(kind).subscribe({ onAdd: changed, onUpdate: changed, onDelete: changed });
    }
  }

  containersOf(pod: Pod): readonly ContainerUsage[] {
    return this.sweep().containersOf(pod);
  }

  sweep(): Pick<UsageModel, 'containersOf'> {
    const view = this.#view(this.#ctx.clock.nowMs);
    return { containersOf: (pod) => view.containers(pod) };
  }

  podMetrics(namespace: string, selector: readonly Requirement[]): ApiResult<readonly PodMetrics[]> {
    const view = this.#view(this.#scrapeMs());
    const pods = this.#owners.pods.list(namespace).filter((pod) => matchRequirements(selector, pod.metadata.labels));
    return ok(pods.flatMap((pod) => this.#measured(view, pod) ?? []));
  }

  podMetric(namespace: string, name: string): ApiResult<PodMetrics> {
    const pod = this.#owners.pods.get(namespace, name);
    const measured = pod === undefined ? undefined : this.#measured(this.#view(this.#scrapeMs()), pod);
    return measured === undefined ? notFound(`podmetrics.metrics.k8s.io "${namespace}/${name}" not found`) : ok(measured);
  }

  nodeMetrics(name: string): ApiResult<NodeMetrics> {
    const node = this.#node(name);
    const view = this.#view(this.#scrapeMs());
    if (node === undefined || !isReady(node)) return notFound(`nodemetrics.metrics.k8s.io "${name}" not found`);
    let cpuMilli = Math.ceil((milliValue(node.status.capacity?.cpu) * SYSTEM_CPU_PERCENT) / 100);
    let memoryBytes = SYSTEM_MEMORY_BYTES;
    for (const pod of this.#owners.pods.byIndex('nodeName', name)) {
      for (const container of this.#measured(view, pod)?.containers ?? []) {
        cpuMilli += container.cpuMilli ?? 0;
        memoryBytes += container.memoryBytes ?? 0;
      }
    }
    const capacity = value(node.status.capacity?.memory);
    return ok({
      name,
      timestampMs: this.#scrapeMs(),
      windowMs: RESOLUTION_MS,
      cpuMilli: Math.min(cpuMilli, milliValue(node.status.capacity?.cpu) || cpuMilli),
      memoryBytes: Math.min(memoryBytes, capacity || memoryBytes),
    });
  }

  podsMetric(namespace: string, selector: readonly Requirement[], metric: string): ApiResult<readonly MetricValue[]> {
    const timestampMs = this.#scrapeMs();
    const view = this.#view(timestampMs);
    const pods = this.#owners.pods.list(namespace).filter((pod) => matchRequirements(selector, pod.metadata.labels));
    const values = pods.flatMap((pod): MetricValue[] => {
      const milli = this.#measured(view, pod) === undefined ? undefined : view.metric(pod, metric);
      return milli === undefined ? [] : [{ name: pod.metadata.name, timestampMs, windowMs: RESOLUTION_MS, milli }];
    });
    return values.length === 0 ? noMetric(metric, 'pods') : ok(values);
  }

  objectMetric(namespace: string, object: MetricObject, metric: string): ApiResult<MetricValue> {
    const { kind, name } = object;
    const info = kindInfo(kind);
    const resource = info === undefined ? kind.toLowerCase() : qualifiedResource(info);
    const scope = info?.namespaced === false ? '' : namespace;
    const found = this.#ctx.informer<string>(kind).lister.get(scope, name) as unknown as KubeObject | undefined;
    const timestampMs = this.#scrapeMs();
    const milli = found === undefined ? undefined : this.#metricOf(found, metric, timestampMs);
    if (milli === undefined) return noMetric(metric, resource, name);
    return ok({ name, timestampMs, windowMs: RESOLUTION_MS, milli });
  }

  /** Series are ConfigMaps with the annotation `stowage.dev/metrics: external`; each key of their data is a metric, their labels are its labels. */
  externalMetric(namespace: string, metric: string, selector: readonly Requirement[]): ApiResult<readonly number[]> {
    const atMs = this.#scrapeMs();
    const series = this.#ctx
      .informer('ConfigMap')
      .lister.list(namespace)
      .filter(({ metadata }) => metadata.annotations?.[METRICS_ANNOTATION] === 'external');
    const named = series.filter(({ data }) => data !== undefined && Object.hasOwn(data, metric));
    if (named.length === 0) return notFound(`the server could not find the metric ${metric}`);
    const chosen = named.filter(({ metadata }) => matchRequirements(selector, metadata.labels));
    return ok(
      chosen.flatMap(({ data }) => {
        const amount = parseAmount(externalValue(data?.[metric] ?? ''), metric);
        return amount.ok ? [amountAt(amount.value, atMs)] : [];
      }),
    );
  }

  #view(atMs: number): UsageView {
    const last = this.#last;
    if (last !== undefined && last.changes === this.#changes && last.atMs === atMs) return last.view;
    const view = new UsageView(this.#owners, atMs, (name) => {
      const node = this.#node(name);
      return node === undefined ? NOTHING_MILLI : milliValue(node.status.allocatable?.cpu) || NOTHING_MILLI;
    });
    this.#last = { changes: this.#changes, atMs, view };
    return view;
  }

  #node(name: string): Node | undefined {
    return this.#ctx.informer('Node').lister.get('', name);
  }

  /** Virtual time of the last look. */
  #scrapeMs(): number {
    return Math.floor(this.#ctx.clock.nowMs / RESOLUTION_MS) * RESOLUTION_MS;
  }

  /** What is known of a pod: nothing before all its containers have been seen twice, nothing from nodes that do not answer. */
  #measured(view: UsageView, pod: Pod): PodMetrics | undefined {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || nodeName === '' || pod.status.phase !== 'Running') return undefined;
    const node = this.#node(nodeName);
    if (node === undefined || !isReady(node)) return undefined;
    const timestampMs = this.#scrapeMs();
    const started = this.#startedMs(pod);
    if (started === undefined || started > timestampMs - RESOLUTION_MS) return undefined;
    const { namespace = '', name } = pod.metadata;
    const containers = view.containers(pod).map((usage) => withinLimit(pod, usage));
    return { namespace, name, timestampMs, windowMs: RESOLUTION_MS, containers };
  }

  /** Since when all containers run; undefined while one does not. */
  #startedMs(pod: Pod): number | undefined {
    const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar);
    const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
    let latest: number | undefined;
    for (const { name } of [...pod.spec.containers, ...sidecars]) {
      const startedAt = statuses.find((status) => status.name === name)?.state?.running?.startedAt;
      if (startedAt === undefined) return undefined;
      latest = Math.max(latest ?? Number.NEGATIVE_INFINITY, this.#ctx.clock.parseMs(startedAt as string));
    }
    return latest;
  }

  /** An object's own annotation, its load, or for a Service what the pods behind it show. */
  #metricOf(object: KubeObject, metric: string, atMs: number): number | undefined {
    const text = object.metadata.annotations?.[METRICS_ANNOTATION];
    const own = text === undefined ? undefined : knownMetrics(text);
    const amount = own !== undefined && Object.hasOwn(own, metric) ? own[metric] : undefined;
    if (amount !== undefined) return amountAt(amount, atMs);
    const view = this.#view(atMs);
    if (object.kind !== 'Service') return view.workloadMetric(object, metric);
    const { selector } = (object as { spec?: { selector?: Record<string, string> } }).spec ?? {};
    if (selector === undefined || Object.keys(selector).length === 0) return undefined;
    const pods = this.#owners.pods.list(object.metadata.namespace).filter((pod) => matchLabels(selector, pod.metadata.labels));
    const values = pods
      .filter((pod) => pod.status.phase === 'Running')
      .sort((a, b) => compareStrings(a.metadata.name, b.metadata.name))
      .flatMap((pod) => view.metric(pod, metric) ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0);
  }
}

function isReady(node: Node): boolean {
  return nodeReadyCondition(node.status.conditions)?.status === 'True';
}

/** Memory is never seen beyond its limit: what wanted more has been killed. */
function withinLimit(pod: Pod, usage: ContainerUsage): ContainerUsage {
  const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(({ name }) => name === usage.name);
  const limit = container?.resources?.limits?.memory;
  if (limit === undefined || usage.memoryBytes === undefined) return usage;
  return { ...usage, memoryBytes: Math.min(usage.memoryBytes, value(limit)) };
}

/** A ConfigMap holds text: a quantity, or JSON of an amount that changes with time. */
function externalValue(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return text.trim();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

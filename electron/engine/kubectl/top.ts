import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { goDuration } from '#shared/kube/goDuration.ts';
import { matchRequirements, parseSelector, type Requirement } from '#shared/kube/labels.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import type { Node, Pod, Status } from '#shared/kube/types.ts';
import type { TopOptions } from '#shared/protocol/index.ts';
import type { MetricsSource, PodMetrics } from '../metrics/types.ts';
import { clientError } from './words.ts';

const MEBIBYTE = 1024 * 1024;
const UNKNOWN = '<unknown>';
const NOT_YET = 'metrics not available yet';
/** Pods younger than this may well have no metrics. Models metricsCreationDelay. */
const METRICS_DELAY_MS = 120_000;
/** Models printers.GetNewTabWriter: least width of a cell and the space between cells. */
const MIN_WIDTH = 6;
const PADDING = 3;

/** What `kubectl top` reads besides the metrics. */
export interface TopCluster {
  readonly nowMs: number;
  parseMs(timestamp: string): number;
  nodes(): readonly Node[];
  pods(namespace: string | undefined): readonly Pod[];
}

type Lines = Result<string[], Status>;

/** Cells in columns; as upstream's writer, the last one is filled up too. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? MIN_WIDTH, cell.length + PADDING);
  }
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(''));
}

function cpu(milli: number): string {
  return `${milli}m`;
}

function memory(bytes: number): string {
  return `${Math.floor(bytes / MEBIBYTE)}Mi`;
}

function percent(used: number, available: number): string {
  return available > 0 ? `${Math.trunc((used / available) * 100)}%` : UNKNOWN;
}

function requirements(selector: string | undefined): Result<readonly Requirement[], Status> {
  const parsed = parseSelector(selector ?? '');
  return parsed.ok ? parsed : err(clientError(parsed.error));
}

interface Measured {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** By name, or the greatest first. */
function sorted<T extends Measured>(list: readonly T[], by: TopOptions['sortBy'], key: (one: T) => string): T[] {
  const amount = (one: T) => (by === 'cpu' ? one.cpuMilli : by === 'memory' ? one.memoryBytes : 0);
  return [...list].sort((a, b) => amount(b) - amount(a) || compareStrings(key(a), key(b)));
}

/** `kubectl top nodes`: lines as printed, or the error. Models kubectl/pkg/cmd/top top_node. */
export function topNodes(source: MetricsSource, cluster: TopCluster, options: TopOptions = {}): Lines {
  const selector = requirements(options.selector);
  if (!selector.ok) return selector;
  if (options.name !== undefined) {
    const one = source.nodeMetrics(options.name);
    if (!one.ok) return one;
  }
  const nodes = cluster
    .nodes()
    .filter(({ metadata }) => options.name === undefined || metadata.name === options.name)
    .filter(({ metadata }) => matchRequirements(selector.value, metadata.labels));
  const measured: (Measured & { node: Node })[] = [];
  const silent: string[] = [];
  for (const node of nodes) {
    const metrics = source.nodeMetrics(node.metadata.name);
    if (metrics.ok) measured.push({ ...metrics.value, node });
    else silent.push(node.metadata.name);
  }
  if (measured.length === 0) return err(clientError(NOT_YET));
  const rows = sorted(measured, options.sortBy, ({ name }) => name).map(({ name, node, cpuMilli, memoryBytes }) => {
    const available = options.showCapacity === true ? node.status.capacity : node.status.allocatable;
    return [
      name,
      cpu(cpuMilli),
      percent(cpuMilli, milliValue(available?.cpu)),
      memory(memoryBytes),
      percent(memoryBytes, value(available?.memory)),
    ];
  });
  const unknown = silent.sort(compareStrings).map((name) => [name, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
  const header = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'];
  return ok(table([...(options.noHeaders === true ? [] : [header]), ...rows, ...unknown]));
}

function totalOf(pod: PodMetrics): Measured & { pod: PodMetrics } {
  const { containers, name } = pod;
  return {
    name,
    pod,
    cpuMilli: containers.reduce((sum, one) => sum + (one.cpuMilli ?? 0), 0),
    memoryBytes: containers.reduce((sum, one) => sum + (one.memoryBytes ?? 0), 0),
  };
}

/** Why there is nothing to show. Models verifyEmptyMetrics. */
function emptyPods(cluster: TopCluster, pods: readonly Pod[], options: TopOptions): Lines {
  if (pods.length === 0) {
    const where = options.allNamespaces === true ? '' : ` in ${options.namespace ?? 'default'} namespace.`;
    return ok([`No resources found${where}`]);
  }
  for (const { metadata } of pods) {
    const age = cluster.nowMs - cluster.parseMs(metadata.creationTimestamp ?? '');
    if (age <= METRICS_DELAY_MS) continue;
    const text = `Metrics not available for pod ${metadata.namespace}/${metadata.name}, age: ${goDuration(age)}`;
    return err(clientError(text));
  }
  return err(clientError(NOT_YET));
}

function namespacesOf(pods: readonly Pod[]): string[] {
  return [...new Set(pods.map(({ metadata }) => metadata.namespace ?? ''))].sort(compareStrings);
}

/** `kubectl top pods`: lines as printed, or the error. Models kubectl/pkg/cmd/top top_pod. */
export function topPods(source: MetricsSource, cluster: TopCluster, options: TopOptions = {}): Lines {
  const selector = requirements(options.selector);
  if (!selector.ok) return selector;
  const namespace = options.namespace ?? 'default';
  const everywhere = options.allNamespaces === true;
  if (options.name !== undefined) {
    const one = source.podMetric(namespace, options.name);
    return one.ok ? ok(podTable([totalOf(one.value)], options, false)) : one;
  }
  const pods = cluster
    .pods(everywhere ? undefined : namespace)
    .filter(({ metadata }) => matchRequirements(selector.value, metadata.labels));
  const measured: PodMetrics[] = [];
  for (const name of namespacesOf(pods)) {
    const answer = source.podMetrics(name, selector.value);
    if (!answer.ok) return answer;
    measured.push(...answer.value);
  }
  if (measured.length === 0) return emptyPods(cluster, pods, options);
  const key = ({ pod }: { pod: PodMetrics }) => `${pod.namespace}\u0000${pod.name}`;
  return ok(podTable(sorted(measured.map(totalOf), options.sortBy, key), options, everywhere));
}

function podTable(list: readonly (Measured & { pod: PodMetrics })[], options: TopOptions, withNamespace: boolean): string[] {
  const space = (namespace: string) => (withNamespace ? [namespace] : []);
  const names = options.containers === true ? ['POD', 'NAME'] : ['NAME'];
  const header = [...space('NAMESPACE'), ...names, 'CPU(cores)', 'MEMORY(bytes)'];
  const rows = list.flatMap(({ pod, name, cpuMilli, memoryBytes }) =>
    options.containers === true
      ? [...pod.containers]
          .sort((a, b) => compareStrings(a.name, b.name))
          .map((one) => [...space(pod.namespace), name, one.name, cpu(one.cpuMilli ?? 0), memory(one.memoryBytes ?? 0)])
      : [[...space(pod.namespace), name, cpu(cpuMilli), memory(memoryBytes)]],
  );
  return table([...(options.noHeaders === true ? [] : [header]), ...rows]);
}

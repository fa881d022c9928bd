import { compareStrings } from '#shared/core/compare.ts';
import { err, ok } from '#shared/core/result.ts';
import { matchRequirements, printRequirements, type Requirement } from '#shared/kube/labels.ts';
import { milliValue } from '#shared/kube/quantity.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import type { ApiResult } from '../../client/types.ts';
import type { ContainerUsage, MetricObject, MetricsSource, MetricValue, PodMetrics } from '../../metrics/types.ts';
import type { MetricsScript, Share } from './cases.ts';

const WINDOW_MS = 1_000;
const MEBIBYTE = 1024 * 1024;

function refusal(code: number, message: string, reason: string): ApiResult<never> {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return err(status);
}

/** A pod's part of a share; undefined when it has no metric. `number`: its place in the order of creation; `running`: pods that share a total. */
function part(share: Share | null | undefined, number: number, running: number): number | undefined {
  if (share === undefined || share === null) return undefined;
  if (share.each !== undefined) return share.each;
  if (share.total !== undefined) return Math.trunc(share.total / Math.max(1, running));
  if (share.list !== undefined && number < share.list.length) return share.list[number] ?? undefined;
  return share.rest;
}

/** What a metrics source of the capture is asked and can see. */
export interface FakeCluster {
  readonly nowMs: number;
  pods(namespace: string): readonly Pod[];
  /** Number of a pod in the order of creation. */
  numberOf(pod: Pod): number;
}

/** The three metrics APIs of the capture: answers as the script says, the window a second long and ending now. Keeps what it was asked. */
export class ScriptedSource implements MetricsSource {
  script: MetricsScript = {};
  /** `path labelSelector` of the questions since the last time they were taken. */
  asked: string[] = [];
  readonly #cluster: FakeCluster;

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster;
  }

  podMetrics(namespace: string, selector: readonly Requirement[]): ApiResult<readonly PodMetrics[]> {
    this.asked.push(`metrics.k8s.io/pods ${printRequirements(selector)}`);
    const { error } = this.script;
    if (error !== undefined) return refusal(...error);
    const running = this.#running(namespace, selector);
    return ok(
      running.flatMap((pod): PodMetrics[] => {
        const containers = this.#usage(pod, running.length);
        if (containers === undefined) return [];
        const { name } = pod.metadata;
        return [{ namespace, name, timestampMs: this.#cluster.nowMs, windowMs: WINDOW_MS, containers }];
      }),
    );
  }

  podMetric(): ApiResult<PodMetrics> {
    return refusal(404, 'not part of the capture', 'NotFound');
  }

  nodeMetrics(): ApiResult<never> {
    return refusal(404, 'not part of the capture', 'NotFound');
  }

  podsMetric(namespace: string, selector: readonly Requirement[], metric: string): ApiResult<readonly MetricValue[]> {
    this.asked.push(`custom.metrics.k8s.io/pods/*/${metric} ${printRequirements(selector)}`);
    const { pods, error } = this.script;
    if (error !== undefined) return refusal(...error);
    if (pods === undefined || pods === null) return refusal(404, this.#noMetric(metric, 'pods'), 'NotFound');
    const running = this.#running(namespace, selector);
    return ok(
      running.flatMap((pod): MetricValue[] => {
        const milli = part(pods, this.#cluster.numberOf(pod), running.length);
        if (milli === undefined) return [];
        return [{ name: pod.metadata.name, timestampMs: this.#cluster.nowMs, windowMs: WINDOW_MS, milli }];
      }),
    );
  }

  objectMetric(_namespace: string, object: MetricObject, metric: string): ApiResult<MetricValue> {
    const plural = kindInfo(object.kind)?.plural ?? object.kind.toLowerCase();
    this.asked.push(`custom.metrics.k8s.io/${plural}/${object.name}/${metric} `);
    const { object: text, error } = this.script;
    if (error !== undefined) return refusal(...error);
    if (text === undefined) return refusal(404, `${this.#noMetric(metric, plural)} ${object.name}`, 'NotFound');
    return ok({ name: object.name, timestampMs: this.#cluster.nowMs, milli: milliValue(text) });
  }

  externalMetric(_namespace: string, metric: string, selector: readonly Requirement[]): ApiResult<readonly number[]> {
    this.asked.push(`external.metrics.k8s.io/${metric} ${printRequirements(selector)}`);
    const { external, error } = this.script;
    if (error !== undefined) return refusal(...error);
    if (external === undefined) return refusal(404, 'the server could not find the requested resource', 'NotFound');
    return ok(external.map((text) => milliValue(text)));
  }

  #noMetric(metric: string, resource: string): string {
    return `the server could not find the metric ${metric} for ${resource}`;
  }

  #running(namespace: string, selector: readonly Requirement[]): Pod[] {
    return this.#cluster
      .pods(namespace)
      .filter((pod) => pod.status.phase === 'Running' && matchRequirements(selector, pod.metadata.labels))
      .sort((a, b) => compareStrings(a.metadata.name, b.metadata.name));
  }

  /** Undefined when the pod was not measured. Without a share for each container, the first one uses everything. */
  #usage(pod: Pod, running: number): ContainerUsage[] | undefined {
    const { cpu, memory } = this.script;
    const number = this.#cluster.numberOf(pod);
    const names = pod.spec.containers.map(({ name }) => name);
    const amounts = (share: Share | null | undefined): (number | undefined)[] => {
      const own = share?.containers;
      if (own !== undefined) return names.map((name) => part(own[name], number, running));
      const whole = part(share, number, running);
      return names.map((_name, at) => (whole === undefined ? undefined : at === 0 ? whole : 0));
    };
    const [cpus, memories] = [amounts(cpu), amounts(memory)];
    const known = names.flatMap((name, at): ContainerUsage[] => {
      const [cpuMilli, mebibytes] = [cpus[at], memories[at]];
      if (cpuMilli === undefined && mebibytes === undefined) return [];
      return [
        {
          name,
          ...(cpuMilli === undefined ? {} : { cpuMilli }),
          ...(mebibytes === undefined ? {} : { memoryBytes: mebibytes * MEBIBYTE }),
        },
      ];
    });
    return known.length === 0 ? undefined : known;
  }
}

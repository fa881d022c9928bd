import { milliValue } from '#shared/kube/quantity.ts';
import type { HorizontalPodAutoscaler, HpaScalingRules, Pod } from '#shared/kube/types.ts';
import type { AutoscalerSettings } from '#shared/protocol/index.ts';
import { bytesText, cpuText } from '../../graph/units.ts';

type MetricSpec = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number];
type MetricStatus = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];

/** Unit in which a metric is counted and written: per cent of requests, thousandths of cores, thousandths of bytes, thousandths of anything. */
export type MetricUnit = 'percent' | 'cpu' | 'memory' | 'plain';

/**
 * How a metric makes a number of pods: `average` per pod (use over target times the pods counted), `total` (one value that all share, times the
 * ready pods), `share` (one value divided by the target of each pod).
 */
export type MetricRule = 'average' | 'total' | 'share';

/** One metric of an autoscaler, with what was last measured. Values in per cent or thousandths. */
export interface MetricRow {
  readonly id: string;
  /** `cpu`, `http_requests_per_second`... */
  readonly name: string;
  /** Object, container or nothing that narrows the name. */
  readonly of: string | undefined;
  readonly source: string;
  readonly rule: MetricRule;
  readonly unit: MetricUnit;
  readonly target: number;
  /** Undefined while it can't be had. */
  readonly value: number | undefined;
}

/** A metric's value as people and Kubernetes write it: `180%`, `250m`, `512Mi`, `12.5`. */
export function metricText(unit: MetricUnit, amount: number): string {
  if (unit === 'percent') return `${Math.round(amount)}%`;
  if (unit === 'cpu') return amount % 1000 === 0 ? cpuText(amount) : `${Math.round(amount)}m`;
  if (unit === 'memory') return bytesText(Math.round(amount / 1000));
  return amount % 1000 === 0 || amount >= 100_000 ? String(Math.round(amount / 1000)) : String(Math.round(amount) / 1000);
}

function unitOf(resource: string | undefined): MetricUnit {
  return resource === 'cpu' ? 'cpu' : resource === 'memory' ? 'memory' : 'plain';
}

interface Parts {
  name: string;
  of: string | undefined;
  resource: string | undefined;
  target: { type?: string; averageUtilization?: number; averageValue?: string; value?: string };
}

function partsOf(spec: MetricSpec): Parts | undefined {
  const resource = spec.resource ?? spec.containerResource;
  if (resource)
    return { name: resource.name, of: spec.containerResource?.container, resource: resource.name, target: resource.target };
  const custom = spec.pods ?? spec.object ?? spec.external;
  if (!custom) return undefined;
  const described = spec.object?.describedObject;
  const of = described ? `${described.kind}/${described.name}` : undefined;
  return { name: custom.metric.name, of, resource: undefined, target: custom.target };
}

function currentOf(status: MetricStatus | undefined) {
  return (status?.resource ?? status?.containerResource ?? status?.pods ?? status?.object ?? status?.external)?.current;
}

/** The metrics of an autoscaler, in its own order. */
export function metricRows(hpa: HorizontalPodAutoscaler): MetricRow[] {
  return (hpa.spec.metrics ?? []).flatMap((spec, index): MetricRow[] => {
    const parts = partsOf(spec);
    if (!parts) return [];
    const { name, of, resource, target } = parts;
    const current = currentOf(hpa.status?.currentMetrics?.[index]);
    const base = { id: `${index}`, name, of, source: spec.type };
    if (target.averageUtilization !== undefined && target.averageValue === undefined) {
      const percent = current?.averageUtilization;
      return [{ ...base, rule: 'average', unit: 'percent', target: target.averageUtilization, value: percent }];
    }
    const shared = spec.object !== undefined || spec.external !== undefined;
    const perPod = target.averageValue !== undefined;
    const text = perPod ? current?.averageValue : current?.value;
    return [
      {
        ...base,
        rule: !shared ? 'average' : perPod ? 'share' : 'total',
        unit: unitOf(resource),
        target: milliValue(target.averageValue ?? target.value),
        value: text === undefined ? undefined : milliValue(text),
      },
    ];
  });
}

/** Pods of the target as the autoscaler counts them. `counted`: measured and believed. */
export interface CountedPods {
  readonly counted: number;
  readonly unready: number;
  readonly missing: number;
}

/** How often use is measured, in milliseconds. */
const SCRAPE_MS = 15_000;

/**
 * The target's pods as a sync at `atMs` counted them, told from what the pods say of their past. `startMs`: the scenario's start as epoch
 * milliseconds. Pods that are gone since are taken to have counted. Models groupPods
 */
export function countPods(
  pods: readonly Pod[],
  cpu: boolean,
  current: number,
  { atMs, startMs }: { readonly atMs: number; readonly startMs: number },
  { cpuInitializationMs, initialReadinessDelayMs }: AutoscalerSettings,
): CountedPods {
  const since = (text: string | undefined): number =>
    text === undefined ? Number.POSITIVE_INFINITY : Date.parse(text) - startMs;
  const scrapeMs = Math.floor(atMs / SCRAPE_MS) * SCRAPE_MS;
  let [counted, unready, missing] = [0, 0, 0];
  for (const { metadata, status } of pods) {
    if (since(metadata.creationTimestamp) > atMs || since(metadata.deletionTimestamp) <= atMs || status.phase === 'Failed')
      continue;
    const began = since(status.startTime);
    const runs = (status.containerStatuses ?? []).map(({ state }) => since(state?.running?.startedAt));
    const condition = status.conditions?.find(({ type }) => type === 'Ready');
    const changed = since(condition?.lastTransitionTime);
    // A change after the sync was not known to it: before that it was the other way round.
    const ready = (condition?.status === 'True') === changed <= atMs;
    const early = began + cpuInitializationMs > atMs;
    const green = early ? ready && changed + SCRAPE_MS <= scrapeMs : ready || began + initialReadinessDelayMs <= changed;
    if (runs.length === 0 || runs.every((run) => run > atMs)) unready++;
    else if (runs.some((run) => run > scrapeMs - SCRAPE_MS)) missing++;
    else if (cpu && !green) unready++;
    else counted++;
  }
  return { counted: counted + Math.max(0, current - counted - unready - missing), unready, missing };
}

export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** The tolerances of an autoscaler: its own, else the cluster's. */
export function tolerancesOf(hpa: HorizontalPodAutoscaler, { tolerance }: AutoscalerSettings): Tolerances {
  const own = (rules: HpaScalingRules | undefined): number =>
    rules?.tolerance === undefined ? tolerance : milliValue(rules.tolerance) / 1000;
  return { up: own(hpa.spec.behavior?.scaleUp), down: own(hpa.spec.behavior?.scaleDown) };
}

/** Seconds over which a direction is steadied: the autoscaler's own, else none upwards and the cluster's downwards. */
export function windowSecondsOf(
  rules: HpaScalingRules | undefined,
  up: boolean,
  { downscaleStabilizationMs }: AutoscalerSettings,
): number {
  return rules?.stabilizationWindowSeconds ?? (up ? 0 : downscaleStabilizationMs / 1000);
}

function within(ratio: number, { up, down }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

/** How many pods a metric asks for. `formula` is the arithmetic with its numbers; `damped` when unready or missing pods took part in it. */
export interface Wish {
  readonly replicas: number;
  readonly ratio: number;
  readonly formula: string;
  readonly within: boolean;
  readonly damped: boolean;
  /** The ratio with those pods counted in, which decides. */
  readonly counted: number;
  /** That ratio points the other way than the measured one. */
  readonly turned: boolean;
}

/**
 * The arithmetic of one metric. Pods without a measurement, and for CPU those not ready, are taken to use nothing when the use is above target
 * (a missing one to use its target, or all it asked for, when below), and a change that this turns around is not made.
 * Models GetResourceReplicas, GetObjectMetricReplicas and GetExternalPerPodMetricReplicas
 */
export function wishOf(row: MetricRow, current: number, pods: CountedPods, tolerances: Tolerances): Wish | undefined {
  const { rule, target, unit } = row;
  if (row.value === undefined || target <= 0) return undefined;
  const text = (amount: number): string => metricText(unit, amount);
  const ratio = row.value / target;
  const idle = within(ratio, tolerances);
  if (rule === 'share') {
    const total = row.value * current;
    const wanted = idle ? current : Math.ceil(total / target);
    return {
      replicas: wanted,
      ratio,
      formula: `ceil(${text(total)} ÷ ${text(target)}) = ${wanted}`,
      within: idle,
      damped: false,
      counted: ratio,
      turned: false,
    };
  }
  const plain = (count: number): Wish => {
    const wanted = Math.ceil(ratio * count);
    const formula = `ceil(${count} × ${text(row.value ?? 0)} ÷ ${text(target)}) = ${wanted}`;
    return { replicas: idle ? current : wanted, ratio, formula, within: idle, damped: false, counted: ratio, turned: false };
  };
  const unready = ratio > 1 ? pods.unready : 0;
  const filled = ratio === 1 ? 0 : pods.missing;
  if (rule === 'total' || unready + pods.missing === 0) return plain(pods.counted);
  const stand = ratio < 1 ? (unit === 'percent' ? Math.max(100, target) : target) : 0;
  const count = pods.counted + filled + unready;
  // Cut, not rounded, as upstream's whole numbers are.
  const average = Math.trunc((row.value * pods.counted + stand * filled) / Math.max(1, count));
  const next = average / target;
  const idleThen = within(next, tolerances);
  const wanted = Math.ceil(next * count);
  const turned = (ratio < 1 && next > 1) || (ratio > 1 && next < 1);
  const backwards = (next < 1 && wanted > current) || (next > 1 && wanted < current);
  const stays = idleThen || turned || backwards;
  const formula = `ceil(${count} × ${text(average)} ÷ ${text(target)}) = ${wanted}`;
  const replicas = stays ? current : wanted;
  return { replicas, ratio, formula, within: idleThen, damped: true, counted: next, turned: turned || backwards };
}

/** One rule of how fast it may scale, with the size it allows now. */
export interface PolicyLimit {
  readonly text: string;
  readonly allows: number;
}

/** What bounds a change now. Without a `behavior`: up to twice the size, at least to 4, and down without bound. */
export interface RateLimit {
  readonly limit: number | undefined;
  readonly policies: readonly PolicyLimit[];
  readonly select: 'Max' | 'Min' | 'Disabled';
}

/** Sizes over time, oldest first: what a sync found and what it set. */
export interface SizePoint {
  readonly atMs: number;
  readonly current: number;
  readonly desired: number;
}

/**
 * How far the size may go at the last sync. Each policy counts from the size at the beginning of its period. Models
 * calculateScaleUpLimitWithScalingRules and calculateScaleDownLimitWithBehaviors
 */
export function rateLimit(
  hpa: HorizontalPodAutoscaler,
  current: number,
  up: boolean,
  past: readonly SizePoint[],
  nowMs: number,
): RateLimit {
  const { behavior } = hpa.spec;
  if (!behavior) {
    if (!up) return { limit: undefined, policies: [], select: 'Max' };
    const limit = Math.max(2 * current, 4);
    return { limit, policies: [{ text: `max(2 × ${current}, 4)`, allows: limit }], select: 'Max' };
  }
  const rules = up ? behavior.scaleUp : behavior.scaleDown;
  if (rules?.selectPolicy === 'Disabled') return { limit: current, policies: [], select: 'Disabled' };
  const policies = (rules?.policies ?? []).map(({ type, value: size, periodSeconds }): PolicyLimit => {
    const since = nowMs - periodSeconds * 1000;
    const moved = past.reduce(
      (sum, point) => (point.atMs > since && point.atMs < nowMs ? sum + point.desired - point.current : sum),
      0,
    );
    const start = current - moved;
    const sign = up ? '+' : '−';
    if (type === 'Pods') {
      return { text: `${start} ${sign} ${size} / ${periodSeconds} s`, allows: up ? start + size : Math.max(0, start - size) };
    }
    const allows = up ? Math.ceil(start * (1 + size / 100)) : Math.trunc(start * (1 - size / 100));
    return { text: `${start} ${sign} ${size}% / ${periodSeconds} s`, allows };
  });
  const select = rules?.selectPolicy === 'Min' ? 'Min' : 'Max';
  if (policies.length === 0) return { limit: undefined, policies, select };
  const sizes = policies.map(({ allows }) => allows);
  // The policy that changes most: the largest size upwards, the smallest downwards.
  const limit = up === (select === 'Max') ? Math.max(...sizes) : Math.min(...sizes);
  return { limit, policies, select };
}

/** How an autoscaler came to the size of its last sync. */
export interface AutoscalerWhy {
  readonly metrics: readonly { readonly row: MetricRow; readonly pods: CountedPods; readonly wish: Wish | undefined }[];
  /** The largest wish; undefined while no metric can be had. */
  readonly wanted: number | undefined;
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  /** What kept it from the wish, if anything: the condition's reason. */
  readonly stabilized: { readonly up: boolean; readonly seconds: number } | undefined;
  readonly limited: { readonly reason: string; readonly rate: RateLimit | undefined } | undefined;
  /** Why nothing could be decided, in the controller's words. */
  readonly failure: string | undefined;
}

/** A condition of an autoscaler, by its type. */
export function conditionOf(hpa: HorizontalPodAutoscaler, type: string) {
  return hpa.status?.conditions?.find((condition) => condition.type === type);
}

/** Reads the last decision out of status, history and pods. `past`: the syncs of the history, the last one is the one explained. */
export function whyOf(
  hpa: HorizontalPodAutoscaler,
  past: readonly SizePoint[],
  count: (row: MetricRow) => CountedPods,
  settings: AutoscalerSettings,
): AutoscalerWhy {
  const last = past.at(-1);
  const current = last?.current ?? hpa.status?.currentReplicas ?? 0;
  const desired = last?.desired ?? hpa.status?.desiredReplicas ?? current;
  const tolerances = tolerancesOf(hpa, settings);
  const metrics = metricRows(hpa).map((row) => {
    const pods = count(row);
    return { row, pods, wish: wishOf(row, current, pods, tolerances) };
  });
  const wishes = metrics.flatMap(({ wish }) => (wish ? [wish.replicas] : []));
  const wanted = wishes.length > 0 ? Math.max(...wishes) : undefined;
  const able = conditionOf(hpa, 'AbleToScale');
  const active = conditionOf(hpa, 'ScalingActive');
  const limiting = conditionOf(hpa, 'ScalingLimited');
  const { behavior } = hpa.spec;
  const stabilized = /^Scale(Up|Down)Stabilized$/.exec(able?.reason ?? '')?.[1];
  const windowUp = windowSecondsOf(behavior?.scaleUp, true, settings);
  const windowDown = windowSecondsOf(behavior?.scaleDown, false, settings);
  const reason = limiting?.status === 'True' ? (limiting.reason ?? '') : '';
  const byRate = reason === 'ScaleUpLimit' || reason === 'ScaleDownLimit';
  const failed = [able, active].find((condition) => condition?.status === 'False');
  return {
    metrics,
    wanted,
    current,
    desired,
    min: hpa.spec.minReplicas ?? 1,
    max: hpa.spec.maxReplicas,
    stabilized: stabilized ? { up: stabilized === 'Up', seconds: stabilized === 'Up' ? windowUp : windowDown } : undefined,
    limited: reason
      ? { reason, rate: byRate ? rateLimit(hpa, current, reason === 'ScaleUpLimit', past, last?.atMs ?? 0) : undefined }
      : undefined,
    failure: failed ? (failed.message ?? failed.reason) : undefined,
  };
}

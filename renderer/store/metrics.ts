import { useEffect } from 'react';
import { create } from 'zustand';
import { controllerOf, podRequests } from '#shared/kube/pod.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import type { ObjectKey, ObjectRef, Pod } from '#shared/kube/types.ts';
import { keyOf } from '#shared/kube/types.ts';
import type { AutoscalerHistoryView, MetricsView, NodeUsage, PodUsage } from '#shared/protocol/index.ts';
import { ask } from './actions.ts';
import { useCluster } from './cluster.ts';
import { ownerKeyOf } from './lineage.ts';
import type { Mirror } from './mirror.ts';
import { sameValue } from './same.ts';

/** Use at one moment of all measured pods of a workload, or of a node. Thousandths of cores, bytes, virtual milliseconds. */
export interface UsagePoint {
  readonly atMs: number;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  /** What the same pods asked for (a node: what it can give), and at most may use; undefined where one of them has no limit. */
  readonly cpuRequest: number;
  readonly memoryRequest: number;
  readonly cpuLimit: number | undefined;
  readonly memoryLimit: number | undefined;
  readonly pods: number;
}

/** What has been measured, as far as something on the screen asks for it. */
export interface MetricsState {
  readonly pods: ReadonlyMap<ObjectKey, PodUsage>;
  /** By name. */
  readonly nodes: ReadonlyMap<string, NodeUsage>;
  /** By `namespace/name`. */
  readonly autoscalers: ReadonlyMap<string, AutoscalerHistoryView>;
  /** The past of workloads and nodes (`Node//name`) since they were first watched, oldest first. */
  readonly series: ReadonlyMap<ObjectKey, readonly UsagePoint[]>;
}

const EMPTY: MetricsState = { pods: new Map(), nodes: new Map(), autoscalers: new Map(), series: new Map() };
/** Points kept of each workload and node: an hour of measurements. */
const KEPT = 240;
/** How often the cluster measures, in virtual milliseconds. */
const SCRAPE_MS = 15_000;
/** Shortest time between two questions about the same, in wall milliseconds, and how many times an answer's own time. */
const PAUSE_MS = 1000;
const PAUSE_SHARE = 8;

/** Measured use. Select narrowly: what did not change keeps its identity. */
export const useMetrics = create<MetricsState>()(() => EMPTY);

/** What a pod asks for and at most may use. */
interface Sizes {
  readonly cpuRequest: number;
  readonly memoryRequest: number;
  readonly cpuLimit: number | undefined;
  readonly memoryLimit: number | undefined;
}
const sizesOf = new WeakMap<Pod, Sizes>();

function podSizes(pod: Pod): Sizes {
  const known = sizesOf.get(pod);
  if (known) return known;
  const requests = podRequests(pod);
  const limit = (name: 'cpu' | 'memory', read: (text: string) => number): number | undefined => {
    const own = pod.spec.resources?.limits?.[name];
    if (own !== undefined) return read(own);
    const all = pod.spec.containers.map((one) => one.resources?.limits?.[name]);
    return all.every((one) => one !== undefined) ? all.reduce((total, one) => total + read(one), 0) : undefined;
  };
  const sizes = {
    cpuRequest: requests.cpu ?? 0,
    memoryRequest: requests.memory ?? 0,
    cpuLimit: limit('cpu', milliValue),
    memoryLimit: limit('memory', value),
  };
  sizesOf.set(pod, sizes);
  return sizes;
}

type Sum = { -readonly [K in keyof UsagePoint]: UsagePoint[K] };

/** Adds a pod to a sum; one pod without a limit, and the sum has none. */
function add(total: Sum, usage: PodUsage, { cpuRequest, memoryRequest, cpuLimit, memoryLimit }: Sizes): void {
  total.cpuMilli += usage.cpuMilli;
  total.memoryBytes += usage.memoryBytes;
  total.cpuRequest += cpuRequest;
  total.memoryRequest += memoryRequest;
  total.cpuLimit = total.cpuLimit === undefined || cpuLimit === undefined ? undefined : total.cpuLimit + cpuLimit;
  total.memoryLimit = total.memoryLimit === undefined || memoryLimit === undefined ? undefined : total.memoryLimit + memoryLimit;
  total.pods++;
}

function emptySum(atMs: number): Sum {
  return { atMs, cpuMilli: 0, memoryBytes: 0, cpuRequest: 0, memoryRequest: 0, cpuLimit: 0, memoryLimit: 0, pods: 0 };
}

/** Sums by workload and by node: a pod counts for its controller and for the workload on top of that. */
export function sumUsage(view: MetricsView, pods: ReadonlyMap<ObjectKey, Pod>): ReadonlyMap<ObjectKey, UsagePoint> {
  const sums = new Map<ObjectKey, Sum>();
  const count = (key: ObjectKey, usage: PodUsage, sizes: Sizes): void => {
    const sum = sums.get(key) ?? emptySum(usage.timestampMs);
    sums.set(key, sum);
    add(sum, usage, sizes);
  };
  for (const usage of view.pods) {
    const pod = pods.get(`Pod/${usage.namespace}/${usage.name}`);
    if (!pod) continue;
    const owner = controllerOf(pod);
    const sizes = podSizes(pod);
    const family = ownerKeyOf(pod);
    const controller = owner && `${owner.kind}/${usage.namespace}/${owner.name}`;
    count(family, usage, sizes);
    if (controller && controller !== family) count(controller, usage, sizes);
  }
  for (const node of view.nodes) {
    sums.set(`Node//${node.name}`, {
      atMs: node.timestampMs,
      cpuMilli: node.cpuMilli,
      memoryBytes: node.memoryBytes,
      cpuRequest: node.allocatableCpuMilli,
      memoryRequest: node.allocatableMemoryBytes,
      cpuLimit: undefined,
      memoryLimit: undefined,
      pods: 0,
    });
  }
  return sums;
}

/** A series with one more point; a point of the same moment is replaced, and what lies after it belongs to a time that was undone. */
export function extend(points: readonly UsagePoint[], point: UsagePoint): readonly UsagePoint[] {
  const last = points.at(-1);
  if (last && sameValue(last, point)) return points;
  return [...points.filter(({ atMs }) => atMs < point.atMs), point].slice(-KEPT);
}

/** Entries of a new table, keeping the identity of those that are equal to what was there. */
function merged<V>(
  before: ReadonlyMap<string, V>,
  entries: readonly (readonly [string, V])[],
  whole: boolean,
): ReadonlyMap<string, V> {
  const next = new Map(whole ? [] : before);
  let changed = whole && before.size !== entries.length;
  for (const [key, fresh] of entries) {
    const known = before.get(key);
    const same = known !== undefined && sameValue(known, fresh);
    if (!same) changed = true;
    next.set(key, same ? known : fresh);
  }
  return changed ? next : before;
}

/** The state after an answer; `whole` when it was about everything. */
export function takeMetrics(
  state: MetricsState,
  view: MetricsView,
  pods: ReadonlyMap<ObjectKey, Pod>,
  whole: boolean,
): MetricsState {
  const series = new Map(state.series);
  let moved = false;
  for (const [key, point] of sumUsage(view, pods)) {
    const before = state.series.get(key) ?? [];
    const after = extend(before, point);
    if (after === before) continue;
    moved = true;
    series.set(key, after);
  }
  return {
    pods: merged(
      state.pods,
      view.pods.map((one) => [`Pod/${one.namespace}/${one.name}`, one] as const),
      whole,
    ),
    nodes: merged(
      state.nodes,
      view.nodes.map((one) => [one.name, one] as const),
      whole,
    ),
    autoscalers: merged(
      state.autoscalers,
      view.autoscalers.map((one) => [`${one.namespace}/${one.name}`, one] as const),
      whole,
    ),
    series: moved ? series : state.series,
  };
}

interface Watch {
  readonly ref: ObjectRef | undefined;
  count: number;
  asked: Signature | null;
  asking: boolean;
  timer: ReturnType<typeof setTimeout> | null;
  pauseMs: number;
}

/** What an answer depends on: the same signature means the same answer. */
type Signature = readonly unknown[];

const watches = new Map<string, Watch>();
let stopFollowing: (() => void) | null = null;

function signatureOf({ ref }: Watch, state: Mirror): Signature {
  // Autoscalers look when their own time comes; all else is measured in step.
  const tick = Math.floor(state.nowMs / (ref === undefined ? SCRAPE_MS : PAUSE_MS));
  return [state.epoch, tick, state.pods, state.nodes, state.deployments, state.workloads];
}

function isStale(watch: Watch): boolean {
  const now = signatureOf(watch, useCluster.getState());
  return watch.asked === null || now.some((part, index) => part !== watch.asked?.[index]);
}

function later(watch: Watch): void {
  if (!watch.asking && isStale(watch)) watch.timer ??= setTimeout(() => void refresh(watch), watch.pauseMs);
}

async function refresh(watch: Watch): Promise<void> {
  watch.timer = null;
  if (watch.count === 0) return;
  const mirror = useCluster.getState();
  watch.asked = signatureOf(watch, mirror);
  watch.asking = true;
  const askedAt = performance.now();
  const answer = await ask(watch.ref ? { type: 'metrics', ref: watch.ref } : { type: 'metrics' });
  watch.pauseMs = Math.max(PAUSE_MS, PAUSE_SHARE * (performance.now() - askedAt));
  watch.asking = false;
  if (watch.count === 0) return;
  // What was measured in a run that is over would be drawn into the new one.
  if (answer.ok && useCluster.getState().epoch === mirror.epoch) {
    const { pods } = useCluster.getState();
    useMetrics.setState((state) => takeMetrics(state, answer.value, pods, watch.ref === undefined), true);
  }
  later(watch);
}

/** Another run begins: what was measured after its present moment has not happened; another playground, or an undone command, has another past. */
function follow(state: Mirror, before: Mirror): void {
  if (state.epoch !== before.epoch) {
    const same =
      state.session?.title === before.session?.title &&
      state.session?.fileName === before.session?.fileName &&
      state.session?.undoLabel === before.session?.undoLabel;
    useMetrics.setState(
      ({ series }) => ({
        ...EMPTY,
        series: same
          ? new Map([...series].map(([key, points]) => [key, points.filter(({ atMs }) => atMs <= state.nowMs)]))
          : EMPTY.series,
      }),
      true,
    );
  }
  for (const watch of watches.values()) later(watch);
}

/** Keeps the metrics of an object (without one: of everything) up to date until the returned function is called. */
export function watchMetrics(ref?: ObjectRef): () => void {
  const key = ref ? keyOf(ref) : '';
  const watch: Watch = watches.get(key) ?? { ref, count: 0, asked: null, asking: false, timer: null, pauseMs: PAUSE_MS };
  watches.set(key, watch);
  stopFollowing ??= useCluster.subscribe(follow);
  watch.count++;
  if (watch.count === 1) void refresh(watch);
  return () => {
    watch.count--;
    if (watch.count > 0) return;
    if (watch.timer) clearTimeout(watch.timer);
    watches.delete(key);
    if (watches.size > 0) return;
    stopFollowing?.();
    stopFollowing = null;
  };
}

/** Watches while the component is there: the object with that key, everything (`all`), or nothing (null). */
export function useMetricsWatch(key: ObjectKey | 'all' | null): void {
  useEffect(() => {
    if (key === null) return;
    if (key === 'all') return watchMetrics();
    const [kind = '', namespace = '', name = ''] = key.split('/');
    return watchMetrics({ kind, namespace, name });
  }, [key]);
}

const NO_POINTS: readonly UsagePoint[] = [];

/** The past of a workload or a node, watched while the component is there. */
export function useUsageSeries(key: ObjectKey): readonly UsagePoint[] {
  useMetricsWatch(key);
  return useMetrics((state) => state.series.get(key) ?? NO_POINTS);
}

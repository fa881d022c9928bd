import { compareStrings } from '#shared/core/compare.ts';
import { controllerOf, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import { HIGHEST_USER_PRIORITY } from '#shared/kube/priority.ts';
import { canonicalQuantity } from '#shared/kube/quantity.ts';
import { type AnyObject, type Node, type Pod, refOf } from '#shared/kube/types.ts';
import type { NodeVerdict, SingleCommand } from '#shared/protocol/index.ts';
import { missingLabels } from './nodeSide.ts';
import { keyOfPod, ownersOf, soleSet } from './owner.ts';
import type { Search } from './search.ts';
import type { Workload } from './types.ts';

const MIRROR = 'kubernetes.io/config.mirror';
/** Workloads that are tried smaller, and by how many pods. */
const MOST_WORKLOADS = 10;
const MOST_FEWER = 8;
/** Shapes of machines that are tried. */
const MOST_SHAPES = 8;
/** Above every class, the system's own too. */
const TOP_PRIORITY = HIGHEST_USER_PRIORITY * 2 + 1_000_001;

/** Pods to delete, or a workload to make smaller, so that there is room. */
export function adviseRoom(search: Search): void {
  // A pod more important than all others shows by its preemption which pods stand in the way on each node.
  const urgent = { ...search.free.spec, priority: TOP_PRIORITY, preemptionPolicy: 'PreemptLowerPriority' };
  const attempt = search.decide({ ...search.free, spec: urgent }, undefined, true);
  const candidates = (attempt?.nodes ?? []).filter(({ victims }) => (victims?.length ?? 0) > 0);
  if (candidates.length === 0) return;
  adviseDeletion(search, candidates);
  adviseScaleDown(search, candidates);
}

function podOf(search: Search, key: string): Pod | undefined {
  const [namespace = '', name = ''] = key.split('/');
  return search.ctx.informer('Pod').lister.get(namespace, name);
}

/** Nobody makes it anew, and it may go. */
function staysGone(pod: Pod): boolean {
  const deletable = pod.metadata.deletionTimestamp === undefined && pod.metadata.namespace !== 'kube-system';
  return deletable && controllerOf(pod) === undefined && pod.metadata.annotations?.[MIRROR] === undefined;
}

function adviseDeletion(search: Search, candidates: readonly NodeVerdict[]): void {
  const ways = candidates.flatMap(({ node, victims = [], pdbViolations = 0 }) => {
    const pods = victims.flatMap((key) => podOf(search, key) ?? []);
    if (pods.length !== victims.length || !pods.every(staysGone)) return [];
    return [{ node, pods, pdbViolations, priority: Math.max(...pods.map((pod) => pod.spec.priority ?? 0)) }];
  });
  ways.sort(
    (a, b) =>
      a.pods.length - b.pods.length ||
      a.pdbViolations - b.pdbViolations ||
      a.priority - b.priority ||
      compareStrings(a.node, b.node),
  );
  for (const { node, pods } of ways.slice(0, MOST_SHAPES)) {
    const victims = pods.map(keyOfPod);
    const trial = search.try(search.free, { withoutPods: victims });
    if (trial === undefined) continue;
    const names = pods.map(({ metadata }) => metadata.name).join(', ');
    search.note({
      kind: 'deletePods',
      values: { pods: names, count: pods.length, node },
      changes: pods.length,
      victims,
      on: node,
      trial,
      commands: [{ type: 'delete', refs: pods.map(refOf) }],
    });
    return;
  }
}

function adviseScaleDown(search: Search, candidates: readonly NodeVerdict[]): void {
  const own = ownersOf(search.ctx, search.pod)?.workload.metadata.uid;
  const workloads = new Map<string, { workload: Workload; priority: number }>();
  for (const { node } of candidates) {
    for (const pod of search.ctx.informer('Pod').lister.byIndex('nodeName', node)) {
      const workload = ownersOf(search.ctx, pod)?.workload;
      const uid = workload?.metadata.uid;
      if (workload === undefined || uid === undefined || uid === own) continue;
      const priority = Math.max(workloads.get(uid)?.priority ?? Number.NEGATIVE_INFINITY, pod.spec.priority ?? 0);
      workloads.set(uid, { workload, priority });
    }
  }
  const inTurn = [...workloads.values()].sort(
    (a, b) => a.priority - b.priority || compareStrings(a.workload.metadata.name, b.workload.metadata.name),
  );
  let fewest = MOST_FEWER + 1;
  for (const { workload } of inTurn.slice(0, MOST_WORKLOADS)) {
    // Only what beats the best found so far is worth a suggestion.
    const fewer = tryFewer(search, workload, fewest - 1);
    if (fewer !== undefined) fewest = fewer;
  }
}

/** Makes the workload smaller by one pod after another until the pod fits; how many it took. */
function tryFewer(search: Search, workload: Workload, most: number): number | undefined {
  const replicas = workload.spec.replicas ?? 1;
  const set = soleSet(search.ctx, workload);
  if (set === undefined) return undefined;
  for (let count = 1; count <= Math.min(replicas, most); count++) {
    const victims = search.deps.leaving(set, count).map(keyOfPod);
    const trial = search.try(search.free, { withoutPods: victims });
    if (trial === undefined) continue;
    const ref = refOf(workload);
    search.note({
      kind: 'scaleDown',
      values: { kind: ref.kind, name: ref.name, from: replicas, to: replicas - count },
      victims,
      on: trial.node,
      trial,
      commands: [{ type: 'scale', ref, replicas: replicas - count }],
    });
    return count;
  }
  return undefined;
}

/** A node of its own: one more of the smallest kind there is that would do, or one made to measure. */
export function adviseNode(search: Search): void {
  const shapes = new Map<string, Node>();
  for (const node of search.nodes) {
    const shape = bare(node, 'shape');
    const text = JSON.stringify([shape.metadata.labels, shape.status.allocatable]);
    if (!shapes.has(text)) shapes.set(text, node);
  }
  const size = (node: Node) => {
    const { cpu = 0, memory = 0 } = resourceAmounts(node.status.allocatable);
    return cpu / 1000 + memory / 2 ** 32;
  };
  const name = freeName(search);
  const inTurn = [...shapes.values()].sort((a, b) => size(a) - size(b) || compareStrings(a.metadata.name, b.metadata.name));
  const made = inTurn.slice(0, MOST_SHAPES).map((node) => bare(node, name));
  for (const node of [...made, ...madeToMeasure(search, name)]) {
    const trial = search.try(search.free, { nodes: [node] });
    if (trial === undefined || trial.node !== name) continue;
    const { cpu = '0', memory = '0' } = (node.status.allocatable ?? {}) as Record<string, string>;
    const { labels } = node.metadata;
    const { capacity, allocatable } = node.status;
    const object = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, ...(labels === undefined ? {} : { labels }) },
      spec: {},
      status: { capacity, allocatable },
    } as AnyObject;
    const commands: SingleCommand[] = [{ type: 'create', objects: [object] }];
    search.note({ kind: 'addNode', values: { node: name, cpu, memory }, on: name, trial, commands });
    return;
  }
}

/** A new machine of the same kind: its labels and size, none of its taints. */
function bare(node: Node, name: string): Node {
  const labels = { ...node.metadata.labels, 'kubernetes.io/hostname': name };
  const { capacity, allocatable } = node.status;
  const status = { ...(capacity === undefined ? {} : { capacity }), ...(allocatable === undefined ? {} : { allocatable }) };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {}, status };
}

/** A machine as large as the pod needs, with the labels it asks for, in each zone there is. */
function madeToMeasure(search: Search, name: string): Node[] {
  const { cpu = 0, memory = 0, 'ephemeral-storage': disk = 0, ...others } = podRequests(search.free);
  const up = (amount: number) => 2 ** Math.ceil(Math.log2(Math.max(1, amount)));
  const allocatable: Record<string, string> = {
    cpu: String(up(cpu / 1000)),
    memory: `${up(memory / 2 ** 30)}Gi`,
    'ephemeral-storage': `${Math.max(100, up(disk / 2 ** 30))}Gi`,
    pods: '110',
  };
  for (const [resource, amount] of Object.entries(others)) allocatable[resource] = canonicalQuantity(amount);
  const zoneKey = 'topology.kubernetes.io/zone';
  const zones = [...new Set(search.nodes.map(({ metadata }) => metadata.labels?.[zoneKey]))].slice(0, MOST_SHAPES);
  return (zones.length === 0 ? [undefined] : zones).map((zone) => {
    const labels: Record<string, string> = { 'kubernetes.io/hostname': name, ...(zone === undefined ? {} : { [zoneKey]: zone }) };
    for (const [key, value] of Object.entries(missingLabels(search.free, { metadata: { name, labels } }) ?? {})) {
      if (value !== null) labels[key] = value;
    }
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: {},
      status: { capacity: allocatable, allocatable },
    };
  });
}

function freeName(search: Search): string {
  const taken = new Set(search.nodes.map(({ metadata }) => metadata.name));
  for (let count = 1; ; count++) if (!taken.has(`node-new-${count}`)) return `node-new-${count}`;
}

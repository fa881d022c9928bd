import { type Amounts, isTerminal, nodeZone, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { Lineage } from '../store/lineage.ts';
import { type Chip, labelChips, type TaintChip, taintChips } from './filter.ts';
import { type PodLook, podLook } from './podLook.ts';
import { amountText } from './units.ts';

/** One resource of a node: requested out of allocatable. */
export interface Bar {
  resource: string;
  used: number;
  total: number;
  text: string;
}

/** One pod in a card. */
export interface PodDot {
  key: string;
  name: string;
  look: PodLook;
}

/** Conditions that tell of a shortage when they are true. */
export const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'] as const;
export type Pressure = (typeof PRESSURES)[number];

/** Shortages that the node reports now. */
export function pressuresOf(node: Node): readonly Pressure[] {
  const conditions = node.status?.conditions;
  return PRESSURES.filter((type) => conditions?.some((one) => one.type === type && one.status === 'True') === true);
}

/** Everything a node card shows, apart from verdicts and selection. */
export interface CardModel {
  name: string;
  zone: string | null;
  controlPlane: boolean;
  ready: 'ready' | 'notReady' | 'unknown' | 'joining';
  cordoned: boolean;
  /** What the node reports to be short of. */
  pressures: readonly Pressure[];
  sizeText: string;
  taints: readonly TaintChip[];
  labels: readonly Chip[];
  bars: readonly Bar[];
  pods: readonly PodDot[];
}

const requestsOf = new WeakMap<Pod, Amounts>();
const allocatableOf = new WeakMap<Node, Amounts>();

/** A pod's requests, computed once an object. */
export function cachedRequests(pod: Pod): Amounts {
  const known = requestsOf.get(pod) ?? podRequests(pod);
  requestsOf.set(pod, known);
  return known;
}

/** A node's allocatable amounts, computed once an object. */
export function cachedAllocatable(node: Node): Amounts {
  const known = allocatableOf.get(node) ?? resourceAmounts(node.status?.allocatable ?? node.status?.capacity);
  allocatableOf.set(node, known);
  return known;
}

const FIRST = ['cpu', 'memory', 'pods'];
const QUIET = new Set(['ephemeral-storage', 'hugepages-1Gi', 'hugepages-2Mi']);

/** Resources that get a bar: CPU, memory, pods, then extended ones by name. Local storage and huge pages only when somebody asks for them. */
export function barResources(node: Node): readonly string[] {
  const amounts = cachedAllocatable(node);
  const extended = Object.keys(amounts).filter((name) => !FIRST.includes(name) && !QUIET.has(name) && (amounts[name] ?? 0) > 0);
  return [...FIRST, ...extended.sort()];
}

/** Requests of the node's unfinished pods, by resource; `pods` is their number. */
export function requestedOn(pods: readonly Pod[]): Record<string, number> {
  const sum: Record<string, number> = { pods: 0 };
  for (const pod of pods) {
    if (isTerminal(pod)) continue;
    sum.pods = (sum.pods ?? 0) + 1;
    const requests = cachedRequests(pod);
    for (const resource in requests) sum[resource] = (sum[resource] ?? 0) + (requests[resource] ?? 0);
  }
  return sum;
}

function readiness(node: Node): CardModel['ready'] {
  const status = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  if (status === undefined) return 'joining'; // its kubelet has not reported for the first time yet
  return status === 'True' ? 'ready' : status === 'False' ? 'notReady' : 'unknown';
}

/** Builds a card's content from a node, the pods bound to it, and the mirror's families. */
export function cardModel(
  node: Node,
  pods: readonly Pod[],
  owners: ReadonlyMap<string, number>,
  lineage: ReadonlyMap<string, Lineage>,
): CardModel {
  const allocatable = cachedAllocatable(node);
  const requested = requestedOn(pods);
  const labels = node.metadata.labels ?? {};
  return {
    name: node.metadata.name,
    zone: nodeZone(node) ?? null,
    controlPlane: 'node-role.kubernetes.io/control-plane' in labels,
    ready: readiness(node),
    cordoned: node.spec.unschedulable === true,
    pressures: pressuresOf(node),
    sizeText: `${amountText('cpu', allocatable.cpu ?? 0)} CPU`,
    taints: taintChips(node),
    labels: labelChips(labels),
    bars: barResources(node).map((resource) => {
      const used = requested[resource] ?? 0;
      const total = allocatable[resource] ?? 0;
      return { resource, used, total, text: `${amountText(resource, used)} / ${amountText(resource, total)}` };
    }),
    pods: pods.map((pod) => ({
      key: `Pod/${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
      name: pod.metadata.name,
      look: podLook(pod, owners, lineage),
    })),
  };
}

import { podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import type { DaemonSet, Node, Pod } from '#shared/kube/types.ts';
import type { ClusterAutoscalerConfig } from '../../client/types.ts';
import { areSimilar, templateNode } from './groups.ts';
import { type PodGroup, placedOn, unplaced } from './pending.ts';
import type { GroupState, Option, ScaleUp, TryOut } from './types.ts';

/** Why a group is not looked at. Models orchestrator/skippedreasons. */
export const SKIPPED = {
  backoff: 'in backoff after failed scale-up',
  max: 'max node group size reached',
  total: 'max cluster nodes limit reached',
} as const;

/** Everything that is known when machines are looked for. */
export interface Search {
  readonly tryOut: TryOut;
  readonly config: ClusterAutoscalerConfig;
  readonly states: readonly GroupState[];
  readonly daemonSets: readonly DaemonSet[];
  /** Nodes there and on order, those outside of groups included. */
  readonly totalNodes: number;
  isBackedOff(group: string): boolean;
}

/** Ways to help, and for each pod what the groups have against it. */
export interface Found {
  readonly options: readonly Option[];
  /** Groups that were left out with the reason, in their order. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Reasons of the groups that were tried, by pod group and node group. */
  readonly rejected: ReadonlyMap<PodGroup, ReadonlyMap<string, readonly string[]>>;
}

/** Daemon pods that a new machine of a group would get. */
function daemonPods(tryOut: TryOut, node: Node, daemonSets: readonly DaemonSet[]): Pod[] {
  return daemonSets.flatMap(({ metadata, spec }): Pod[] => {
    const { spec: podSpec, metadata: podMeta } = spec.template;
    if (podSpec === undefined) return [];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${metadata.name}-${node.metadata.name}`,
        namespace: metadata.namespace ?? '',
        labels: podMeta?.labels ?? {},
      },
      spec: podSpec,
      status: {},
    } as unknown as Pod;
    return tryOut.place(pod, [node.metadata.name]).node === undefined ? [] : [placedOn(pod, node.metadata.name)];
  });
}

/** How well a pod fills a machine: pods that fill it most are packed first. Models estimator DecreasingPodOrderer. */
function sizeScore({ sample }: PodGroup, node: Node): number {
  const allocatable = resourceAmounts(node.status.allocatable);
  const requests = podRequests(sample);
  const share = (name: 'cpu' | 'memory') => (allocatable[name] ? (requests[name] ?? 0) / allocatable[name] : 0);
  return share('cpu') + share('memory');
}

/** Puts imaginary machines of one group into the copy as pods need them, and counts them. Takes everything back in the end. */
class Packing {
  readonly #search: Search;
  readonly #state: GroupState;
  readonly #nodes: string[] = [];
  readonly #placed: string[] = [];

  constructor(search: Search, state: GroupState) {
    this.#search = search;
    this.#state = state;
    this.addNode();
  }

  get count(): number {
    return this.#nodes.length;
  }

  addNode(): Node {
    const { tryOut, daemonSets } = this.#search;
    const node = templateNode(this.#state.group, this.#nodes.length);
    tryOut.change({ nodes: [node] });
    this.#nodes.push(node.metadata.name);
    const daemons = daemonPods(tryOut, node, daemonSets);
    tryOut.change({ pods: daemons });
    for (const { metadata } of daemons) this.#placed.push(`${metadata.namespace ?? ''}/${metadata.name}`);
    return node;
  }

  /** What the first machine, still empty, has against a pod; undefined when it takes it. */
  refusal(pod: Pod): readonly string[] | undefined {
    const [first = ''] = this.#nodes;
    const { node, reasons } = this.#search.tryOut.place(unplaced(pod), [first]);
    return node === undefined ? (reasons.get(first) ?? []) : undefined;
  }

  /** Places a pod on the machines so far, or on one more while `limit` allows; false when none takes it. Models BinpackingNodeEstimator. */
  pack(pod: Pod, limit: number): boolean {
    const { tryOut } = this.#search;
    let { node } = tryOut.place(unplaced(pod), this.#nodes);
    if (node === undefined && this.count < limit) {
      const added = this.addNode();
      node = tryOut.place(unplaced(pod), [added.metadata.name]).node;
      if (node === undefined) this.#dropLast(added);
    }
    if (node === undefined) return false;
    tryOut.change({ pods: [placedOn(pod, node)] });
    this.#placed.push(`${pod.metadata.namespace ?? ''}/${pod.metadata.name}`);
    return true;
  }

  #dropLast({ metadata: { name } }: Node): void {
    const daemons = this.#placed.filter((key) => key.endsWith(`-${name}`));
    this.#search.tryOut.change({ withoutPods: daemons, withoutNodes: [name] });
    this.#nodes.pop();
  }

  undo(): void {
    this.#search.tryOut.change({ withoutPods: this.#placed, withoutNodes: this.#nodes });
  }
}

function skipReason({ config, isBackedOff, totalNodes }: Search, { group, size }: GroupState): string | undefined {
  if (isBackedOff(group.name)) return SKIPPED.backoff;
  if (size >= group.max) return SKIPPED.max;
  return config.maxNodesTotal > 0 && totalNodes >= config.maxNodesTotal ? SKIPPED.total : undefined;
}

/** Every group that would help, with the machines it takes. Models ScaleUpOrchestrator.ComputeExpansionOption. */
export function findOptions(search: Search, groups: readonly PodGroup[]): Found {
  const options: Option[] = [];
  const skipped = new Map<string, string>();
  const rejected = new Map<PodGroup, Map<string, readonly string[]>>(groups.map((group) => [group, new Map()]));
  for (const state of search.states) {
    const reason = skipReason(search, state);
    if (reason !== undefined) {
      skipped.set(state.group.name, reason);
      continue;
    }
    const option = tryGroup(search, state, groups, rejected);
    if (option !== undefined) options.push(option);
  }
  return { options, skipped, rejected };
}

function tryGroup(
  search: Search,
  state: GroupState,
  groups: readonly PodGroup[],
  rejected: ReadonlyMap<PodGroup, Map<string, readonly string[]>>,
): Option | undefined {
  const packing = new Packing(search, state);
  const fitting = groups.filter((group) => {
    const refusal = packing.refusal(group.sample);
    if (refusal !== undefined) rejected.get(group)?.set(state.group.name, refusal);
    return refusal === undefined;
  });
  const node = templateNode(state.group, 0);
  const scored = fitting.map((group) => ({ group, score: sizeScore(group, node) })).sort((a, b) => b.score - a.score);
  const { maxNodesTotal } = search.config;
  const room = state.group.max - state.size;
  const limit = maxNodesTotal > 0 ? Math.min(room, maxNodesTotal - search.totalNodes) : room;
  const pods: Pod[] = [];
  for (const { group } of scored) {
    for (const pod of group.pods) {
      // Pods of one group are alike: where one finds no room, the next finds none.
      if (!packing.pack(pod, limit)) break;
      pods.push(pod);
    }
  }
  const { count } = packing;
  packing.undo();
  return pods.length === 0 ? undefined : { state, count, pods };
}

/** How the machines of an option are ordered: of its group alone, or evenly of similar groups too. Models BalanceScaleUpBetweenGroups. */
export function ordersOf({ state, count, pods }: Option, search: Search, found: Found): ScaleUp[] {
  const info = ({ group, size }: GroupState, to: number): ScaleUp => ({ group: group.name, from: size, to, max: group.max });
  const takes = (name: string) =>
    [...found.rejected].every(([group, reasons]) => !pods.includes(group.sample) || !reasons.has(name));
  const similar = !search.config.balanceSimilarNodeGroups
    ? []
    : search.states.filter(
        (other) =>
          other !== state &&
          !found.skipped.has(other.group.name) &&
          areSimilar(state.group, other.group) &&
          takes(other.group.name),
      );
  if (similar.length === 0) return [info(state, state.size + count)];
  const sizes = new Map([state, ...similar].map((one) => [one, one.size]));
  for (let left = count; left > 0; left--) {
    const growing = [...sizes].filter(([{ group }, size]) => size < group.max).sort(([, a], [, b]) => a - b);
    const [smallest] = growing;
    if (smallest === undefined) break;
    sizes.set(smallest[0], smallest[1] + 1);
  }
  return [...sizes].flatMap(([one, to]) => (to > one.size ? [info(one, to)] : []));
}

/** `[{pool 1->3 (max: 5)}]`, as Go prints the orders. */
export function printOrders(orders: readonly ScaleUp[]): string {
  return `[${orders.map(({ group, from, to, max }) => `{${group} ${from}->${to} (max: ${max})}`).join(' ')}]`;
}

/** `2 Insufficient cpu, 1 max node group size reached`: what stood in the way of a pod. Models ReasonsMessage. */
export function reasonsText(group: PodGroup, { rejected, skipped }: Found): string {
  const counts = new Map<string, number>();
  const note = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const reasons of rejected.get(group)?.values() ?? []) for (const reason of reasons) note(reason);
  for (const reason of skipped.values()) note(reason);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
}

import { type Amounts, isTerminal, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ClusterAutoscalerConfig } from '../../client/types.ts';
import { type BlockingReason, type DrainRules, fateOf } from './drainability.ts';
import { isNodeReady } from './groups.ts';
import { isExpendable, placedOn, unplaced } from './pending.ts';
import type { GroupState, TryOut } from './types.ts';

/** Nodes with pods that one look tries to empty. Models --scale-down-non-empty-candidates-count. */
const TRIES = 30;
const DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** Why a node stays. Models simulator.UnremovableReason. */
export type UnremovableReason =
  | 'ScaleDownDisabledAnnotation'
  | 'NotUnderutilized'
  | 'NotReady'
  | 'BlockedByPod'
  | 'NoPlaceToMovePods';

/** A node that the cluster could do without. `moving`: pods that would have to find another place. */
export interface Removable {
  readonly node: Node;
  readonly group: string;
  readonly utilization: number;
  readonly moving: readonly Pod[];
}

/** A node that stays. */
export interface Unremovable {
  readonly node: string;
  readonly reason: UnremovableReason;
  readonly pod?: { readonly key: string; readonly reason: BlockingReason };
}

/** Outcome of one look at all nodes. `more`: some candidates have not been tried yet. */
export interface Plan {
  readonly more: boolean;
  readonly removable: readonly Removable[];
  readonly unremovable: readonly Unremovable[];
}

/** What the planner works on. */
export interface PlanInput {
  readonly config: ClusterAutoscalerConfig;
  readonly states: readonly GroupState[];
  readonly rules: DrainRules;
  /** The copy to try on; what is tried stays in it. */
  readonly tryOut: TryOut;
  podsOn(node: string): readonly Pod[];
  /** Nodes that were not needed at the last look: they are tried first. */
  isUnneeded(node: string): boolean;
  /** Nodes of which it was found lately that they have to stay: they are not tried again yet. */
  isSettled(node: string): boolean;
  /** Names of the nodes that may take pods. */
  readonly destinations: readonly string[];
}

/** Larger share of cpu and memory that is asked for on a node. Models simulator/utilization Calculate. */
export function utilizationOf(node: Node, pods: readonly Pod[]): number {
  const allocatable = resourceAmounts(node.status.allocatable);
  const asked = pods.filter((pod) => !isTerminal(pod)).map((pod) => podRequests(pod));
  const share = (name: 'cpu' | 'memory') => {
    const total = allocatable[name] ?? 0;
    const sum = asked.reduce((all: number, requests: Amounts) => all + (requests[name] ?? 0), 0);
    return total === 0 ? 0 : sum / total;
  };
  return Math.max(share('cpu'), share('memory'));
}

function refuse(node: Node, utilization: number, { config }: PlanInput): UnremovableReason | undefined {
  if (node.metadata.annotations?.[DISABLED] === 'true') return 'ScaleDownDisabledAnnotation';
  if (!isNodeReady(node)) return 'NotReady';
  return utilization >= config.scaleDownUtilizationThreshold ? 'NotUnderutilized' : undefined;
}

/** Finds another node for each pod of a node that goes; nothing has changed when one has none. */
function moveAll(input: PlanInput, node: Node, pods: readonly Pod[], destinations: ReadonlySet<string>): boolean {
  const { tryOut } = input;
  const all = input.podsOn(node.metadata.name).filter((pod) => !isTerminal(pod));
  const key = ({ metadata }: Pod) => `${metadata.namespace ?? ''}/${metadata.name}`;
  tryOut.change({ withoutPods: all.map(key), withoutNodes: [node.metadata.name] });
  const names = [...destinations].filter((name) => name !== node.metadata.name);
  const moved: Pod[] = [];
  for (const pod of pods) {
    const { node: target } = tryOut.place(unplaced(pod), names);
    if (target === undefined) {
      tryOut.change({ withoutPods: moved.map(key) });
      tryOut.change({ nodes: [node], pods: all });
      return false;
    }
    const there = placedOn(pod, target);
    tryOut.change({ pods: [there] });
    moved.push(there);
  }
  return true;
}

/**
 * Nodes that could all go together: each one's pods have room on what is left after the ones before it. Empty nodes come first, then those that were not
 * needed before, then by name; only so many with pods are tried in one look.
 * Models scaledown/eligibility and planner categorizeNodes.
 */
export function planRemovals(input: PlanInput): Plan {
  const { states, rules, config } = input;
  const removable: Removable[] = [];
  const unremovable: Unremovable[] = [];
  const destinations = new Set(input.destinations);
  const candidates: Removable[] = [];
  for (const { group, nodes } of states) {
    for (const node of nodes) {
      const { name } = node.metadata;
      const pods = input.podsOn(name).filter((pod) => !isExpendable(pod, config.expendablePodsPriorityCutoff));
      const utilization = utilizationOf(node, pods);
      const reason = refuse(node, utilization, input);
      if (reason !== undefined) {
        unremovable.push({ node: name, reason });
        continue;
      }
      const fates = pods.map((pod) => ({ pod, fate: fateOf(pod, rules) }));
      const blocked = fates.find(({ fate }) => fate.kind === 'block');
      if (blocked?.fate.kind === 'block') {
        const { metadata } = blocked.pod;
        const pod = { key: `${metadata.namespace ?? ''}/${metadata.name}`, reason: blocked.fate.reason };
        unremovable.push({ node: name, reason: 'BlockedByPod', pod });
        continue;
      }
      const moving = fates.filter(({ pod, fate }) => fate.kind === 'move' && !isTerminal(pod)).map(({ pod }) => pod);
      candidates.push({ node, group: group.name, utilization, moving });
    }
  }
  const occupied = candidates.filter(({ node, moving }) => moving.length > 0 && !input.isSettled(node.metadata.name));
  const before = occupied.filter(({ node }) => input.isUnneeded(node.metadata.name));
  const others = occupied.filter(({ node }) => !input.isUnneeded(node.metadata.name));
  const tried = [...before, ...others].slice(0, TRIES);
  for (const candidate of [...candidates.filter(({ moving }) => moving.length === 0), ...tried]) {
    const { name } = candidate.node.metadata;
    if (!moveAll(input, candidate.node, candidate.moving, destinations)) {
      unremovable.push({ node: name, reason: 'NoPlaceToMovePods' });
      continue;
    }
    destinations.delete(name);
    removable.push(candidate);
  }
  const failed = tried.some(({ node }) => unremovable.some((one) => one.node === node.metadata.name));
  return { removable, unremovable, more: failed && occupied.length > tried.length };
}

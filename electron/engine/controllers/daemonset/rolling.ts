import { isPodAvailable } from '#shared/kube/conditions.ts';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { shouldRun } from './nodes.ts';
import { type Plan, type PodsByNode, rollingLimit } from './pods.ts';
import { isUpdated, templateGeneration } from './template.ts';

/** The one new and the one old pod of a node, as far as there are any. */
interface Pair {
  newPod: Pod | undefined;
  oldPod: Pod | undefined;
}

interface Situation {
  readonly set: DaemonSet;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly byNode: PodsByNode;
  /** The pair of a node; undefined when it has several pods of a sort. */
  pair(pods: readonly Pod[]): Pair | undefined;
  available(pod: Pod): boolean;
}

/** Which pods a rolling update replaces now. `hash`: of the present revision. Models DaemonSetsController.rollingUpdate. */
export function planRolling(set: DaemonSet, nodeList: readonly Node[], pods: PodsByNode, hash: string, clock: Clock): Plan {
  const nodes = new Map(nodeList.map((node) => [node.metadata.name, node]));
  // Node by node, so that a person can follow; upstream's order is chance.
  const byNode = new Map<string, readonly Pod[]>();
  let desired = 0;
  for (const node of nodeList) {
    const { name } = node.metadata;
    const { run } = shouldRun(node, set);
    if (run) desired++;
    const present = pods.get(name) ?? (run ? [] : undefined);
    if (present !== undefined) byNode.set(name, present);
  }
  for (const [name, list] of pods) if (!nodes.has(name)) byNode.set(name, list);
  const generation = templateGeneration(set);
  const situation: Situation = {
    set,
    nodes,
    byNode,
    pair: (list) => pairOf(list, hash, generation),
    available: (pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock),
  };
  const maxSurge = rollingLimit(set, 'maxSurge', desired);
  const maxUnavailable = rollingLimit(set, 'maxUnavailable', desired);
  if (maxSurge > 0) return planSurge(situation, maxSurge, desired);
  // The API allows no DaemonSet with both at nothing; one that has them all the same moves on by one.
  return planReplacements(situation, desired > 0 && maxUnavailable === 0 ? 1 : maxUnavailable);
}

/** Models findUpdatedPodsOnNode. */
function pairOf(pods: readonly Pod[], hash: string, generation: string | undefined): Pair | undefined {
  const pair: Pair = { newPod: undefined, oldPod: undefined };
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const which = isUpdated(pod, hash, generation) ? 'newPod' : 'oldPod';
    if (pair[which] !== undefined) return undefined;
    pair[which] = pod;
  }
  return pair;
}

/** Deletes old pods as far as the limit of unavailable ones allows; unavailable old ones go in any case. */
function planReplacements({ byNode, pair, available }: Situation, maxUnavailable: number): Plan {
  let unavailable = 0;
  const replaceable: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pods of byNode.values()) {
    const { newPod, oldPod } = pair(pods) ?? {};
    if ((newPod === undefined) === (oldPod === undefined)) {
      // Nothing, one of each, or too many: the node is still being put in order.
      unavailable++;
    } else if (newPod !== undefined) {
      if (!available(newPod)) unavailable++;
    } else if (oldPod !== undefined && !available(oldPod)) {
      replaceable.push(oldPod);
      unavailable++;
    } else if (oldPod !== undefined && unavailable < maxUnavailable) candidates.push(oldPod);
  }
  return { create: [], remove: [...replaceable, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/** Creates new pods beside old ones; an old one goes when its successor is available. */
function planSurge({ set, nodes, byNode, pair, available }: Situation, maxSurge: number, desired: number): Plan {
  let surging = 0;
  let availableNodes = 0;
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const [name, pods] of byNode) {
    const found = pair(pods);
    if (found === undefined) {
      surging++;
      continue;
    }
    const { newPod, oldPod } = found;
    const senior = oldPod ?? newPod;
    if (senior !== undefined && available(senior)) availableNodes++;
    if (oldPod === undefined) continue;
    if (newPod !== undefined) {
      if (available(newPod)) remove.push(oldPod);
      else surging++;
      continue;
    }
    const node = nodes.get(name);
    const wanted = node !== undefined && shouldRun(node, set).run;
    if (!available(oldPod)) {
      if (wanted) allowed.push(name);
      else remove.push(oldPod);
    } else if (!wanted) misplaced.push(oldPod);
    else if (surging < maxSurge) candidates.push(name);
  }
  // A pod on a node that is no longer meant goes only when enough others are available.
  remove.push(...misplaced.slice(0, Math.max(0, availableNodes - desired)));
  return { create: [...allowed, ...candidates.slice(0, Math.max(0, maxSurge - surging))], remove };
}

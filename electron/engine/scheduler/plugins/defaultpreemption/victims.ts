import type { PodDisruptionBudget } from '#shared/kube/types.ts';
import type { CycleState } from '../../framework/cyclestate.ts';
import { Recent } from '../../framework/ledger.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import type { Handle, PreemptionCandidate } from '../../framework/plugin.ts';
import type { PodInfo, PodTemplate } from '../../framework/podinfo.ts';
import { type PluginStatus, unresolvable } from '../../framework/status.ts';
import { splitByBudget } from './budgets.ts';
import { compareImportance, startMs } from './importance.ts';

export const reasonNoVictims = 'No preemption victims found for incoming pod';
const noVictims = unresolvable(reasonNoVictims);

/** Templates of preemptors whose answers are kept; the one used longest ago goes first. */
const maxTemplates = 8;

interface KnownVictims {
  readonly generations: Int32Array;
  readonly answers: (PreemptionCandidate | PluginStatus)[];
}

/**
 * Victims on a node for a preemptor. The answer is kept as long as the node is the same, where it depends on the two alone: no budgets, no pods
 * nominated to the node, no filter that looks beyond it, and no victim that starts in the future.
 */
export class VictimSearch {
  readonly #handle: Handle;
  readonly #known = new Recent<PodTemplate, KnownVictims>(maxTemplates);

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  on(
    state: CycleState,
    pod: PodInfo,
    node: NodeInfo,
    budgets: readonly PodDisruptionBudget[],
  ): PreemptionCandidate | PluginStatus {
    const handle = this.#handle;
    const lasting =
      budgets.length === 0 &&
      node.generation > 0 &&
      !pod.pod.spec.nodeName &&
      handle.filtersAreLocal(state) &&
      handle.nominatedPods(node.name).length === 0;
    if (!lasting) return selectVictims(handle, state, pod, node, budgets);
    const { generations, answers } = this.#answers(pod.template);
    if (generations[node.position] === node.generation) return answers[node.position]!;
    const answer = selectVictims(handle, state, pod, node, budgets);
    const { nowMs } = handle.clock;
    if (node.pods.some((one) => one.priority < pod.priority && startMs(handle.clock, one) > nowMs)) return answer;
    while (answers.length <= node.position) answers.push(noVictims);
    generations[node.position] = node.generation;
    answers[node.position] = answer;
    return answer;
  }

  #answers(template: PodTemplate): KnownVictims {
    const count = this.#handle.snapshot().nodes.length;
    let known = this.#known.get(template);
    if (known === undefined || known.generations.length < count) {
      known = { generations: new Int32Array(count), answers: [] };
      this.#known.set(template, known);
    }
    return known;
  }
}

/**
 * Finds the least important pods whose removal makes room on one node: all of lower priority go, then each that the pod can live with comes back,
 * budget-protected and important ones first. Works on copies. Models plugins/defaultpreemption SelectVictimsOnNode.
 */
export function selectVictims(
  handle: Handle,
  baseState: CycleState,
  pod: PodInfo,
  baseNode: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): PreemptionCandidate | PluginStatus {
  const potential = baseNode.pods.filter((one) => one.priority < pod.priority);
  if (potential.length === 0) return noVictims;
  const node = baseNode.clone();
  const state = baseState.clone();
  const remove = (one: PodInfo) => {
    node.removePod(one);
    handle.removePod(state, pod, one, node);
  };
  for (const one of potential) remove(one);
  const status = handle.filterWithNominated(state, pod, node);
  if (status !== null) return status;

  potential.sort((a, b) => compareImportance(handle.clock, a, b));
  const { violating, others } = splitByBudget(potential, budgets);
  const victims: PodInfo[] = [];
  let pdbViolations = 0;
  const reprieve = (one: PodInfo): boolean => {
    node.addPod(one);
    handle.addPod(state, pod, one, node);
    if (handle.filterWithNominated(state, pod, node) === null) return true;
    remove(one);
    victims.push(one);
    return false;
  };
  for (const one of violating) if (!reprieve(one)) pdbViolations++;
  for (const one of others) reprieve(one);
  victims.sort((a, b) => compareImportance(handle.clock, a, b));
  return { node: node.name, victims, pdbViolations };
}

import type { PodDisruptionBudget } from '#shared/kube/types.ts';
import type { CycleState } from '../../framework/cyclestate.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import type { Handle, PreemptionCandidate } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import { type PluginStatus, unresolvable } from '../../framework/status.ts';
import { splitByBudget } from './budgets.ts';
import { compareImportance } from './importance.ts';

export const reasonNoVictims = 'No preemption victims found for incoming pod';

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
  if (potential.length === 0) return unresolvable(reasonNoVictims);
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

import { podRequests } from '#shared/kube/pod.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { type Handle, maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import { memo, type PodTemplate } from '../../framework/podinfo.ts';
import { skip } from '../../framework/status.ts';
import { defaultResources, type ResourceSpec, type ScoredResource, scoredResources, usedOf } from './allocation.ts';

/** NodeResourcesBalancedAllocationArgs. */
interface BalancedArgs {
  readonly resources?: readonly ResourceSpec[];
}

const key = stateKey<{ readonly resources: readonly ScoredResource[] }>('PreScoreNodeResourcesBalancedAllocation');

/** How even the used shares are: 100 when all are equal. Two shares differ by half their distance, more by their standard deviation. */
export function balance(fractions: readonly number[]): number {
  let deviation = 0;
  if (fractions.length === 2) deviation = Math.abs((fractions[0]! - fractions[1]!) / 2);
  else if (fractions.length > 2) {
    let total = 0;
    for (const fraction of fractions) total += fraction;
    const mean = total / fractions.length;
    let squares = 0;
    for (const fraction of fractions) squares += (fraction - mean) * (fraction - mean);
    deviation = Math.sqrt(squares / fractions.length);
  }
  return Math.trunc((1 - deviation) * maxNodeScore);
}

function fractionsOf(resources: readonly ScoredResource[], node: NodeInfo, withPod: boolean): number[] {
  const fractions: number[] = [];
  for (const { index, request, ignored } of resources) {
    const allocatable = node.allocatable[index] ?? 0;
    if (allocatable === 0 || ignored) continue;
    const used = usedOf(node, index, true) + (withPod ? request : 0);
    fractions.push(Math.min(used / allocatable, 1));
  }
  return fractions;
}

/** Rewards nodes that the pod makes more even in their use of resources. Models noderesources BalancedAllocation of 1.36. */
export function createBalancedAllocation(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as BalancedArgs | undefined;
  const configured = args?.resources === undefined || args.resources.length === 0 ? defaultResources : args.resources;
  const known = new WeakMap<PodTemplate, { readonly resources: readonly ScoredResource[] }>();
  return {
    name: 'NodeResourcesBalancedAllocation',
    nodeLocal: true,
    preScore(state, { pod, template }) {
      const scored = memo(known, template, () => ({
        resources: scoredResources(handle.pods.table, configured, podRequests(pod)),
      }));
      if (scored.resources.every(({ request }) => request === 0)) return skip;
      state.write(key, scored);
      return null;
    },
    score(state, pod, node) {
      const resources = state.read(key)?.resources ?? scoredResources(handle.pods.table, configured, podRequests(pod.pod));
      const gain = balance(fractionsOf(resources, node, true)) - balance(fractionsOf(resources, node, false));
      return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + gain) / 2);
    },
  };
}

import { compareStrings } from '#shared/core/compare.ts';
import type { PodDisruptionBudget } from '#shared/kube/types.ts';
import type { CycleState } from '../../framework/cyclestate.ts';
import { fitErrorMessage } from '../../framework/message.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { NodeStatuses } from '../../framework/nodestatuses.ts';
import type { Handle, Plugin, PostFilterResult, PreemptionCandidate } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import { type PluginStatus, unresolvable, unschedulable } from '../../framework/status.ts';
import { rankCandidates } from './candidates.ts';
import { VictimSearch } from './victims.ts';

export const reasonNotHelpful = 'Preemption is not helpful for scheduling';
export const reasonNever = 'not eligible due to preemptionPolicy=Never.';
export const reasonTerminating = 'not eligible due to a terminating pod on the nominated node.';

/** DefaultPreemptionArgs. */
interface PreemptionArgs {
  readonly minCandidateNodesPercentage?: number;
  readonly minCandidateNodesAbsolute?: number;
}

/** True for a pod that is leaving because a preemption told it to. */
function leavesByPreemption(info: PodInfo): boolean {
  if (!info.terminating) return false;
  const conditions = info.pod.status?.conditions ?? [];
  return conditions.some(
    ({ type, status, reason }) => type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );
}

/** Why the pod may not preempt now; undefined when it may. Models DefaultPreemption.PodEligibleToPreemptOthers. */
function ineligibility(handle: Handle, pod: PodInfo, statuses: NodeStatuses): string | undefined {
  if (pod.pod.spec.preemptionPolicy === 'Never') return reasonNever;
  const nominated = pod.pod.status?.nominatedNodeName;
  if (!nominated) return undefined;
  if (statuses.get(nominated).code === 'UnschedulableAndUnresolvable') return undefined;
  const node = handle.snapshot().get(nominated);
  return node?.pods.some((one) => one.priority < pod.priority && leavesByPreemption(one)) ? reasonTerminating : undefined;
}

/** How many candidates are enough, and where the search begins. Models preemption GetOffsetAndNumCandidates. */
function searchRange(handle: Handle, args: PreemptionArgs | undefined, nodes: number): { offset: number; wanted: number } {
  if (handle.preemptionTriesAllNodes()) return { offset: 0, wanted: nodes };
  const share = Math.trunc((nodes * (args?.minCandidateNodesPercentage ?? 10)) / 100);
  const wanted = Math.min(Math.max(share, args?.minCandidateNodesAbsolute ?? 100), nodes);
  return { offset: nodes > 1 ? handle.draw('scheduler/preemption-offset', nodes) : 0, wanted };
}

/** Tries the nodes in turn until enough candidates are found. Models preemption DryRunPreemption. */
function dryRun(
  handle: Handle,
  search: VictimSearch,
  state: CycleState,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  range: { offset: number; wanted: number },
): { candidates: PreemptionCandidate[]; statuses: Map<string, PluginStatus> } {
  const budgets = handle.objects.list('PodDisruptionBudget') as readonly PodDisruptionBudget[];
  const clean: PreemptionCandidate[] = [];
  const violating: PreemptionCandidate[] = [];
  const statuses = new Map<string, PluginStatus>();
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(range.offset + i) % nodes.length]!;
    const answer = search.on(state, pod, node, budgets);
    if ('code' in answer) statuses.set(node.name, answer);
    else (answer.pdbViolations === 0 ? clean : violating).push(answer);
    if (clean.length > 0 && clean.length + violating.length >= range.wanted) break;
  }
  return { candidates: [...clean, ...violating], statuses };
}

/** Makes room for a pod by naming less important ones that should go. It only finds them; the scheduler's cycle evicts. Models plugins/defaultpreemption. */
export function createDefaultPreemption(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as PreemptionArgs | undefined;
  const search = new VictimSearch(handle);
  const rejected = (text: string) => unschedulable(`preemption: ${text}`);
  return {
    name: 'DefaultPreemption',
    preEnqueue: () => null,
    postFilter(state, pod, statuses): PostFilterResult {
      const reason = ineligibility(handle, pod, statuses);
      if (reason !== undefined) {
        const preemption = { eligible: false, reason, candidates: [], nodeStatuses: new Map(), selectedAnyOf: [] };
        return { status: rejected(reason), preemption };
      }
      const nodes = handle.snapshot().nodes;
      const potential = statuses.nodesWith(nodes, 'Unschedulable');
      const found = dryRun(handle, search, state, pod, potential, searchRange(handle, args, potential.length));
      const report = { eligible: true, nodeStatuses: found.statuses, candidates: found.candidates };
      if (found.candidates.length === 0) {
        const all = new NodeStatuses();
        all.setAbsent(unresolvable(reasonNotHelpful));
        for (const [node, status] of found.statuses) all.set(node, status);
        const text = fitErrorMessage({ nodes: nodes.length, statuses: all, preFilterMessage: '', postFilterMessage: '' });
        return { status: rejected(text), nominatedNode: '', preemption: { ...report, selectedAnyOf: [] } };
      }
      const ranking = rankCandidates(handle.clock, found.candidates);
      const best = ranking.best.toSorted((a, b) => compareStrings(a.node, b.node));
      const selected = best[best.length > 1 ? handle.draw('scheduler/preemption', best.length) : 0]!;
      const selectedAnyOf = best.map(({ node }) => node);
      return {
        status: null,
        nominatedNode: selected.node,
        preemption: { ...report, selected, selectedAnyOf, lostBy: ranking.lostBy },
      };
    },
  };
}

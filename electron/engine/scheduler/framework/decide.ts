import { CycleState } from './cyclestate.ts';
import type { Framework, PluginScores } from './framework.ts';
import { fitErrorMessage } from './message.ts';
import type { NodeInfo } from './nodeinfo.ts';
import { NodeStatuses } from './nodestatuses.ts';
import type { PostFilterResult } from './plugin.ts';
import type { PodInfo } from './podinfo.ts';
import type { Snapshot } from './snapshot.ts';
import { isRejected, type PluginStatus, statusMessage, unresolvable } from './status.ts';

/** Below this many nodes all of them are looked at. */
const minFeasibleNodes = 100;
const minFeasiblePercentage = 5;

const none: readonly string[] = [];
const nobody = (): readonly string[] => none;
const noPositions = new Int32Array(0);

/** Text of the failure when the cluster has no node at all. */
export const noNodesMessage = 'no nodes available to schedule pods';

/** How one decision is taken. */
export interface DecideOptions {
  /** Where the search begins in the node list; moves on with every cycle so that all nodes get their turn. */
  startIndex: number;
  /** 0: adaptive. */
  percentageOfNodesToScore: number;
  /** Scores even when one node alone is feasible; for the trace. */
  scoreAlways: boolean;
  /** Picks among equally good nodes: integer in [0, bound). */
  draw: (bound: number) => number;
  /** Runs PostFilter when nothing fits. */
  postFilter: boolean;
}

/** Everything one cycle found out. Plain data: nothing has been written when it is returned. */
export interface Decision {
  readonly pod: PodInfo;
  readonly state: CycleState;
  readonly nodesTotal: number;
  readonly preFilter: { readonly status: PluginStatus | null; readonly nodeNames: readonly string[] | null } | undefined;
  /** Nodes the filters rejected, and the status of those that were not asked. */
  readonly statuses: NodeStatuses;
  /** Names of the nodes outside the set PreFilter named; empty when it named none. */
  readonly unasked: () => readonly string[];
  readonly feasible: readonly NodeInfo[];
  /** Places of the feasible nodes in the snapshot. */
  readonly positions: Int32Array;
  /** Names of all nodes by place. */
  readonly listed: readonly string[];
  readonly scores: readonly PluginScores[] | undefined;
  readonly totals: Float64Array | undefined;
  readonly best: readonly string[];
  readonly selected: string | undefined;
  /** Plugins that said no to the pod or to a node: their events can bring it back. */
  readonly rejectors: ReadonlySet<string>;
  readonly message: string | undefined;
  readonly postFilter: PostFilterResult | undefined;
  /** Set when the cycle failed for another reason than no fitting node. */
  readonly error: string | undefined;
  readonly nextStartIndex: number;
}

/** How many feasible nodes are enough. Models pkg/scheduler numFeasibleNodesToFind. */
export function feasibleNodesToFind(percentage: number, nodes: number): number {
  if (nodes < minFeasibleNodes) return nodes;
  const share = percentage > 0 ? percentage : Math.max(50 - Math.trunc(nodes / 125), minFeasiblePercentage);
  return Math.max(Math.trunc((nodes * share) / 100), minFeasibleNodes);
}

/** One scheduling cycle up to the choice of a node (or of victims). Models pkg/scheduler schedulePod and schedulingCycle. */
export function decide(framework: Framework, pod: PodInfo, snapshot: Snapshot, options: DecideOptions): Decision {
  const state = new CycleState();
  const nodesTotal = snapshot.nodes.length;
  const statuses = new NodeStatuses();
  const base = {
    pod,
    state,
    nodesTotal,
    statuses,
    unasked: nobody,
    feasible: [] as readonly NodeInfo[],
    positions: noPositions,
    listed: snapshot.listed,
    scores: undefined,
    totals: undefined,
    best: [] as readonly string[],
    selected: undefined,
    message: undefined,
    postFilter: undefined,
    error: undefined,
    nextStartIndex: options.startIndex,
  };
  if (nodesTotal === 0)
    return { ...base, preFilter: undefined, rejectors: new Set(), error: noNodesMessage, message: noNodesMessage };

  const narrowed = framework.preFilter(state, pod, snapshot);
  const preFilter = { status: narrowed.status, nodeNames: narrowed.nodeNames === null ? null : [...narrowed.nodeNames].sort() };
  const rejectors = new Set(narrowed.narrowedBy);
  if (narrowed.status !== null) {
    if (narrowed.status.plugin !== undefined) rejectors.add(narrowed.status.plugin);
    const preFilterMessage = statusMessage(narrowed.status);
    if (!isRejected(narrowed.status)) {
      return { ...base, preFilter, rejectors, error: preFilterMessage, message: preFilterMessage };
    }
    statuses.setAbsent(narrowed.status);
    return fail(framework, { ...base, preFilter, rejectors }, preFilterMessage, options);
  }

  const found = findFeasible(framework, state, pod, snapshot, narrowed, statuses, options);
  for (const status of statuses.counts().keys()) if (status.plugin !== undefined) rejectors.add(status.plugin);
  const { feasible, positions, nextStartIndex } = found;
  const unasked = narrowed.nodeNames === null ? nobody : others(snapshot.names, narrowed.nodeNames);
  const searched = { ...base, preFilter, rejectors, unasked, feasible, positions, nextStartIndex };
  if (found.error !== undefined) return { ...searched, error: found.error, message: found.error };
  if (found.feasible.length === 0) return fail(framework, searched, '', options);
  return choose(framework, searched, snapshot, options);
}

/** Worked out when somebody asks, since it can be many. */
function others(names: readonly string[], asked: ReadonlySet<string>): () => readonly string[] {
  return () => names.filter((name) => !asked.has(name));
}

function fail(framework: Framework, decision: Decision, preFilterMessage: string, options: DecideOptions): Decision {
  const { nodesTotal, state, pod, statuses } = decision;
  const postFilter =
    options.postFilter && framework.at('postFilter').length > 0 ? framework.postFilter(state, pod, statuses) : undefined;
  const postFilterMessage = statusMessage(postFilter?.status ?? null);
  const message = fitErrorMessage({ nodes: nodesTotal, statuses, preFilterMessage, postFilterMessage });
  return { ...decision, message, postFilter };
}

function choose(framework: Framework, decision: Decision, snapshot: Snapshot, options: DecideOptions): Decision {
  const { feasible, positions, state, pod } = decision;
  const only = feasible.length === 1 ? feasible[0] : undefined;
  if (only !== undefined && !options.scoreAlways) return { ...decision, best: [only.name], selected: only.name };
  const { scores, error } = framework.score(state, pod, feasible, positions);
  if (error !== null) {
    const text = statusMessage(error);
    return { ...decision, error: text, message: text };
  }
  const totals = framework.totals(scores, feasible.length);
  const best = bestNames(snapshot, positions, totals);
  const selected = best.length === 1 ? best[0] : best[options.draw(best.length)];
  return { ...decision, scores, totals, best, selected };
}

/** Names of the nodes with the highest total, in order. Sorting their ranks is much cheaper than sorting their names. */
function bestNames({ ranks, names }: Snapshot, positions: Int32Array, totals: Float64Array): readonly string[] {
  let top = -1;
  for (let i = 0; i < totals.length; i++) if (totals[i]! > top) top = totals[i]!;
  const found = new Int32Array(totals.length);
  let count = 0;
  let descents = 0;
  for (let i = 0; i < totals.length; i++) {
    if (totals[i] !== top) continue;
    const rank = ranks[positions[i]!]!;
    if (count > 0 && rank < found[count - 1]!) descents++;
    found[count++] = rank;
  }
  const sorted = found.subarray(0, count);
  // Without zones the nodes come in order already, but for where the search began.
  if (descents > 0) sorted.sort();
  const best = new Array<string>(count);
  for (let i = 0; i < count; i++) best[i] = names[sorted[i]!]!;
  return best;
}

interface Search {
  feasible: NodeInfo[];
  positions: Int32Array;
  nextStartIndex: number;
  error?: string;
}

/** Models pkg/scheduler findNodesThatFitPod after PreFilter. */
function findFeasible(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  snapshot: Snapshot,
  narrowed: { nodeNames: ReadonlySet<string> | null; narrowedBy: readonly string[] },
  statuses: NodeStatuses,
  options: DecideOptions,
): Search {
  const nominated = pod.pod.status?.nominatedNodeName;
  if (nominated) {
    const node = snapshot.get(nominated);
    if (node !== undefined && narrowed.nodeNames?.has(nominated) !== false) {
      const status = framework.filterWithNominated(state, pod, node);
      if (status === null)
        return { feasible: [node], positions: Int32Array.of(node.position), nextStartIndex: options.startIndex };
      statuses.set(node.name, status);
    }
  }
  const probe = framework.probe(state, pod, snapshot);
  const { nodeNames, narrowedBy } = narrowed;
  if (nodeNames === null) return searchNodes(probe, snapshot, undefined, statuses, options);
  statuses.setAbsent(unresolvable(`node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}]`));
  const asked = [...nodeNames].sort().flatMap((name) => snapshot.get(name)?.position ?? []);
  return searchNodes(probe, snapshot, asked, statuses, options);
}

/** Looks at the nodes in turn, all or those at some positions, until enough are feasible. */
function searchNodes(
  probe: (position: number) => PluginStatus | null,
  { nodes, listed }: Snapshot,
  asked: readonly number[] | undefined,
  statuses: NodeStatuses,
  { startIndex, percentageOfNodesToScore }: DecideOptions,
): Search {
  const count = asked?.length ?? nodes.length;
  const wanted = feasibleNodesToFind(percentageOfNodesToScore, count);
  const positions = new Int32Array(Math.min(wanted, count));
  const nominatedSaidNo = statuses.size > 0;
  let found = 0;
  let at = count === 0 ? 0 : startIndex % count;
  for (let i = 0; i < count && found < wanted; i++) {
    const position = asked === undefined ? at : asked[at]!;
    at = at + 1 === count ? 0 : at + 1;
    const status = probe(position);
    if (status === null) positions[found++] = position;
    else if (status.code === 'Error')
      return { feasible: [], positions: noPositions, nextStartIndex: startIndex, error: statusMessage(status) };
    else if (nominatedSaidNo) statuses.set(listed[position]!, status);
    else statuses.add(listed[position]!, status, position);
  }
  const feasible = new Array<NodeInfo>(found);
  for (let i = 0; i < found; i++) feasible[i] = nodes[positions[i]!]!;
  const nextStartIndex = (startIndex + found + statuses.size) % nodes.length;
  return { feasible, positions: found === positions.length ? positions : positions.slice(0, found), nextStartIndex };
}

import { podRequests } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import { createNodeInfo, type NodeInfo } from '../../framework/nodeinfo.ts';
import type { EventRegistration, Handle, Plugin } from '../../framework/plugin.ts';
import { isEmptyRequest, memo, type PodInfo, type PodTemplate, toVector } from '../../framework/podinfo.ts';
import {
  cpuIndex,
  ephemeralIndex,
  firstScalarIndex,
  isExtendedResource,
  memoryIndex,
  type ResourceVector,
} from '../../framework/resources.ts';
import type { PluginStatus } from '../../framework/status.ts';
import {
  defaultResources,
  nonZeroRequests,
  type ResourceSpec,
  type ScoredResource,
  scoredResources,
  usedOf,
} from './allocation.ts';
import { leastAllocated, mostAllocated, type ResourceScorer, requestedToCapacity, type ShapePoint } from './strategies.ts';

export const fitName = 'NodeResourcesFit';

/** NodeResourcesFitArgs. */
interface FitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: {
    readonly type?: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
    readonly resources?: readonly ResourceSpec[];
    readonly requestedToCapacityRatio?: { readonly shape?: readonly ShapePoint[] };
  };
}

interface Shortage {
  readonly reason: string;
  /** More is asked than the node has in all: nobody's removal would help. */
  readonly beyondNode: boolean;
}

const requestKey = stateKey<{ readonly requests: ResourceVector; readonly empty: boolean }>('PreFilterNodeResourcesFit');
const scoreKey = stateKey<{ readonly resources: readonly ScoredResource[] }>('PreScoreNodeResourcesFit');

/** The common case without any allocation: true when there is enough of everything. */
function fits(requests: ResourceVector, empty: boolean, node: NodeInfo): boolean {
  if (node.pods.length >= node.allowedPods) return false;
  if (empty) return true;
  const { allocatable, requested } = node;
  for (let i = 0; i < requests.length; i++) {
    const wanted = requests[i]!;
    if (wanted > 0 && wanted > (allocatable[i] ?? 0) - (requested[i] ?? 0)) return false;
  }
  return true;
}

/** Every resource of which the node has too little left. Models noderesources fitsRequest. */
export function shortages(
  requests: ResourceVector,
  empty: boolean,
  node: NodeInfo,
  nameOf: (index: number) => string,
  ignored: (resource: string) => boolean,
): Shortage[] {
  const found: Shortage[] = [];
  if (node.pods.length + 1 > node.allowedPods) found.push({ reason: 'Too many pods', beyondNode: false });
  if (empty) return found;
  const { allocatable, requested } = node;
  for (let i = 0; i < requests.length; i++) {
    const wanted = requests[i]!;
    const total = allocatable[i] ?? 0;
    if (wanted === 0 || wanted <= total - (requested[i] ?? 0)) continue;
    const name = nameOf(i);
    if (i >= firstScalarIndex && isExtendedResource(name) && ignored(name)) continue;
    found.push({ reason: `Insufficient ${name}`, beyondNode: wanted > total });
  }
  if (found.length > 1) sortScalars(found);
  return found;
}

/** Native resources keep upstream's order; extended ones come after them by name, since upstream's order is random. */
function sortScalars(found: Shortage[]): void {
  const rank = ({ reason }: Shortage) => {
    const native = ['Too many pods', 'Insufficient cpu', 'Insufficient memory', 'Insufficient ephemeral-storage'].indexOf(reason);
    return native < 0 ? 4 : native;
  };
  found.sort((a, b) => rank(a) - rank(b) || (a.reason < b.reason ? -1 : 1));
}

function resourceScorer(args: FitArgs | undefined): {
  scorer: ResourceScorer;
  resources: readonly ResourceSpec[];
  ratio: boolean;
} {
  const strategy = args?.scoringStrategy;
  const resources = strategy?.resources === undefined || strategy.resources.length === 0 ? defaultResources : strategy.resources;
  switch (strategy?.type) {
    case 'MostAllocated':
      return { scorer: mostAllocated, resources, ratio: false };
    case 'RequestedToCapacityRatio':
      return { scorer: requestedToCapacity(strategy.requestedToCapacityRatio?.shape ?? []), resources, ratio: true };
    default:
      return { scorer: leastAllocated, resources, ratio: false };
  }
}

/** Enough of every resource, and a score by how much is left. Models pkg/scheduler/framework/plugins/noderesources Fit. */
export function createFit(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as FitArgs | undefined;
  const table = handle.pods.table;
  const { scorer, resources, ratio } = resourceScorer(args);
  const ignoredNames = new Set(args?.ignoredResources ?? []);
  const ignoredGroups = new Set(args?.ignoredResourceGroups ?? []);
  const ignored = (name: string) => ignoredNames.has(name) || ignoredGroups.has(name.split('/')[0] ?? '');
  const nameOf = (index: number) => table.names[index] ?? '';
  const asked = new WeakMap<PodTemplate, { readonly requests: ResourceVector; readonly empty: boolean }>();
  const toScore = new WeakMap<PodTemplate, { readonly resources: readonly ScoredResource[] }>();
  return {
    name: fitName,
    nodeLocal: true,
    preFilter(state, pod) {
      const { requests, template } = pod;
      state.write(
        requestKey,
        memo(asked, template, () => ({ requests, empty: isEmptyRequest(requests) })),
      );
      return null;
    },
    filter(state, pod, node): PluginStatus | null {
      const { requests, empty } = state.read(requestKey) ?? { requests: pod.requests, empty: isEmptyRequest(pod.requests) };
      if (fits(requests, empty, node)) return null;
      const found = shortages(requests, empty, node, nameOf, ignored);
      if (found.length === 0) return null;
      const code = found.some(({ beyondNode }) => beyondNode) ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
      return { code, reasons: found.map(({ reason }) => reason) };
    },
    preScore(state, { pod, template }) {
      const scored = () => ({ resources: scoredResources(table, resources, nonZeroRequests(pod)) });
      state.write(scoreKey, memo(toScore, template, scored));
      return null;
    },
    score(state, pod, node) {
      const scored = state.read(scoreKey)?.resources ?? scoredResources(table, resources, nonZeroRequests(pod.pod));
      return scoreNode(scored, node, scorer, ratio);
    },
    events: () => fitEvents(handle, nameOf, ignored),
  };
}

/** Weighted integer average; the ratio strategy leaves out resources that score 0 and rounds instead of truncating. */
function scoreNode(resources: readonly ScoredResource[], node: NodeInfo, scorer: ResourceScorer, ratio: boolean): number {
  let sum = 0;
  let weights = 0;
  for (const { index, weight, request, ignored } of resources) {
    const allocatable = node.allocatable[index] ?? 0;
    if (allocatable === 0 || ignored) continue;
    const score = scorer(usedOf(node, index, false) + request, allocatable);
    if (ratio && score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return ratio ? Math.round(sum / weights) : Math.trunc(sum / weights);
}

/** Models noderesources Fit.EventsToRegister with its queueing hints. */
function fitEvents(handle: Handle, nameOf: (index: number) => string, ignored: (name: string) => boolean): EventRegistration[] {
  const fitsAlone = (pod: PodInfo, node: Node) => {
    const info = createNodeInfo(node, handle.pods.table);
    return shortages(pod.requests, isEmptyRequest(pod.requests), info, nameOf, ignored).length === 0;
  };
  return [
    { event: { resource: 'AssignedPod', action: action.delete } },
    {
      event: { resource: 'AssignedPod', action: action.updatePodScaleDown },
      hint: (pod, before, after) =>
        before !== undefined && after !== undefined && scaledDown(handle, handle.pods.of(pod), before as Pod, after as Pod),
    },
    {
      event: { resource: 'PendingPod', action: action.updatePodScaleDown },
      hint: (pod, _before, after) => after?.metadata.uid === pod.metadata.uid,
    },
    {
      event: { resource: 'Node', action: action.add | action.updateNodeAllocatable },
      hint: (pod, before, after) => {
        if (after === undefined) return false;
        const info = handle.pods.of(pod);
        return fitsAlone(info, after as Node) && (before === undefined || grew(handle, info, before as Node, after as Node));
      },
    },
  ];
}

function grew(handle: Handle, pod: PodInfo, before: Node, after: Node): boolean {
  const was = createNodeInfo(before, handle.pods.table);
  const is = createNodeInfo(after, handle.pods.table);
  if (is.allowedPods > was.allowedPods) return true;
  return pod.requests.some((wanted, i) => wanted > 0 && (is.allocatable[i] ?? 0) > (was.allocatable[i] ?? 0));
}

function scaledDown(handle: Handle, pod: PodInfo, before: Pod, after: Pod): boolean {
  const was = toVector(handle.pods.table, podRequests(before));
  const is = toVector(handle.pods.table, podRequests(after));
  return [cpuIndex, memoryIndex, ephemeralIndex].some((i) => (pod.requests[i] ?? 0) > 0 && (is[i] ?? 0) < (was[i] ?? 0));
}

import { podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import type { Attempt } from '#shared/protocol/index.ts';
import {
  type Edit,
  hostPortEdit,
  lowerRequestEdit,
  nodeAffinityEdits,
  podAffinityEdits,
  priorityEdit,
  selectorEdits,
  spreadEdits,
} from './edits.ts';
import type { Search } from './search.ts';

/** Larger skews tried at most. */
const MOST_SKEW = 8;
/** Nodes for which a smaller request is tried. */
const MOST_REDUCTIONS = 5;
/** Nodes whose free room is added up. */
const MOST_ROOMS = 500;

/** Tries edits in order until one helps. */
function firstOf(search: Search, edits: readonly Edit[]): void {
  for (const edit of edits) if (search.tryEdit(edit) !== undefined) return;
}

/** What the pod asks of its node and of its neighbours, loosened bit by bit. */
export function adviseLoosening(search: Search): void {
  const { spec } = search.free;
  firstOf(search, selectorEdits(spec));
  firstOf(search, nodeAffinityEdits(spec));
  firstOf(search, podAffinityEdits(spec, 'podAffinity'));
  firstOf(search, podAffinityEdits(spec, 'podAntiAffinity'));
  for (const { relax, soften } of spreadEdits(spec, MOST_SKEW)) {
    // When the constraint is not what stands in the way, no skew is large enough.
    if (search.tryEdit(soften) !== undefined) firstOf(search, relax);
  }
  const ports = hostPortEdit(spec);
  if (ports !== undefined) search.tryEdit(ports);
}

/** A smaller request, for the node where the least has to be given up. */
export function adviseSmallerRequest(search: Search, base: Attempt): void {
  const requests = podRequests(search.free);
  const { cpu = 0, memory = 0 } = requests;
  const short = base.nodes.filter(({ plugin }) => plugin === 'NodeResourcesFit').slice(0, MOST_ROOMS);
  const reductions = short.flatMap(({ node }) => {
    const free = freeRoom(search, node);
    const reduction = { cpu: Math.max(0, cpu - free.cpu), memory: Math.max(0, memory - free.memory) };
    if (reduction.cpu >= cpu && reduction.cpu > 0) return [];
    if (reduction.memory >= memory && reduction.memory > 0) return [];
    const share = (cpu === 0 ? 0 : reduction.cpu / cpu) + (memory === 0 ? 0 : reduction.memory / memory);
    return share === 0 ? [] : [{ node, reduction, share }];
  });
  reductions.sort((a, b) => a.share - b.share);
  for (const { reduction } of reductions.slice(0, MOST_REDUCTIONS)) {
    const edit = lowerRequestEdit(search.free.spec, reduction);
    if (edit !== undefined && search.tryEdit(edit) !== undefined) return;
  }
}

/** What is left on a node: milli-CPU and bytes. */
function freeRoom(search: Search, name: string): { cpu: number; memory: number } {
  const node = search.ctx.informer('Node').lister.get('', name);
  const room = resourceAmounts(node?.status.allocatable);
  let { cpu = 0, memory = 0 } = room;
  for (const pod of search.ctx.informer('Pod').lister.byIndex('nodeName', name)) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue;
    const used = podRequests(pod);
    cpu -= used.cpu ?? 0;
    memory -= used.memory ?? 0;
  }
  return { cpu, memory };
}

/** The lowest class with which preemption makes room. */
export function advisePriority(search: Search): void {
  const before = search.free.spec.priority ?? 0;
  const classes = search.ctx
    .informer('PriorityClass')
    .lister.list()
    .filter(({ value, preemptionPolicy, metadata }) => {
      return value > before && preemptionPolicy !== 'Never' && !metadata.name.startsWith('system-');
    });
  classes.sort((a, b) => a.value - b.value);
  for (const one of classes) if (search.tryEdit(priorityEdit(one, before), true) !== undefined) return;
}

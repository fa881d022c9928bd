import { compareStrings } from '#shared/core/compare.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Suggestion, SuggestionKind } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';
import { defaultSchedulerEdit } from './edits.ts';
import { adviseLabels, adviseRecovery, adviseTaints, adviseUncordon } from './nodeSide.ts';
import { adviseLoosening, advisePriority, adviseSmallerRequest } from './podSide.ts';
import { adviseNode, adviseRoom } from './room.ts';
import { type Found, Search } from './search.ts';
import type { AdviceDeps } from './types.ts';

/** How much each kind of change asks of people, where the number of changes and of pods hit is the same. */
const WEIGHT: Record<SuggestionKind, number> = {
  startScheduler: 0,
  removeGates: 0,
  uncordon: 1,
  recoverNode: 1,
  useDefaultScheduler: 2,
  tolerate: 2,
  untaint: 3,
  labelNode: 3,
  relaxSpread: 3,
  dropNodeSelector: 4,
  dropNodeAffinity: 4,
  softenSpread: 4,
  lowerRequest: 4,
  dropPodAffinity: 5,
  dropPodAntiAffinity: 5,
  dropHostPort: 5,
  addNode: 5,
  scaleDown: 6,
  deletePods: 6,
  raisePriority: 7,
  loosenBudget: 8,
  deleteBudget: 9,
};
const MOST_SUGGESTIONS = 8;
const MOST_OF_A_KIND = 2;

function cost({ kind, changes, victims, restarts }: Found): number {
  return changes * 10 + victims.length * 6 + Math.min(restarts, 5) + WEIGHT[kind];
}

/** Smallest first, few of a kind. */
function ranked(found: readonly Found[]): Suggestion[] {
  const inTurn = [...found].sort(
    (a, b) => cost(a) - cost(b) || compareStrings(a.kind, b.kind) || compareStrings(a.trial.node, b.trial.node),
  );
  const counts = new Map<SuggestionKind, number>();
  const kept = inTurn.filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= MOST_OF_A_KIND;
  });
  return kept.slice(0, MOST_SUGGESTIONS).map(Search.tell);
}

/**
 * The smallest changes after which a pending pod would get a node, each of them tried on a copy of the present state; smallest first. Empty for a
 * pod that has a node, that would get one by itself, or that nothing can help. Other pending pods are not counted on the copy: they may be quicker.
 */
export function suggest(ctx: ComponentContext, deps: AdviceDeps, pod: Pod): Suggestion[] {
  if (pod.spec.nodeName || pod.metadata.deletionTimestamp !== undefined) return [];
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return [];
  const search = new Search(ctx, deps, pod);
  const base = search.decide(search.free, undefined, true);
  if (base === undefined) {
    search.tryEdit(defaultSchedulerEdit(pod.spec));
    return ranked(search.found);
  }
  const ready = base.selected ?? base.nominatedNode;
  if (ready !== undefined) {
    const trial = { node: ready, ties: Math.max(1, base.best.length), fitting: [], victims: base.victims };
    return ranked(waitsForNothingElse(search, trial));
  }
  if (isBeingCleared(ctx, pod)) return [];
  adviseUncordon(search);
  adviseRecovery(search);
  adviseTaints(search);
  adviseLabels(search);
  adviseLoosening(search);
  adviseSmallerRequest(search, base);
  advisePriority(search);
  adviseRoom(search);
  adviseNode(search);
  return ranked(search.found);
}

/** The pod fits: only its gates or a stopped scheduler can keep it. */
function waitsForNothingElse(search: Search, trial: Found['trial']): Found[] {
  const stopped = search.deps.stoppedScheduler(search.pod);
  if (!search.gated && stopped === undefined) return [];
  const gates = (search.pod.spec.schedulingGates ?? []).map(({ name }) => name).join(', ');
  const start = stopped === undefined ? [] : [{ type: 'startComponent' as const, component: stopped }];
  return [
    {
      kind: search.gated ? 'removeGates' : 'startScheduler',
      values: search.gated ? { gates } : { name: stopped ?? '' },
      victims: [...trial.victims],
      changes: (search.gated ? 1 : 0) + start.length,
      restarts: 0,
      trial,
      commands: [...(search.gated ? [search.ungate()] : []), ...start],
    },
  ];
}

/** Its victims are leaving the node that it was promised. */
function isBeingCleared(ctx: ComponentContext, pod: Pod): boolean {
  const node = pod.status?.nominatedNodeName;
  if (!node) return false;
  const pods = ctx.informer('Pod').lister.byIndex('nodeName', node);
  return pods.some(
    ({ metadata, spec }) => metadata.deletionTimestamp !== undefined && (spec.priority ?? 0) < (pod.spec.priority ?? 0),
  );
}

import type { Node, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import { Ledger, Recent } from '../../framework/ledger.ts';
import type { EventRegistration, Handle, Plugin } from '../../framework/plugin.ts';
import { skip } from '../../framework/status.ts';
import { type Constraint, ConstraintSource, hasAllKeys, type RawConstraint, systemDefaults } from './constraints.ts';
import { SpreadCounts, SpreadState } from './filtering.ts';
import { normalizeSpread, prepareScores, SoftSpread, type SpreadScores, scoreAll, scoreSpread } from './scoring.ts';

/** PodTopologySpreadArgs. */
interface SpreadArgs {
  readonly defaultConstraints?: readonly RawConstraint[];
  readonly defaultingType?: 'System' | 'List';
}

/** Sets of constraints whose counts are kept up to date; the one used longest ago goes first. */
const maxLedgers = 32;

const filterKey = stateKey<SpreadState>('PreFilterPodTopologySpread');
const scoreKey = stateKey<{ readonly scores: SpreadScores }>('PreScorePodTopologySpread');

/** Spreads pods over zones, hosts or any other domain. Models pkg/scheduler/framework/plugins/podtopologyspread. */
export function createPodTopologySpread(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as SpreadArgs | undefined;
  const system = args?.defaultingType !== 'List';
  const defaults = system ? systemDefaults : (args?.defaultConstraints ?? []);
  const hard = new ConstraintSource(defaults, 'DoNotSchedule', handle.objects);
  const soft = new ConstraintSource(defaults, 'ScheduleAnyway', handle.objects);
  const counts = new Recent<readonly Constraint[], Ledger<SpreadCounts>>(maxLedgers);
  const softCounts = new Recent<readonly Constraint[], Ledger<SoftSpread>>(maxLedgers);
  return {
    name: 'PodTopologySpread',
    preFilter(state, pod, snapshot) {
      const constraints = hard.of(pod);
      if (constraints.length === 0) return skip;
      let ledger = counts.get(constraints);
      if (ledger === undefined) {
        ledger = new Ledger(new SpreadCounts(pod, constraints));
        counts.set(constraints, ledger);
      }
      state.write(filterKey, new SpreadState(ledger.at(snapshot)));
      return null;
    },
    addPod: (state, _pod, added, node) => state.read(filterKey)?.move(added, node, 1),
    removePod: (state, _pod, removed, node) => state.read(filterKey)?.move(removed, node, -1),
    filter: (state, _pod, { position }) => state.read(filterKey)?.check(position) ?? null,
    filterAt(state) {
      const spread = state.read(filterKey);
      return spread === undefined ? () => null : (position) => spread.check(position);
    },
    preScore(state, pod, nodes, positions) {
      const constraints = soft.of(pod);
      if (constraints.length === 0) return skip;
      let ledger = softCounts.get(constraints);
      if (ledger === undefined) {
        const requireAll = (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0 || !system;
        ledger = new Ledger(new SoftSpread(pod, constraints, requireAll));
        softCounts.set(constraints, ledger);
      }
      state.write(scoreKey, { scores: prepareScores(ledger.at(handle.snapshot()), nodes, positions) });
      return null;
    },
    score(state, _pod, node) {
      const scores = state.read(scoreKey)?.scores;
      return scores === undefined ? 0 : scoreSpread(scores, node);
    },
    scoreAll(state, _pod, positions, raw, nodes) {
      const scores = state.read(scoreKey)?.scores;
      if (scores === undefined) return 0;
      scoreAll(scores, positions, raw, nodes);
      return undefined;
    },
    normalize(state, _pod, values, nodes) {
      const scores = state.read(scoreKey)?.scores;
      if (scores !== undefined) normalizeSpread(scores, values, nodes);
    },
    events: () => spreadEvents((pod) => hard.of(handle.pods.of(pod))),
  };
}

/** Models podtopologyspread EventsToRegister: pods that a constraint counts come and go, domains appear and vanish. */
function spreadEvents(hard: (pod: Pod) => readonly Constraint[]): EventRegistration[] {
  return [
    {
      event: { resource: 'AssignedPod', action: action.add | action.delete | action.updatePodLabel },
      hint: (pod, before, after) => {
        const counted = (other: Pod | undefined) =>
          other !== undefined &&
          other.metadata.namespace === pod.metadata.namespace &&
          hard(pod).some(({ selector }) => selector.matches(other.metadata.labels));
        return counted(before as Pod | undefined) !== counted(after as Pod | undefined);
      },
    },
    {
      event: { resource: 'PendingPod', action: action.updatePodLabel },
      hint: (pod, _before, after) => after?.metadata.uid === pod.metadata.uid,
    },
    {
      event: { resource: 'Node', action: action.add | action.delete | action.updateNodeLabel | action.updateNodeTaint },
      hint: (pod, before, after) => {
        const constraints = hard(pod);
        const takesPart = (node: Node | undefined) => node !== undefined && hasAllKeys(node, constraints);
        return takesPart(before as Node | undefined) || takesPart(after as Node | undefined);
      },
    },
  ];
}

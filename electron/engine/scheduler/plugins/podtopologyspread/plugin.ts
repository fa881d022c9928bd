import type { Node, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import type { EventRegistration, Handle, Plugin } from '../../framework/plugin.ts';
import { skip } from '../../framework/status.ts';
import { type Constraint, constraintsOf, hasAllKeys, type RawConstraint, systemDefaults } from './constraints.ts';
import { SpreadState } from './filtering.ts';
import { normalizeSpread, prepareScores, type SpreadScores, scoreSpread } from './scoring.ts';

/** PodTopologySpreadArgs. */
interface SpreadArgs {
  readonly defaultConstraints?: readonly RawConstraint[];
  readonly defaultingType?: 'System' | 'List';
}

const filterKey = stateKey<SpreadState>('PreFilterPodTopologySpread');
const scoreKey = stateKey<{ readonly scores: SpreadScores }>('PreScorePodTopologySpread');

/** Spreads pods over zones, hosts or any other domain. Models pkg/scheduler/framework/plugins/podtopologyspread. */
export function createPodTopologySpread(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as SpreadArgs | undefined;
  const system = args?.defaultingType !== 'List';
  const defaults = system ? systemDefaults : (args?.defaultConstraints ?? []);
  const hard = (pod: Pod) => constraintsOf(pod, defaults, 'DoNotSchedule', handle.objects);
  return {
    name: 'PodTopologySpread',
    preFilter(state, pod, snapshot) {
      const constraints = hard(pod.pod);
      if (constraints.length === 0) return skip;
      const spread = new SpreadState(pod, constraints);
      spread.countAll(snapshot);
      state.write(filterKey, spread);
      return null;
    },
    addPod: (state, _pod, added, { node }) => state.read(filterKey)?.move(added, node, 1),
    removePod: (state, _pod, removed, { node }) => state.read(filterKey)?.move(removed, node, -1),
    filter: (state, _pod, { node }) => state.read(filterKey)?.check(node) ?? null,
    preScore(state, pod, nodes) {
      const constraints = constraintsOf(pod.pod, defaults, 'ScheduleAnyway', handle.objects);
      if (constraints.length === 0) return skip;
      const requireAll = (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0 || !system;
      state.write(scoreKey, { scores: prepareScores(pod, constraints, nodes, handle.snapshot().nodes, requireAll) });
      return null;
    },
    score(state, pod, node) {
      const scores = state.read(scoreKey)?.scores;
      return scores === undefined ? 0 : scoreSpread(scores, pod, node);
    },
    normalize(state, _pod, values, nodes) {
      const scores = state.read(scoreKey)?.scores;
      if (scores !== undefined) normalizeSpread(scores, values, nodes);
    },
    events: () => spreadEvents(hard),
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

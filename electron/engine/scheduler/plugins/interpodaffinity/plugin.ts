import type { Node, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import type { EventRegistration, Handle, Plugin } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import { skip, unresolvable, unschedulable } from '../../framework/status.ts';
import { countAffinity, countAntiAffinity, TopologyCounts } from './counts.ts';
import { domainWeights, type InterPodAffinityArgs, normalizeByRange } from './scoring.ts';
import { type AffinityTerm, matchesAll, type PodTerms, resolveNamespaces, termMatches, termsOf } from './terms.ts';

export const reasonPodAffinity = "node(s) didn't match pod affinity rules";
export const reasonAntiAffinity = "node(s) didn't match pod anti-affinity rules";
export const reasonExistingAntiAffinity = "node(s) didn't satisfy existing pods anti-affinity rules";
const noAffinity = unresolvable(reasonPodAffinity);
const againstOwn = unschedulable(reasonAntiAffinity);
const againstExisting = unschedulable(reasonExistingAntiAffinity);

type NamespaceLabels = Readonly<Record<string, string>> | undefined;

/** Pods that matter, by topology domain. */
class AffinityState {
  readonly pod: PodInfo;
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly namespaceLabels: NamespaceLabels;
  affinity = new TopologyCounts();
  antiAffinity = new TopologyCounts();
  existingAntiAffinity = new TopologyCounts();

  constructor(
    pod: PodInfo,
    affinityTerms: readonly AffinityTerm[],
    antiAffinityTerms: readonly AffinityTerm[],
    namespaceLabels: NamespaceLabels,
  ) {
    this.pod = pod;
    this.affinityTerms = affinityTerms;
    this.antiAffinityTerms = antiAffinityTerms;
    this.namespaceLabels = namespaceLabels;
  }

  countExisting(existing: PodInfo, node: Node, amount: number): void {
    if (existing.hasRequiredAntiAffinity) {
      countAntiAffinity(
        this.existingAntiAffinity,
        termsOf(existing).antiAffinity,
        this.pod.pod,
        this.namespaceLabels,
        node,
        amount,
      );
    }
  }

  countIncoming(existing: PodInfo, node: Node, amount: number): void {
    countAffinity(this.affinity, this.affinityTerms, existing.pod, node, amount);
    countAntiAffinity(this.antiAffinity, this.antiAffinityTerms, existing.pod, undefined, node, amount);
  }

  get idle(): boolean {
    return this.existingAntiAffinity.empty && this.affinityTerms.length === 0 && this.antiAffinityTerms.length === 0;
  }

  clone(): AffinityState {
    const copy = new AffinityState(this.pod, this.affinityTerms, this.antiAffinityTerms, this.namespaceLabels);
    copy.affinity = this.affinity.clone();
    copy.antiAffinity = this.antiAffinity.clone();
    copy.existingAntiAffinity = this.existingAntiAffinity.clone();
    return copy;
  }
}

const filterKey = stateKey<AffinityState>('PreFilterInterPodAffinity');
const scoreKey = stateKey<{ readonly weights: TopologyCounts }>('PreScoreInterPodAffinity');

/** Models interpodaffinity satisfyPodAffinity, with the rule for the first pod of a group that wants its own company. */
function affinityHolds(state: AffinityState, node: Node): boolean {
  let present = true;
  for (const { topologyKey } of state.affinityTerms) {
    const value = node.metadata.labels?.[topologyKey];
    if (value === undefined) return false;
    if (state.affinity.get(topologyKey, value) <= 0) present = false;
  }
  return present || (state.affinity.empty && matchesAll(state.affinityTerms, state.pod.pod));
}

function antiAffinityHolds(state: AffinityState, node: Node): boolean {
  return !state.antiAffinityTerms.some(({ topologyKey }) => {
    const value = node.metadata.labels?.[topologyKey];
    return value !== undefined && state.antiAffinity.get(topologyKey, value) > 0;
  });
}

function prepare(handle: Handle, pod: PodInfo, snapshot: Snapshot): AffinityState {
  const terms = termsOf(pod);
  const namespaces = () => handle.objects.list('Namespace');
  const labels = handle.objects.get('Namespace', '', pod.pod.metadata.namespace ?? '')?.metadata.labels;
  const state = new AffinityState(
    pod,
    resolveNamespaces(terms.affinity, namespaces),
    resolveNamespaces(terms.antiAffinity, namespaces),
    labels,
  );
  for (const info of snapshot.nodesWithRequiredAntiAffinityPods) {
    for (const existing of info.podsWithRequiredAntiAffinity) state.countExisting(existing, info.node, 1);
  }
  if (terms.affinity.length + terms.antiAffinity.length > 0) {
    for (const info of snapshot.nodes) for (const existing of info.pods) state.countIncoming(existing, info.node, 1);
  }
  return state;
}

function move(state: AffinityState | undefined, moved: PodInfo, info: NodeInfo, amount: number): void {
  state?.countExisting(moved, info.node, amount);
  state?.countIncoming(moved, info.node, amount);
}

/** Pods that want to be together or apart. Models pkg/scheduler/framework/plugins/interpodaffinity. */
export function createInterPodAffinity(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as InterPodAffinityArgs | undefined;
  const hardWeight = args?.hardPodAffinityWeight ?? 1;
  return {
    name: 'InterPodAffinity',
    preFilter(state, pod, snapshot) {
      const prepared = prepare(handle, pod, snapshot);
      if (prepared.idle) return skip;
      state.write(filterKey, prepared);
      return null;
    },
    addPod: (state, _pod, added, node) => move(state.read(filterKey), added, node, 1),
    removePod: (state, _pod, removed, node) => move(state.read(filterKey), removed, node, -1),
    filter(state, _pod, { node }) {
      const prepared = state.read(filterKey);
      if (prepared === undefined) return null;
      if (!affinityHolds(prepared, node)) return noAffinity;
      if (!antiAffinityHolds(prepared, node)) return againstOwn;
      return prepared.existingAntiAffinity.anyFor(node) ? againstExisting : null;
    },
    preScore(state, pod) {
      const terms = termsOf(pod);
      const ownPreferences = terms.preferredAffinity.length + terms.preferredAntiAffinity.length > 0;
      if (args?.ignorePreferredTermsOfExistingPods && !ownPreferences) return skip;
      const snapshot = handle.snapshot();
      const nodes = ownPreferences ? snapshot.nodes : snapshot.nodesWithAffinityPods;
      if (nodes.length === 0) return skip;
      const weights = domainWeights(
        { pod, terms: resolvePreferred(handle, terms), ...labelsFor(handle, pod), hardWeight, ownPreferences },
        nodes,
      );
      if (weights.empty) return skip;
      state.write(scoreKey, { weights });
      return null;
    },
    score: (state, _pod, { node }) => state.read(scoreKey)?.weights.sumFor(node) ?? 0,
    normalize: (_state, _pod, scores) => normalizeByRange(scores),
    events: () => affinityEvents(handle),
  };
}

function labelsFor(handle: Handle, pod: PodInfo): { namespaceLabels: NamespaceLabels } {
  return { namespaceLabels: handle.objects.get('Namespace', '', pod.pod.metadata.namespace ?? '')?.metadata.labels };
}

function resolvePreferred(handle: Handle, terms: PodTerms): PodTerms {
  const namespaces = () => handle.objects.list('Namespace');
  const preferredAffinity = resolveNamespaces(terms.preferredAffinity, namespaces);
  return { ...terms, preferredAffinity, preferredAntiAffinity: resolveNamespaces(terms.preferredAntiAffinity, namespaces) };
}

/** Models interpodaffinity EventsToRegister: arrivals help affinity, departures help anti-affinity of either side, labels of nodes make new domains. */
function affinityEvents(handle: Handle): EventRegistration[] {
  const meant = (terms: readonly AffinityTerm[], other: Pod) => {
    const labels = handle.objects.get('Namespace', '', other.metadata.namespace ?? '')?.metadata.labels;
    return terms.some((term) => termMatches(term, other, labels));
  };
  return [
    {
      event: { resource: 'AssignedPod', action: action.add | action.delete | action.updatePodLabel },
      hint: (pod, before, after) => {
        const { affinity, antiAffinity } = termsOf(handle.pods.of(pod));
        const was = before as Pod | undefined;
        const is = after as Pod | undefined;
        if (is !== undefined && meant(affinity, is) && !(was !== undefined && meant(affinity, was))) return true;
        if (was === undefined) return false;
        if (meant(antiAffinity, was) && !(is !== undefined && meant(antiAffinity, is))) return true;
        return is === undefined && meant(termsOf(handle.pods.of(was)).antiAffinity, pod);
      },
    },
    {
      event: { resource: 'PendingPod', action: action.updatePodLabel },
      hint: (pod, _before, after) => after?.metadata.uid === pod.metadata.uid,
    },
    {
      event: { resource: 'Node', action: action.add | action.updateNodeLabel },
      hint: (pod, before, after) => {
        const { affinity, antiAffinity } = termsOf(handle.pods.of(pod));
        const changed = (key: string) => before?.metadata.labels?.[key] !== after?.metadata.labels?.[key];
        if (before === undefined) return affinity.every(({ topologyKey }) => after?.metadata.labels?.[topologyKey] !== undefined);
        return (
          affinity.length + antiAffinity.length === 0 ||
          [...affinity, ...antiAffinity].some(({ topologyKey }) => changed(topologyKey))
        );
      },
    },
  ];
}

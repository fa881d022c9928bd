import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import { Ledger, Recent, type Summed } from '../../framework/ledger.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import type { EventRegistration, Handle, Plugin } from '../../framework/plugin.ts';
import type { PodInfo, PodTemplate } from '../../framework/podinfo.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import { type PluginStatus, skip, unresolvable, unschedulable } from '../../framework/status.ts';
import { AffinityCounts, type NamespaceLabels } from './counts.ts';
import { DomainWeights, type InterPodAffinityArgs, normalizeByRange } from './scoring.ts';
import { type KeyTable, type TopologySums, TopologyView } from './sums.ts';
import { type AffinityTerm, matchesAll, type PodTerms, resolveNamespaces, termMatches, termsOf } from './terms.ts';

export const reasonPodAffinity = "node(s) didn't match pod affinity rules";
export const reasonAntiAffinity = "node(s) didn't match pod anti-affinity rules";
export const reasonExistingAntiAffinity = "node(s) didn't satisfy existing pods anti-affinity rules";
const noAffinity = unresolvable(reasonPodAffinity);
const againstOwn = unschedulable(reasonAntiAffinity);
const againstExisting = unschedulable(reasonExistingAntiAffinity);

/** Pods that matter to the incoming one, as one cycle or a what-if run of it sees them. */
class AffinityState {
  readonly pod: PodInfo;
  readonly counts: AffinityCounts;
  readonly affinity: TopologyView;
  readonly antiAffinity: TopologyView;
  readonly existing: TopologyView;
  /** Tables of the terms, in their order. */
  readonly affinityTables: readonly KeyTable[];
  readonly antiAffinityTables: readonly KeyTable[];

  constructor(pod: PodInfo, counts: AffinityCounts, from?: AffinityState) {
    this.pod = pod;
    this.counts = counts;
    this.affinity = from?.affinity.clone() ?? new TopologyView(counts.affinity);
    this.antiAffinity = from?.antiAffinity.clone() ?? new TopologyView(counts.antiAffinity);
    this.existing = from?.existing.clone() ?? new TopologyView(counts.existing);
    this.affinityTables = counts.affinityTerms.map(({ topologyKey }) => counts.affinity.table(topologyKey));
    this.antiAffinityTables = counts.antiAffinityTerms.map(({ topologyKey }) => counts.antiAffinity.table(topologyKey));
  }

  get idle(): boolean {
    const { affinityTerms, antiAffinityTerms } = this.counts;
    return this.existing.empty && affinityTerms.length === 0 && antiAffinityTerms.length === 0;
  }

  /** A what-if run puts a pod on a node (1) or takes it off (-1). */
  move(moved: PodInfo, node: NodeInfo, times: 1 | -1): void {
    const part = this.counts.partOf(moved);
    for (const one of part.affinity) this.affinity.move(one, node, times);
    for (const one of part.antiAffinity) this.antiAffinity.move(one, node, times);
    for (const one of part.existing) this.existing.move(one, node, times);
  }

  clone(): AffinityState {
    return new AffinityState(this.pod, this.counts, this);
  }
}

const filterKey = stateKey<AffinityState>('PreFilterInterPodAffinity');
const scoreKey = stateKey<{ readonly weights: TopologySums }>('PreScoreInterPodAffinity');

/** Templates whose counts are kept up to date; the one used longest ago goes first. */
const maxLedgers = 32;

/** Models interpodaffinity satisfyPodAffinity, with the rule for the first pod of a group that wants its own company. */
function affinityHolds(state: AffinityState, position: number): boolean {
  let present = true;
  for (const table of state.affinityTables) {
    if ((table.domains.of[position] ?? -1) < 0) return false;
    if (state.affinity.at(table, position) <= 0) present = false;
  }
  return present || (state.affinity.empty && matchesAll(state.counts.affinityTerms, state.pod.pod));
}

function antiAffinityHolds(state: AffinityState, position: number): boolean {
  for (const table of state.antiAffinityTables) if (state.antiAffinity.at(table, position) > 0) return false;
  return true;
}

function verdictAt(state: AffinityState, position: number): PluginStatus | null {
  if (!affinityHolds(state, position)) return noAffinity;
  if (!antiAffinityHolds(state, position)) return againstOwn;
  return state.existing.anyFor(position) ? againstExisting : null;
}

/** Ledgers by template, each valid for one state of the namespaces. */
class LedgersByTemplate<T extends Summed> {
  readonly #handle: Handle;
  readonly #create: (pod: PodInfo, labels: NamespaceLabels) => T;
  readonly #known = new Recent<PodTemplate, { readonly namespaces: readonly KubeObject[]; readonly ledger: Ledger<T> }>(
    maxLedgers,
  );

  constructor(handle: Handle, create: (pod: PodInfo, labels: NamespaceLabels) => T) {
    this.#handle = handle;
    this.#create = create;
  }

  at(pod: PodInfo, snapshot: Snapshot): T {
    const { objects } = this.#handle;
    const namespaces = objects.list('Namespace');
    let known = this.#known.get(pod.template);
    if (known === undefined || known.namespaces !== namespaces) {
      const labels = objects.get('Namespace', '', pod.pod.metadata.namespace ?? '')?.metadata.labels;
      known = { namespaces, ledger: new Ledger(this.#create(pod, labels)) };
      this.#known.set(pod.template, known);
    }
    return known.ledger.at(snapshot);
  }
}

/** Pods that want to be together or apart. Models pkg/scheduler/framework/plugins/interpodaffinity. */
export function createInterPodAffinity(rawArgs: unknown, handle: Handle): Plugin {
  const args = rawArgs as InterPodAffinityArgs | undefined;
  const hardWeight = args?.hardPodAffinityWeight ?? 1;
  const namespaces = () => handle.objects.list('Namespace');
  const counts = new LedgersByTemplate(handle, (pod, labels) => {
    const { affinity, antiAffinity } = termsOf(pod);
    return new AffinityCounts(pod, resolveNamespaces(affinity, namespaces), resolveNamespaces(antiAffinity, namespaces), labels);
  });
  const weights = new LedgersByTemplate(handle, (pod, namespaceLabels) => {
    const terms = resolvePreferred(handle, termsOf(pod));
    return new DomainWeights({ pod, terms, namespaceLabels, hardWeight, ownPreferences: prefers(terms) });
  });
  return {
    name: 'InterPodAffinity',
    preFilter(state, pod, snapshot) {
      const prepared = new AffinityState(pod, counts.at(pod, snapshot));
      if (prepared.idle) return skip;
      state.write(filterKey, prepared);
      return null;
    },
    addPod: (state, _pod, added, node) => state.read(filterKey)?.move(added, node, 1),
    removePod: (state, _pod, removed, node) => state.read(filterKey)?.move(removed, node, -1),
    filter(state, _pod, { position }) {
      const prepared = state.read(filterKey);
      return prepared === undefined ? null : verdictAt(prepared, position);
    },
    filterAt(state) {
      const prepared = state.read(filterKey);
      return prepared === undefined ? () => null : (position) => verdictAt(prepared, position);
    },
    preScore(state, pod) {
      const ownPreferences = prefers(termsOf(pod));
      if (args?.ignorePreferredTermsOfExistingPods && !ownPreferences) return skip;
      const snapshot = handle.snapshot();
      const { sums } = weights.at(pod, snapshot);
      if (sums.empty) return skip;
      state.write(scoreKey, { weights: sums });
      return null;
    },
    score: (state, _pod, node) => state.read(scoreKey)?.weights.sumFor(node.position) ?? 0,
    scoreAll(state, _pod, positions, raw) {
      raw.fill(0);
      for (const table of state.read(scoreKey)?.weights.tables ?? []) table.addAll(positions, raw);
      return undefined;
    },
    normalizesAlike: true,
    normalize: (_state, _pod, scores) => normalizeByRange(scores),
    events: () => affinityEvents(handle),
  };
}

function prefers({ preferredAffinity, preferredAntiAffinity }: PodTerms): boolean {
  return preferredAffinity.length + preferredAntiAffinity.length > 0;
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

import type { Summed } from '../../framework/ledger.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import type { PodInfo, PodTemplate } from '../../framework/podinfo.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import { type Contribution, TopologySums } from './sums.ts';
import { type AffinityTerm, matchesAll, termMatches, termsOf } from './terms.ts';

/** Labels of the namespace of the incoming pod. */
export type NamespaceLabels = Readonly<Record<string, string>> | undefined;

/** What one existing pod brings to the three counts. */
interface Part {
  readonly affinity: readonly Contribution[];
  readonly antiAffinity: readonly Contribution[];
  readonly existing: readonly Contribution[];
}

/**
 * Pods that matter to pods of one template, by topology domain: those meant by its required terms, and those whose required anti-affinity means it.
 * What an existing pod brings is worked out once for each template of existing pods. Models interpodaffinity getExistingAntiAffinityCounts and
 * getIncomingAffinityAntiAffinityCounts.
 */
export class AffinityCounts implements Summed {
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly #pod: PodInfo;
  readonly #namespaceLabels: NamespaceLabels;
  affinity!: TopologySums;
  antiAffinity!: TopologySums;
  existing!: TopologySums;
  #parts = new WeakMap<PodTemplate, Part>();

  constructor(
    pod: PodInfo,
    affinityTerms: readonly AffinityTerm[],
    antiAffinityTerms: readonly AffinityTerm[],
    namespaceLabels: NamespaceLabels,
  ) {
    this.#pod = pod;
    this.affinityTerms = affinityTerms;
    this.antiAffinityTerms = antiAffinityTerms;
    this.#namespaceLabels = namespaceLabels;
  }

  get #ownTerms(): boolean {
    return this.affinityTerms.length + this.antiAffinityTerms.length > 0;
  }

  rebuild(snapshot: Snapshot): void {
    this.affinity = new TopologySums(snapshot);
    this.antiAffinity = new TopologySums(snapshot);
    this.existing = new TopologySums(snapshot);
    this.#parts = new WeakMap();
    for (const node of this.#ownTerms ? snapshot.nodes : snapshot.nodesWithRequiredAntiAffinityPods) this.#count(node);
  }

  replace(node: NodeInfo): void {
    this.affinity.clear(node.position);
    this.antiAffinity.clear(node.position);
    this.existing.clear(node.position);
    this.#count(node);
  }

  #count({ pods, podsWithRequiredAntiAffinity, position }: NodeInfo): void {
    for (const existing of this.#ownTerms ? pods : podsWithRequiredAntiAffinity) {
      const part = this.partOf(existing);
      for (const { table, amount } of part.affinity) table.add(position, amount);
      for (const { table, amount } of part.antiAffinity) table.add(position, amount);
      for (const { table, amount } of part.existing) table.add(position, amount);
    }
  }

  partOf(existing: PodInfo): Part {
    let part = this.#parts.get(existing.template);
    if (part === undefined) {
      part = this.#partOf(existing);
      this.#parts.set(existing.template, part);
    }
    return part;
  }

  #partOf(existing: PodInfo): Part {
    const over = (sums: TopologySums, terms: readonly AffinityTerm[]): Contribution[] =>
      terms.map(({ topologyKey }) => ({ table: sums.table(topologyKey), amount: 1 }));
    const meansExisting = (term: AffinityTerm) => termMatches(term, existing.pod, undefined);
    const meansIncoming = (term: AffinityTerm) => termMatches(term, this.#pod.pod, this.#namespaceLabels);
    return {
      affinity: matchesAll(this.affinityTerms, existing.pod) ? over(this.affinity, this.affinityTerms) : [],
      antiAffinity: over(this.antiAffinity, this.antiAffinityTerms.filter(meansExisting)),
      existing: existing.hasRequiredAntiAffinity ? over(this.existing, termsOf(existing).antiAffinity.filter(meansIncoming)) : [],
    };
  }
}

import type { ScoreList } from '../../framework/columns.ts';
import type { Summed } from '../../framework/ledger.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { maxNodeScore } from '../../framework/plugin.ts';
import type { PodInfo, PodTemplate } from '../../framework/podinfo.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import type { NamespaceLabels } from './counts.ts';
import { type Contribution, TopologySums } from './sums.ts';
import { type AffinityTerm, type PodTerms, termMatches, termsOf } from './terms.ts';

/** InterPodAffinityArgs. */
export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight?: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

/** What weighing needs: the incoming pod with its terms, and the labels of its namespace. */
export interface Weighing {
  readonly pod: PodInfo;
  readonly terms: PodTerms;
  readonly namespaceLabels: NamespaceLabels;
  readonly hardWeight: number;
  /** The incoming pod has preferences of its own, so every pod counts and not only those with affinity. */
  readonly ownPreferences: boolean;
}

/** Weight of each topology domain for pods of one template: their own wishes and those of the pods there. Models interpodaffinity processExistingPod. */
export class DomainWeights implements Summed {
  readonly #weighing: Weighing;
  sums!: TopologySums;
  #parts = new WeakMap<PodTemplate, readonly Contribution[]>();

  constructor(weighing: Weighing) {
    this.#weighing = weighing;
  }

  rebuild(snapshot: Snapshot): void {
    this.sums = new TopologySums(snapshot);
    this.#parts = new WeakMap();
    for (const node of this.#weighing.ownPreferences ? snapshot.nodes : snapshot.nodesWithAffinityPods) this.#count(node);
  }

  replace(node: NodeInfo): void {
    this.sums.clear(node.position);
    this.#count(node);
  }

  #count({ pods, podsWithAffinity, position }: NodeInfo): void {
    for (const existing of this.#weighing.ownPreferences ? pods : podsWithAffinity) {
      let part = this.#parts.get(existing.template);
      if (part === undefined) {
        part = this.#partOf(existing);
        this.#parts.set(existing.template, part);
      }
      for (const { table, amount } of part) table.add(position, amount);
    }
  }

  #partOf(existing: PodInfo): Contribution[] {
    const { pod, terms, namespaceLabels, hardWeight } = this.#weighing;
    const part: Contribution[] = [];
    const weigh = (own: readonly AffinityTerm[], meant: PodInfo, labels: NamespaceLabels, factor: (weight: number) => number) => {
      for (const term of own) {
        if (!termMatches(term, meant.pod, labels)) continue;
        part.push({ table: this.sums.table(term.topologyKey), amount: factor(term.weight) });
      }
    };
    const plus = (weight: number) => weight;
    const minus = (weight: number) => -weight;
    weigh(terms.preferredAffinity, existing, undefined, plus);
    weigh(terms.preferredAntiAffinity, existing, undefined, minus);
    if (!existing.hasAffinity) return part;
    const theirs = termsOf(existing);
    if (hardWeight > 0) weigh(theirs.affinity, pod, namespaceLabels, () => hardWeight);
    weigh(theirs.preferredAffinity, pod, namespaceLabels, plus);
    weigh(theirs.preferredAntiAffinity, pod, namespaceLabels, minus);
    return part;
  }
}

/** Stretches scores to 0..100 between the lowest and the highest; all 0 when they are equal. */
export function normalizeByRange(scores: ScoreList): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (score < min) min = score;
    if (score > max) max = score;
  }
  const range = max - min;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = range > 0 ? Math.trunc(maxNodeScore * (((scores[i] ?? 0) - min) / range)) : 0;
  }
}

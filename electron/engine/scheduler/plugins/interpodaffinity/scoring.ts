import type { Node, Pod } from '#shared/kube/types.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { maxNodeScore } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import { TopologyCounts } from './counts.ts';
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
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly hardWeight: number;
  /** The incoming pod has preferences of its own, so every pod counts and not only those with affinity. */
  readonly ownPreferences: boolean;
}

function weigh(
  weights: TopologyCounts,
  terms: readonly AffinityTerm[],
  pod: Pod,
  namespaceLabels: Weighing['namespaceLabels'],
  node: Node,
  factor: (term: AffinityTerm) => number,
): void {
  for (const term of terms) {
    const value = node.metadata.labels?.[term.topologyKey];
    if (value !== undefined && termMatches(term, pod, namespaceLabels)) weights.add(term.topologyKey, value, factor(term), true);
  }
}

/** Weight of each topology domain for the incoming pod: its own wishes and those of the pods there. Models interpodaffinity processExistingPod. */
export function domainWeights(weighing: Weighing, nodes: readonly NodeInfo[]): TopologyCounts {
  const { pod, terms, namespaceLabels, hardWeight, ownPreferences } = weighing;
  const weights = new TopologyCounts();
  const plus = ({ weight }: AffinityTerm) => weight;
  const minus = ({ weight }: AffinityTerm) => -weight;
  for (const { node, pods, podsWithAffinity } of nodes) {
    for (const existing of ownPreferences ? pods : podsWithAffinity) {
      weigh(weights, terms.preferredAffinity, existing.pod, undefined, node, plus);
      weigh(weights, terms.preferredAntiAffinity, existing.pod, undefined, node, minus);
      if (!existing.hasAffinity) continue;
      const theirs = termsOf(existing);
      if (hardWeight > 0) weigh(weights, theirs.affinity, pod.pod, namespaceLabels, node, () => hardWeight);
      weigh(weights, theirs.preferredAffinity, pod.pod, namespaceLabels, node, plus);
      weigh(weights, theirs.preferredAntiAffinity, pod.pod, namespaceLabels, node, minus);
    }
  }
  return weights;
}

/** Stretches scores to 0..100 between the lowest and the highest; all 0 when they are equal. */
export function normalizeByRange(scores: number[]): void {
  const min = Math.min(...scores);
  const range = Math.max(...scores) - min;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = range > 0 ? Math.trunc(maxNodeScore * (((scores[i] ?? 0) - min) / range)) : 0;
  }
}

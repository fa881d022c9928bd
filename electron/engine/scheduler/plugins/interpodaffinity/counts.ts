import type { Node, Pod } from '#shared/kube/types.ts';
import { type AffinityTerm, matchesAll, termMatches } from './terms.ts';

/** How many pods (or how much weight) each topology domain has, by topology key and value. Empty domains are dropped. */
export class TopologyCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  add(key: string, value: string, amount: number, keepZero = false): void {
    let values = this.#counts.get(key);
    if (values === undefined) {
      values = new Map();
      this.#counts.set(key, values);
    }
    const sum = (values.get(value) ?? 0) + amount;
    if (sum !== 0 || keepZero) values.set(value, sum);
    else {
      values.delete(value);
      if (values.size === 0) this.#counts.delete(key);
    }
  }

  get(key: string, value: string): number {
    return this.#counts.get(key)?.get(value) ?? 0;
  }

  get empty(): boolean {
    return this.#counts.size === 0;
  }

  /** Sum over the domains that a node belongs to. */
  sumFor(node: Node): number {
    let sum = 0;
    for (const [key, values] of this.#counts) {
      const value = node.metadata.labels?.[key];
      if (value !== undefined) sum += values.get(value) ?? 0;
    }
    return sum;
  }

  /** Whether some domain of the node has a positive count. */
  anyFor(node: Node): boolean {
    for (const [key, values] of this.#counts) {
      const value = node.metadata.labels?.[key];
      if (value !== undefined && (values.get(value) ?? 0) > 0) return true;
    }
    return false;
  }

  clone(): TopologyCounts {
    const copy = new TopologyCounts();
    for (const [key, values] of this.#counts) copy.#counts.set(key, new Map(values));
    return copy;
  }
}

/** Counts a pod in the domains of its node if it is meant by all terms (affinity). */
export function countAffinity(
  counts: TopologyCounts,
  terms: readonly AffinityTerm[],
  pod: Pod,
  node: Node,
  amount: number,
): void {
  if (!matchesAll(terms, pod)) return;
  for (const { topologyKey } of terms) countDomain(counts, topologyKey, node, amount);
}

/** Counts a pod in the domain of each term that means it (anti-affinity). */
export function countAntiAffinity(
  counts: TopologyCounts,
  terms: readonly AffinityTerm[],
  pod: Pod,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
  node: Node,
  amount: number,
): void {
  for (const term of terms) if (termMatches(term, pod, namespaceLabels)) countDomain(counts, term.topologyKey, node, amount);
}

function countDomain(counts: TopologyCounts, key: string, node: Node, amount: number): void {
  const value = node.metadata.labels?.[key];
  if (value !== undefined) counts.add(key, value, amount);
}

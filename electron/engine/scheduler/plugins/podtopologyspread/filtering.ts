import type { Node } from '#shared/kube/types.ts';
import { type NodeTest, requiredNodeTest } from '../../framework/nodeselector.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import { type PluginStatus, unresolvable, unschedulable } from '../../framework/status.ts';
import { type Constraint, countMatching, hasAllKeys, included } from './constraints.ts';

export const reasonSkew = "node(s) didn't match pod topology spread constraints";
export const reasonMissingLabel = `${reasonSkew} (missing required label)`;
const tooSkewed = unschedulable(reasonSkew);
const missingLabel = unresolvable(reasonMissingLabel);

/** Matching pods in each domain of each hard constraint. Models podtopologyspread preFilterState. */
export class SpreadState {
  readonly pod: PodInfo;
  readonly constraints: readonly Constraint[];
  readonly #required: NodeTest;
  #counts: Map<string, number>[];
  /** Lowest count of each constraint; undefined when counts have changed. */
  #minimums: (number | undefined)[];

  constructor(pod: PodInfo, constraints: readonly Constraint[], required: NodeTest = requiredNodeTest(pod.pod)) {
    this.pod = pod;
    this.constraints = constraints;
    this.#required = required;
    this.#counts = constraints.map(() => new Map());
    this.#minimums = [];
  }

  countAll(snapshot: Snapshot): void {
    const namespace = this.pod.pod.metadata.namespace ?? '';
    for (const { node, pods } of snapshot.nodes) {
      if (!hasAllKeys(node, this.constraints)) continue;
      this.constraints.forEach((constraint, i) => {
        if (included(constraint, this.pod.pod, node, this.#required))
          this.#add(i, node, countMatching(pods, constraint.selector, namespace));
      });
    }
  }

  /** A what-if run puts a pod on a node (+1) or takes it off (-1). */
  move(moved: PodInfo, node: Node, amount: number): void {
    if (moved.pod.metadata.namespace !== this.pod.pod.metadata.namespace || !hasAllKeys(node, this.constraints)) return;
    this.constraints.forEach((constraint, i) => {
      if (!constraint.selector.matches(moved.pod.metadata.labels)) return;
      if (included(constraint, this.pod.pod, node, this.#required)) this.#add(i, node, amount);
    });
  }

  #add(index: number, node: Node, amount: number): void {
    const value = node.metadata.labels?.[this.constraints[index]?.topologyKey ?? ''] ?? '';
    const counts = this.#counts[index];
    counts?.set(value, (counts.get(value) ?? 0) + amount);
    this.#minimums[index] = undefined;
  }

  #minimum(index: number, minDomains: number): number {
    const counts = this.#counts[index] ?? new Map<string, number>();
    if (counts.size < minDomains) return 0;
    let minimum = this.#minimums[index];
    if (minimum === undefined) {
      minimum = Number.MAX_SAFE_INTEGER;
      for (const count of counts.values()) minimum = Math.min(minimum, count);
      this.#minimums[index] = minimum;
    }
    return minimum;
  }

  check(node: Node): PluginStatus | null {
    for (let i = 0; i < this.constraints.length; i++) {
      const { topologyKey, selector, minDomains, maxSkew } = this.constraints[i]!;
      const value = node.metadata.labels?.[topologyKey];
      if (value === undefined) return missingLabel;
      const self = selector.matches(this.pod.pod.metadata.labels) ? 1 : 0;
      const skew = (this.#counts[i]?.get(value) ?? 0) + self - this.#minimum(i, minDomains);
      if (skew > maxSkew) return tooSkewed;
    }
    return null;
  }

  clone(): SpreadState {
    const copy = new SpreadState(this.pod, this.constraints, this.#required);
    copy.#counts = this.#counts.map((counts) => new Map(counts));
    copy.#minimums = this.#minimums.slice();
    return copy;
  }
}

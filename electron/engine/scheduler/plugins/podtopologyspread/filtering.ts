import type { Summed } from '../../framework/ledger.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { requiredNodeTest } from '../../framework/nodeselector.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import type { Domains, Snapshot } from '../../framework/snapshot.ts';
import { type PluginStatus, unresolvable, unschedulable } from '../../framework/status.ts';
import { type Constraint, hasAllKeys, included, PodMatcher } from './constraints.ts';

export const reasonSkew = "node(s) didn't match pod topology spread constraints";
export const reasonMissingLabel = `${reasonSkew} (missing required label)`;
const tooSkewed = unschedulable(reasonSkew);
const missingLabel = unresolvable(reasonMissingLabel);

/** Matching pods of one hard constraint by domain, and the part of each node. */
class DomainCounts {
  readonly domains: Domains;
  readonly counts: Int32Array;
  /** Nodes that take part, by domain: a domain without any does not exist. */
  readonly #nodes: Int32Array;
  /** Count of each node; -1 when it takes no part. */
  readonly #ofNode: Int32Array;
  size = 0;
  #minimum: number | undefined;

  constructor(domains: Domains) {
    this.domains = domains;
    this.counts = new Int32Array(domains.values.length);
    this.#nodes = new Int32Array(domains.values.length);
    this.#ofNode = new Int32Array(domains.of.length).fill(-1);
  }

  /** Sets what a node brings; -1 takes it out. */
  set(position: number, count: number): void {
    const before = this.#ofNode[position]!;
    if (before === count) return;
    const domain = this.domains.of[position]!;
    this.#ofNode[position] = count;
    this.#minimum = undefined;
    this.counts[domain]! += Math.max(count, 0) - Math.max(before, 0);
    if (before < 0 && this.#nodes[domain]!++ === 0) this.size++;
    if (count < 0 && --this.#nodes[domain]! === 0) this.size--;
  }

  takesPart(position: number): boolean {
    return (this.#ofNode[position] ?? -1) >= 0;
  }

  /** Lowest count of any domain, with changes on top. */
  minimum(changes: ReadonlyMap<number, number> | undefined): number {
    if (changes === undefined && this.#minimum !== undefined) return this.#minimum;
    let minimum = Number.MAX_SAFE_INTEGER;
    for (let domain = 0; domain < this.counts.length; domain++) {
      if (this.#nodes[domain] === 0) continue;
      const count = this.counts[domain]! + (changes?.get(domain) ?? 0);
      if (count < minimum) minimum = count;
    }
    if (changes === undefined) this.#minimum = minimum;
    return minimum;
  }
}

/** Matching pods in each domain of each hard constraint, for pods of one template. Models podtopologyspread calPreFilterState. */
export class SpreadCounts implements Summed {
  readonly constraints: readonly Constraint[];
  readonly matchers: readonly PodMatcher[];
  /** 1 where the constraint means the incoming pod itself. */
  readonly self: readonly number[];
  readonly #pod: PodInfo;
  readonly #required: ReturnType<typeof requiredNodeTest>;
  domains: DomainCounts[] = [];

  constructor(pod: PodInfo, constraints: readonly Constraint[]) {
    this.#pod = pod;
    this.constraints = constraints;
    const namespace = pod.pod.metadata.namespace ?? '';
    this.matchers = constraints.map(({ selector }) => new PodMatcher(selector, namespace));
    this.self = constraints.map(({ selector }) => (selector.matches(pod.pod.metadata.labels) ? 1 : 0));
    this.#required = requiredNodeTest(pod.pod);
  }

  rebuild(snapshot: Snapshot): void {
    this.domains = this.constraints.map(({ topologyKey }) => new DomainCounts(snapshot.domains(topologyKey)));
    for (const node of snapshot.nodes) this.replace(node);
  }

  replace({ node, pods, position }: NodeInfo): void {
    if (!hasAllKeys(node, this.constraints)) return;
    for (let i = 0; i < this.constraints.length; i++) {
      const counted = included(this.constraints[i]!, this.#pod.pod, node, this.#required);
      this.domains[i]!.set(position, counted ? this.matchers[i]!.count(pods) : -1);
    }
  }
}

/** The counts as one cycle or a what-if run of it sees them. Models podtopologyspread preFilterState. */
export class SpreadState {
  readonly #counts: SpreadCounts;
  /** By constraint: what a what-if run changed, by domain. */
  readonly #changes: (Map<number, number> | undefined)[];

  constructor(counts: SpreadCounts, changes: (Map<number, number> | undefined)[] = []) {
    this.#counts = counts;
    this.#changes = changes;
  }

  /** A what-if run puts a pod on a node (+1) or takes it off (-1). */
  move(moved: PodInfo, { position }: NodeInfo, amount: number): void {
    const { matchers, domains } = this.#counts;
    for (let i = 0; i < domains.length; i++) {
      const { domains: numbered } = domains[i]!;
      if (!domains[i]!.takesPart(position) || !matchers[i]!.meansMoved(moved)) continue;
      const domain = numbered.of[position]!;
      let changes = this.#changes[i];
      if (changes === undefined) {
        changes = new Map();
        this.#changes[i] = changes;
      }
      changes.set(domain, (changes.get(domain) ?? 0) + amount);
    }
  }

  check(position: number): PluginStatus | null {
    const { constraints, domains, self } = this.#counts;
    for (let i = 0; i < constraints.length; i++) {
      const { minDomains, maxSkew } = constraints[i]!;
      const counted = domains[i]!;
      const domain = counted.domains.of[position] ?? -1;
      if (domain < 0) return missingLabel;
      const changes = this.#changes[i];
      const count = counted.counts[domain]! + (changes?.get(domain) ?? 0);
      const minimum = counted.size < minDomains ? 0 : counted.minimum(changes);
      if (count + self[i]! - minimum > maxSkew) return tooSkewed;
    }
    return null;
  }

  clone(): SpreadState {
    const changes = this.#changes.map((own) => (own === undefined ? undefined : new Map(own)));
    return new SpreadState(this.#counts, changes);
  }
}

import type { NodeInfo } from '../../framework/nodeinfo.ts';
import type { Domains, Snapshot } from '../../framework/snapshot.ts';

/** Pods (or weight) in each domain of one topology key, with the part of each node, so that a node can be taken out again. */
export class KeyTable {
  readonly domains: Domains;
  readonly #sums: Float64Array;
  /** How many contributions a domain has: it exists while there is one, whatever the sum. */
  readonly #contributions: Int32Array;
  readonly #ofNode: Float64Array;
  readonly #contributionsOfNode: Int32Array;
  /** Domains with a contribution. */
  present = 0;

  constructor(domains: Domains) {
    this.domains = domains;
    this.#sums = new Float64Array(domains.values.length);
    this.#contributions = new Int32Array(domains.values.length);
    this.#ofNode = new Float64Array(domains.of.length);
    this.#contributionsOfNode = new Int32Array(domains.of.length);
  }

  add(position: number, amount: number): void {
    const domain = this.domains.of[position] ?? -1;
    if (domain < 0) return;
    this.#ofNode[position]! += amount;
    this.#contributionsOfNode[position]! += 1;
    this.#sums[domain]! += amount;
    if (this.#contributions[domain] === 0) this.present++;
    this.#contributions[domain]! += 1;
  }

  /** Takes out everything a node brought. */
  clear(position: number): void {
    const count = this.#contributionsOfNode[position] ?? 0;
    if (count === 0) return;
    const domain = this.domains.of[position]!;
    this.#sums[domain]! -= this.#ofNode[position]!;
    this.#contributions[domain]! -= count;
    if (this.#contributions[domain] === 0) this.present--;
    this.#ofNode[position] = 0;
    this.#contributionsOfNode[position] = 0;
  }

  /** Sum of a domain by number. */
  sum(domain: number): number {
    return this.#sums[domain] ?? 0;
  }

  /** Adds the sum of each node's domain to its entry. */
  addAll(positions: Int32Array, into: Float64Array): void {
    const { of } = this.domains;
    const sums = this.#sums;
    for (let i = 0; i < into.length; i++) {
      const domain = of[positions[i]!]!;
      if (domain >= 0) into[i]! += sums[domain]!;
    }
  }

  /** Sum of the domain of a node; 0 without the label. */
  at(position: number): number {
    const domain = this.domains.of[position] ?? -1;
    return domain < 0 ? 0 : this.#sums[domain]!;
  }
}

/** What one pod brings to its node's domain. */
export interface Contribution {
  readonly table: KeyTable;
  readonly amount: number;
}

/** Sums by topology key and domain. */
export class TopologySums {
  readonly #snapshot: Snapshot;
  readonly #byKey = new Map<string, KeyTable>();
  readonly tables: KeyTable[] = [];

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  table(key: string): KeyTable {
    let table = this.#byKey.get(key);
    if (table === undefined) {
      table = new KeyTable(this.#snapshot.domains(key));
      this.#byKey.set(key, table);
      this.tables.push(table);
    }
    return table;
  }

  clear(position: number): void {
    for (const table of this.tables) table.clear(position);
  }

  get empty(): boolean {
    return this.present === 0;
  }

  /** Domains that exist, of all keys. */
  get present(): number {
    let count = 0;
    for (const table of this.tables) count += table.present;
    return count;
  }

  /** Sum over the domains that a node belongs to. */
  sumFor(position: number): number {
    let sum = 0;
    for (const table of this.tables) sum += table.at(position);
    return sum;
  }
}

/** Counts of pods as a what-if run sees them: the sums of the cluster and what the run changed. Amounts here are never negative in sum. */
export class TopologyView {
  readonly sums: TopologySums;
  readonly #changes: Map<KeyTable, Map<number, number>>;

  constructor(sums: TopologySums, changes = new Map<KeyTable, Map<number, number>>()) {
    this.sums = sums;
    this.#changes = changes;
  }

  move({ table, amount }: Contribution, { position }: NodeInfo, times: number): void {
    const domain = table.domains.of[position] ?? -1;
    if (domain < 0) return;
    let changes = this.#changes.get(table);
    if (changes === undefined) {
      changes = new Map();
      this.#changes.set(table, changes);
    }
    changes.set(domain, (changes.get(domain) ?? 0) + amount * times);
  }

  /** Count in the domain of a node. */
  at(table: KeyTable, position: number): number {
    const count = table.at(position);
    if (this.#changes.size === 0) return count;
    const domain = table.domains.of[position] ?? -1;
    return domain < 0 ? 0 : count + (this.#changes.get(table)?.get(domain) ?? 0);
  }

  /** Whether some domain of the node has a positive count. */
  anyFor(position: number): boolean {
    for (const table of this.sums.tables) if (this.at(table, position) > 0) return true;
    return false;
  }

  /** No domain with a pod. */
  get empty(): boolean {
    let present = this.sums.present;
    for (const [table, changes] of this.#changes) {
      for (const [domain, change] of changes) {
        const count = table.sum(domain);
        if (count === 0 && change !== 0) present++;
        if (count !== 0 && count + change === 0) present--;
      }
    }
    return present === 0;
  }

  clone(): TopologyView {
    const changes = new Map<KeyTable, Map<number, number>>();
    for (const [table, own] of this.#changes) changes.set(table, new Map(own));
    return new TopologyView(this.sums, changes);
  }
}

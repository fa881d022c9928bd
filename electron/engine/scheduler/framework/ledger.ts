import type { NodeInfo } from './nodeinfo.ts';
import type { Snapshot } from './snapshot.ts';

/** What is summed over all nodes and kept up to date by difference. */
export interface Summed {
  /** Begins anew with the nodes of a snapshot. */
  rebuild(snapshot: Snapshot): void;
  /** Takes a node's old part out and its new one in; the place is `node.position`. */
  replace(node: NodeInfo): void;
}

/** Follows a snapshot: looks only at the nodes replaced since the last time, at all of them when nodes came, went or were labelled. */
export class Ledger<T extends Summed> {
  readonly sums: T;
  #epoch = -1;
  #sequence = 0;

  constructor(sums: T) {
    this.sums = sums;
  }

  /** The sums as of this snapshot; valid until the next call. */
  at(snapshot: Snapshot): T {
    if (this.#epoch === snapshot.epoch && this.#sequence === snapshot.sequence) return this.sums;
    const changed = this.#epoch === snapshot.epoch ? snapshot.changedSince(this.#sequence) : undefined;
    if (changed === undefined) this.sums.rebuild(snapshot);
    else for (const position of changed) this.sums.replace(snapshot.nodes[position]!);
    this.#epoch = snapshot.epoch;
    this.#sequence = snapshot.sequence;
    return this.sums;
  }
}

/** A map that keeps only what was used last. */
export class Recent<K, V> {
  readonly #limit: number;
  readonly #entries = new Map<K, V>();
  #lastKey: K | undefined;
  #last: V | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    if (this.#last !== undefined && key === this.#lastKey) return this.#last;
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#lastKey = key;
    this.#last = value;
    if (this.#entries.size <= this.#limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}

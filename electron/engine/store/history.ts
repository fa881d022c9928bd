import type { AnyObject } from '#shared/kube/types.ts';

/** One committed write: the object before (null = created) and after (null = deleted). */
export interface Change {
  readonly revision: number;
  readonly atMs: number;
  readonly key: string;
  readonly before: AnyObject | null;
  readonly object: AnyObject | null;
}

/** Fixed cost of one entry beside what its object newly holds. */
const ENTRY_BYTES = 96;

/**
 * The log of all writes, bounded by the bytes its entries newly brought. Versions share what they have in common, so an entry costs about what
 * it changed. The oldest entries are forgotten first. Going back to a revision undoes the later entries on the present state.
 */
export class History {
  readonly #maxBytes: number;
  #entries: Change[] = [];
  #costs: number[] = [];
  /** Index of the oldest entry kept; everything before is dead and cut off now and then. */
  #first = 0;
  #bytes = 0;
  #forgotten = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Approximate bytes of what is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries kept. */
  get length(): number {
    return this.#entries.length - this.#first;
  }

  /** Oldest revision whose state can be rebuilt: that of the last forgotten write (0 when none is forgotten). */
  get oldestRevision(): number {
    return this.#forgotten;
  }

  append(change: Change, newBytes: number): void {
    const cost = newBytes + ENTRY_BYTES;
    this.#entries.push(change);
    this.#costs.push(cost);
    this.#bytes += cost;
    while (this.#bytes > this.#maxBytes && this.#first < this.#entries.length - 1) this.#forgetOldest();
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) this.#compact();
  }

  /** Entries after a revision, oldest first; undefined when some of them are forgotten. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#forgotten) return undefined;
    return this.#entries.slice(this.#indexAfter(revision));
  }

  /** Forgets everything; the state as of `revision` becomes the oldest one. */
  reset(revision: number): void {
    this.#entries = [];
    this.#costs = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#forgotten = revision;
  }

  /** Place of the first entry with a greater revision. */
  #indexAfter(revision: number): number {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forgetOldest(): void {
    this.#forgotten = this.#entries[this.#first]?.revision ?? this.#forgotten;
    this.#bytes -= this.#costs[this.#first] ?? 0;
    this.#first++;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#first);
    this.#costs = this.#costs.slice(this.#first);
    this.#first = 0;
  }
}

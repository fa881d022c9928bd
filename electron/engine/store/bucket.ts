import { compareStrings } from '#shared/core/compare.ts';
import type { AnyObject } from '#shared/kube/types.ts';

/** The place of one stored object: replaced in place when the object changes, so that no index has to be searched. */
export interface Cell {
  readonly namespace: string;
  readonly name: string;
  object: AnyObject;
}

const NONE: readonly AnyObject[] = Object.freeze([]);
/** From here on additions are merged at once instead of one by one. */
const MANY_PENDING = 8;

function compareCells(a: Cell, b: Cell): number {
  return a.namespace === b.namespace ? compareStrings(a.name, b.name) : compareStrings(a.namespace, b.namespace);
}

/**
 * Cells in order of namespace and name. Additions and removals are collected and merged when someone looks, lists are built once and kept until the next
 * write, so that neither a burst of writes nor a burst of reads costs a sort each.
 */
export class Bucket {
  #cells: Cell[] = [];
  #pending: Cell[] = [];
  /** Cells that are still among `#cells` but gone. */
  readonly #removed = new Set<Cell>();
  #list: readonly AnyObject[] | undefined = NONE;

  get size(): number {
    return this.#cells.length + this.#pending.length - this.#removed.size;
  }

  add(cell: Cell): void {
    this.#list = undefined;
    if (!this.#removed.delete(cell)) this.#pending.push(cell);
  }

  remove(cell: Cell): void {
    this.#list = undefined;
    if (this.#pending.length > MANY_PENDING) this.#merge();
    const waiting = this.#pending.indexOf(cell);
    if (waiting >= 0) {
      const last = this.#pending.pop();
      if (last !== undefined && last !== cell) this.#pending[waiting] = last;
      return;
    }
    this.#removed.add(cell);
    if (this.#removed.size * 2 > this.#cells.length) this.#sweep();
  }

  /** An object in one of the cells has been replaced. */
  touch(): void {
    this.#list = undefined;
  }

  /** The objects in order: a snapshot, which later writes leave alone. */
  list(): readonly AnyObject[] {
    if (this.#list === undefined) {
      this.#merge();
      this.#list = this.#cells.map((cell) => cell.object);
    }
    return this.#list;
  }

  /** The cells in order; only valid until the next write. */
  cells(): readonly Cell[] {
    this.#merge();
    return this.#cells;
  }

  /** Place of the first cell that is not before `cell`. */
  #find(cell: Cell): number {
    let low = 0;
    let high = this.#cells.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const candidate = this.#cells[middle];
      if (candidate !== undefined && compareCells(candidate, cell) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sweep(): void {
    if (this.#removed.size === 0) return;
    this.#cells = this.#cells.filter((cell) => !this.#removed.has(cell));
    this.#removed.clear();
  }

  #merge(): void {
    this.#sweep();
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    if (pending.length < MANY_PENDING) {
      for (const cell of pending) this.#cells.splice(this.#find(cell), 0, cell);
      return;
    }
    pending.sort(compareCells);
    const merged: Cell[] = [];
    let position = 0;
    for (const cell of this.#cells) {
      for (let next = pending[position]; next !== undefined && compareCells(next, cell) < 0; next = pending[position]) {
        merged.push(next);
        position++;
      }
      merged.push(cell);
    }
    for (; position < pending.length; position++) merged.push(pending[position] as Cell);
    this.#cells = merged;
  }
}

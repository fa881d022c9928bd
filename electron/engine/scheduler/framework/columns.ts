/** Scores that may be changed in place, one for each feasible node. */
export interface ScoreList {
  [index: number]: number;
  readonly length: number;
}

/** Numbers by feasible node; one number alone when it is the same for all of them. */
export type Column = Float64Array | number;

/** The number of one node. */
export function numberAt(column: Column | undefined, index: number): number {
  return typeof column === 'number' ? column : (column?.[index] ?? 0);
}

/** Numbers in one page. */
const pageLength = 32_768;

/**
 * Room for columns, cut from large pages, so that scoring allocates next to nothing. A column belongs to whoever took it; a page goes when none of its
 * columns is kept any more.
 */
export class ColumnPages {
  #page = new Float64Array(pageLength);
  #used = 0;

  /** A column of any content. */
  take(length: number): Float64Array {
    if (this.#used + length > this.#page.length) {
      this.#page = new Float64Array(Math.max(pageLength, length));
      this.#used = 0;
    }
    this.#used += length;
    return this.#page.subarray(this.#used - length, this.#used);
  }

  /** The column, or the one number it consists of, in which case its room is used again if it was the last taken. */
  settle(column: Float64Array): Column {
    const first = column[0];
    if (first === undefined) return 0;
    for (let i = 1; i < column.length; i++) if (column[i] !== first) return column;
    if (column.byteOffset / column.BYTES_PER_ELEMENT + column.length === this.#used && column.buffer === this.#page.buffer)
      this.#used -= column.length;
    return first;
  }
}

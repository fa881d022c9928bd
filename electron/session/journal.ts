import type { Entry } from './types.ts';

/**
 * The commands of one playground, oldest first. Those before `limit` belong to the timeline and are given again by themselves when a replay or
 * the clock passes them; those from `limit` on have been undone and come back only by redo. A new command drops what lies ahead of it.
 */
export class Journal {
  readonly entries: Entry[] = [];
  limit = 0;

  constructor(entries: readonly Entry[] = [], limit = entries.length) {
    this.entries.push(...entries);
    this.limit = limit;
  }

  /** Appends after `cursor`, forgetting everything that was ahead. */
  record(cursor: number, entry: Entry): void {
    this.entries.length = cursor;
    this.entries.push(entry);
    this.limit = this.entries.length;
  }
}

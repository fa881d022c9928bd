import { err, ok, type Result } from '../core/result.ts';

/** First and last of a run of completion indexes. */
export type IndexInterval = readonly [number, number];

/**
 * Reads a list such as `0,2-4` whose indexes must ascend and stay below `completions`; the error is the API server's text. Models
 * validateIndexesFormat of pkg/apis/batch/validation.
 */
export function parseIndexes(text: string, completions: number): Result<IndexInterval[], string> {
  const intervals: IndexInterval[] = [];
  if (text === '') return ok(intervals);
  let last: number | undefined;
  for (const part of text.split(',')) {
    const interval = parseIndexInterval(part, completions);
    if (!interval.ok) return interval;
    const [from, to] = interval.value;
    if (last !== undefined && last >= from) return err(`non-increasing order, previous: ${last}, current: ${from}`);
    intervals.push(interval.value);
    last = to;
  }
  return ok(intervals);
}

/** Reads `3` or `3-5`. Models parseIndexInterval. */
export function parseIndexInterval(text: string, completions: number): Result<IndexInterval, string> {
  const limits = text.split('-');
  if (limits.length > 2) {
    const why = "violates the requirement that an index interval can have at most two parts separated by '-'";
    return err(`the fragment ${JSON.stringify(text)} ${why}`);
  }
  const values: number[] = [];
  for (const limit of limits) {
    if (!/^[+-]?\d+$/.test(limit)) return err(`cannot convert string to integer for index: ${JSON.stringify(limit)}`);
    const value = Number(limit);
    if (value >= completions) return err(`too large index: ${JSON.stringify(limit)}`);
    values.push(value);
  }
  const [first = 0, last = first] = values;
  if (limits.length === 2 && first >= last) return err(`non-increasing order, previous: ${first}, current: ${last}`);
  return ok([first, last]);
}

/** Index at which two lists overlap; undefined when they do not. Parts that cannot be read count for nothing. Models validateFailedIndexesNotOverlapCompleted. */
export function firstCommonIndex(a: string, b: string, completions: number): number | undefined {
  const read = (text: string): IndexInterval[] =>
    text.split(',').flatMap((part) => {
      const interval = parseIndexInterval(part, completions);
      return interval.ok ? [interval.value] : [];
    });
  const others = read(b);
  for (const [first, last] of read(a)) {
    const other = others.find(([from, to]) => first <= to && from <= last);
    if (other !== undefined) return Math.max(first, other[0]);
  }
  return undefined;
}

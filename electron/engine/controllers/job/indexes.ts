import { type IndexInterval, parseIndexInterval } from '#shared/kube/jobIndexes.ts';
import type { Job } from '#shared/kube/kinds.ts';
import type { Pod } from '#shared/kube/types.ts';

export const INDEX = 'batch.kubernetes.io/job-completion-index';

/** Ascending runs of completion indexes without overlaps or touching ends. Models orderedIntervals of pkg/controller/job. */
export type Indexes = readonly IndexInterval[];

/** Whether each pod of the Job has a number of its own. */
export function isIndexed(job: Job): boolean {
  return job.spec.completionMode === 'Indexed';
}

/** The pod's completion index; undefined when it has none that can be read. */
export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[INDEX];
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** Indexes of a status or policy; what cannot be read or lies beyond the completions counts for nothing. Models parseIndexesFromString. */
export function readIndexes(text: string | undefined, completions: number): Indexes {
  const found: number[][] = [];
  for (const part of (text ?? '').split(',')) {
    const interval = parseIndexInterval(part, Number.POSITIVE_INFINITY);
    if (!interval.ok || interval.value[0] >= completions) continue;
    found.push([interval.value[0], Math.min(interval.value[1], completions - 1)]);
  }
  return merged(found);
}

/** Union with further indexes in any order. */
export function withIndexes(intervals: Indexes, more: Iterable<number>): Indexes {
  const added = [...more].map((index) => [index, index]);
  return added.length === 0 ? intervals : merged([...intervals.map(([first, last]) => [first, last]), ...added]);
}

/** Union of both. */
export function union(a: Indexes, b: Indexes): Indexes {
  return b.length === 0 ? a : merged([...a, ...b].map(([first, last]) => [first, last]));
}

function merged(intervals: readonly number[][]): Indexes {
  const result: [number, number][] = [];
  for (const [first = 0, last = 0] of [...intervals].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    const end = result.at(-1);
    if (end !== undefined && first <= end[1] + 1) end[1] = Math.max(end[1], last);
    else result.push([first, last]);
  }
  return result;
}

/** How many there are. */
export function countOf(intervals: Indexes): number {
  return intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Whether the index is among them. */
export function includes(intervals: Indexes, index: number): boolean {
  return intervals.some(([first, last]) => first <= index && index <= last);
}

/** How many indexes both have. */
export function commonCount(a: Indexes, b: Indexes): number {
  let sum = 0;
  for (const [first, last] of a) for (const [from, to] of b) sum += Math.max(0, Math.min(last, to) - Math.max(first, from) + 1);
  return sum;
}

/** As written in a status: `0,2-4`; two in a row are written one by one. */
export function indexesText(intervals: Indexes): string {
  return intervals
    .map(([first, last]) => (first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`))
    .join(',');
}

/** The first `count` indexes below `completions` that are not taken. Models firstPendingIndexes. */
export function pendingIndexes(taken: Indexes, count: number, completions: number): number[] {
  const found: number[] = [];
  let candidate = 0;
  for (const [first, last] of [...taken, [completions, completions] as const]) {
    for (; candidate < Math.min(first, completions) && found.length < count; candidate++) found.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return found;
}

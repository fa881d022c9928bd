/** One line of a chart. */
export interface ChartSeries {
  readonly id: string;
  /** In the person's language. */
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** CSS token of its colour, as `--ac`. */
  readonly color: string;
  /** Lengths of stroke and gap; a whole line without. */
  readonly dash?: readonly number[];
  /** A value holds until the next one. */
  readonly step?: boolean;
  readonly fill?: boolean;
}

/** Which distances between marks of the vertical axis read well: whole numbers, powers of 1024, or any round number. */
export type Marks = 'whole' | 'bytes' | 'round';

/** Lines over virtual time. */
export interface ChartData {
  /** Virtual milliseconds, ascending. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
}

const MIN_SPAN_S = 60;

/** Distances that marks may have; undefined leaves it to the drawing. */
export function markSteps(marks: Marks): number[] | undefined {
  if (marks === 'whole') return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];
  return marks === 'bytes' ? Array.from({ length: 30 }, (_, power) => 2 ** (20 + power)) : undefined;
}

/** Virtual seconds shown for a range of data: at least a minute. */
export function timeRange(least: number | null, most: number | null): [number, number] {
  const end = most ?? 0;
  return [Math.min(least ?? 0, Math.max(0, end - MIN_SPAN_S)), Math.max(end, MIN_SPAN_S)];
}

/** Upper end of a scale that begins at 0, with room above the highest value. */
export function topOf(most: number | null): number {
  return most === null || most <= 0 ? 1 : most * 1.12;
}

/** How one probe (or hook) goes. `timeout`: no answer within its time. */
export type Outcome = 'pass' | 'fail' | 'timeout';

/** From a time after the container's start on, probes end like this. */
export interface Segment {
  readonly fromMs: number;
  readonly outcome: Outcome;
}

/** Outcomes over time, beginning at 0, in order of time. */
export type Timeline = readonly Segment[];

const ENTRY = /^(pass|fail|timeout)(?:@(\d+(?:\.\d+)?)(ms|s|m|h)?)?$/;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads `pass`, `fail`, `pass@30s,fail@90s`. Before a first entry with a later time the opposite holds. undefined when nothing is written or when it
 * cannot be read.
 */
export function parseTimeline(text: string | undefined): Timeline | undefined {
  if (text === undefined) return undefined;
  const segments: Segment[] = [];
  for (const part of text.split(',')) {
    const match = ENTRY.exec(part.trim());
    if (match === null) return undefined;
    segments.push({
      outcome: match[1] as Outcome,
      fromMs: Math.round(Number(match[2] ?? '0') * (UNITS[match[3] ?? 's'] ?? 1000)),
    });
  }
  segments.sort((a, b) => a.fromMs - b.fromMs);
  const first = segments[0];
  if (first === undefined) return undefined;
  return first.fromMs === 0 ? segments : [{ fromMs: 0, outcome: first.outcome === 'pass' ? 'fail' : 'pass' }, ...segments];
}

/** Outcome at a time after the container's start. */
export function outcomeAt(timeline: Timeline, ms: number): Outcome {
  let outcome: Outcome = 'pass';
  for (const segment of timeline) if (segment.fromMs <= ms) outcome = segment.outcome;
  return outcome;
}

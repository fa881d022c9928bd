import { outcomeAt, type Timeline } from './timeline.ts';

/** Settings of one probe, times in milliseconds. */
export interface ProbeSettings {
  /** First look, counted from the container's start. */
  firstMs: number;
  periodMs: number;
  successThreshold: number;
  failureThreshold: number;
}

/** What a probe has found so far. */
export interface ProbeState {
  /** Result that counts; undefined = none yet. */
  readonly settled: boolean | undefined;
  /** Equal outcomes in a row up to the last look that mattered. */
  readonly last: boolean | undefined;
  readonly count: number;
  readonly lastMs: number;
}

/** A probe before its first look; `settled` is what counts until then. */
export function freshProbe(settled: boolean | undefined): ProbeState {
  return { settled, last: undefined, count: 0, lastMs: 0 };
}

/**
 * Time after the container's start of the first look at or after `fromMs` whose outcome differs from what counts already; undefined = there will
 * never be one. Looks in between change nothing and are not taken.
 */
export function nextLook(
  settings: ProbeSettings,
  timeline: Timeline,
  settled: boolean | undefined,
  fromMs: number,
): number | undefined {
  for (const [index, segment] of timeline.entries()) {
    if ((segment.outcome === 'pass') === settled) continue;
    const endMs = timeline[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const lookMs = lookAtOrAfter(settings, Math.max(fromMs, segment.fromMs));
    if (lookMs < endMs) return lookMs;
  }
  return undefined;
}

function lookAtOrAfter(settings: ProbeSettings, ms: number): number {
  if (ms <= settings.firstMs) return settings.firstMs;
  return settings.firstMs + Math.ceil((ms - settings.firstMs) / settings.periodMs) * settings.periodMs;
}

/** State after a look. Models pkg/kubelet/prober worker.doProbe: a result counts after its threshold of equal outcomes in a row. */
export function look(state: ProbeState, settings: ProbeSettings, timeline: Timeline, atMs: number): ProbeState {
  const pass = outcomeAt(timeline, atMs) === 'pass';
  const inARow = state.last === pass && atMs - state.lastMs <= settings.periodMs;
  const count = inARow ? state.count + 1 : 1;
  const reached = count >= (pass ? settings.successThreshold : settings.failureThreshold);
  return { settled: reached ? pass : state.settled, last: pass, count, lastMs: atMs };
}

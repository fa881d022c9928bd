import { describe, expect, it } from 'vitest';
import { freshProbe, look, nextLook, type ProbeSettings } from './probeClock.ts';
import { outcomeAt, parseTimeline, type Timeline } from './timeline.ts';

const settings: ProbeSettings = { firstMs: 3000, periodMs: 10_000, successThreshold: 2, failureThreshold: 3 };
const line = (text: string): Timeline => parseTimeline(text) ?? [];

/** Times and results of a probe that is asked at every look: what the analysis must agree with. */
function everyLook(timeline: Timeline, settled: boolean | undefined, untilMs: number): [number, boolean][] {
  const found: [number, boolean][] = [];
  let now = settled;
  let last: boolean | undefined;
  let count = 0;
  for (let ms = settings.firstMs; ms <= untilMs; ms += settings.periodMs) {
    const pass = outcomeAt(timeline, ms) === 'pass';
    count = last === pass ? count + 1 : 1;
    last = pass;
    if (count < (pass ? settings.successThreshold : settings.failureThreshold) || now === pass) continue;
    now = pass;
    found.push([ms, pass]);
  }
  return found;
}

function onlyNeeded(
  timeline: Timeline,
  settled: boolean | undefined,
  untilMs: number,
): { found: [number, boolean][]; looks: number } {
  const found: [number, boolean][] = [];
  let state = freshProbe(settled);
  let looks = 0;
  let atMs = nextLook(settings, timeline, settled, 0);
  while (atMs !== undefined && atMs <= untilMs) {
    const next = look(state, settings, timeline, atMs);
    looks += 1;
    if (next.settled !== state.settled) found.push([atMs, next.settled === true]);
    state = next;
    atMs = nextLook(settings, timeline, state.settled, atMs + 1);
  }
  return { found, looks };
}

describe('timelines of outcomes', () => {
  it.each([
    ['pass', [[0, 'pass']]],
    [
      'fail@90s',
      [
        [0, 'pass'],
        [90_000, 'fail'],
      ],
    ],
    [
      'pass@1.5s, fail@2m',
      [
        [0, 'fail'],
        [1500, 'pass'],
        [120_000, 'fail'],
      ],
    ],
    [
      'fail@20,pass@250ms',
      [
        [0, 'fail'],
        [250, 'pass'],
        [20_000, 'fail'],
      ],
    ],
    ['timeout', [[0, 'timeout']]],
  ] as const)('%s', (text, wanted) => {
    expect(parseTimeline(text)?.map(({ fromMs, outcome }) => [fromMs, outcome])).toEqual(wanted);
  });
  it.each(['', 'true', 'pass@x', 'pass;fail'])('"%s" says nothing', (text) => expect(parseTimeline(text)).toBeUndefined());
});

describe('looks of a probe', () => {
  const scripts = [
    'pass',
    'fail',
    'fail@20s',
    'pass@30s',
    'fail@12s,pass@14s',
    'fail@12s,pass@25s,fail@60s,pass@61s',
    'pass@50s,fail@65s,timeout@70s,pass@130s',
  ];
  const starts = [true, undefined];
  it.each(scripts.flatMap((text) => starts.map((settled) => [text, settled] as const)))('%s from %s', (text, settled) => {
    const timeline = line(text);
    expect(onlyNeeded(timeline, settled, 600_000).found).toEqual(everyLook(timeline, settled, 600_000));
  });

  it('are few when nothing can change', () => {
    expect(onlyNeeded(line('pass'), true, 86_400_000).looks).toBe(0);
    expect(onlyNeeded(line('pass'), undefined, 86_400_000).looks).toBe(2);
    expect(onlyNeeded(line('fail@1h'), true, 86_400_000).looks).toBe(3);
  });
});

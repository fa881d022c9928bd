import { describe, expect, it } from 'vitest';
import { formatClock, formatSpan } from './time.ts';
import { markAt, scaleOf, TRACK_PADDING, tickStep, timelineEnd } from './timeline.ts';

describe('clock', () => {
  it('writes virtual time', () => {
    expect([0, 724_250, 3_600_000, 59_999.9].map(formatClock)).toEqual(['00:00.000', '12:04.250', '1:00:00.000', '00:59.999']);
    expect([3200, 65_000, -5].map(formatSpan)).toEqual(['3.2 s', '1 min 5 s', '0.0 s']);
  });
});

describe('timeline', () => {
  it('ends beyond the present and stands still between steps', () => {
    expect(timelineEnd(0, 0)).toBe(30_000);
    expect(timelineEnd(100_000, 20_000)).toBeGreaterThan(100_000);
    expect(timelineEnd(100_000, 0)).toBe(timelineEnd(100_500, 0));
  });
  it('maps there and back, bounded', () => {
    const scale = scaleOf(1000, 60_000);
    expect(scale.toMs(scale.toX(12_345))).toBeCloseTo(12_345);
    expect(scale.toX(0)).toBe(TRACK_PADDING);
    expect([scale.toMs(-50), scale.toMs(5000)]).toEqual([0, 60_000]);
  });
  it('finds the nearest mark within reach', () => {
    const mark = (atMs: number) => ({ atMs, revision: 1, kind: 'command' as const, text: String(atMs) });
    const scale = scaleOf(1000, 60_000);
    const marks = [mark(1000), mark(1100), mark(30_000)];
    expect(markAt(marks, scale, scale.toX(1090))?.atMs).toBe(1100);
    expect(markAt(marks, scale, scale.toX(15_000))).toBeUndefined();
  });
  it('labels at round distances', () => {
    expect(tickStep(30_000, 10)).toBe(5000);
    expect(tickStep(600_000, 5)).toBe(120_000);
    expect(tickStep(60_000, 0)).toBe(60_000);
  });
});

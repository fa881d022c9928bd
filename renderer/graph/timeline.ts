import type { Mark } from '#shared/protocol/index.ts';

/** Room left and right of the track, in pixels. */
export const TRACK_PADDING = 18;
const SHORTEST_MS = 30_000;
/** Part of the track that stays free ahead of the present, so that it does not stick to the edge. */
const HEADROOM = 1.08;

/** Where the track ends: the furthest moment with some room ahead, in steps, so that marks do not creep with every frame. */
export function timelineEnd(endMs: number, nowMs: number): number {
  const wanted = Math.max(SHORTEST_MS, Math.max(endMs, nowMs) * HEADROOM);
  const step = 10 ** Math.floor(Math.log10(wanted)) / 2;
  return Math.ceil(wanted / step) * step;
}

/** Maps virtual milliseconds to track pixels and back. */
export interface TimeScale {
  toX(atMs: number): number;
  toMs(x: number): number;
}

/** Scale of a track `width` pixels wide that ends at `endMs`. */
export function scaleOf(width: number, endMs: number): TimeScale {
  const span = Math.max(1, width - 2 * TRACK_PADDING);
  return {
    toX: (atMs) => TRACK_PADDING + (atMs / endMs) * span,
    toMs: (x) => Math.min(endMs, Math.max(0, ((x - TRACK_PADDING) / span) * endMs)),
  };
}

const REACH = 5;

/** Mark nearest to a track pixel, if one is within reach. */
export function markAt(marks: readonly Mark[], scale: TimeScale, x: number): Mark | undefined {
  let best: Mark | undefined;
  let bestDistance = REACH;
  for (const mark of marks) {
    const distance = Math.abs(scale.toX(mark.atMs) - x);
    if (distance <= bestDistance) {
      best = mark;
      bestDistance = distance;
    }
  }
  return best;
}

/** Round distance between two labels of the axis, in milliseconds, so that at most `most` labels are needed. */
export function tickStep(endMs: number, most: number): number {
  const wanted = endMs / Math.max(1, most);
  for (const step of [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]) {
    if (step * 1000 >= wanted) return step * 1000;
  }
  return 86_400_000 * Math.ceil(wanted / 86_400_000);
}

import type { Mark } from '#shared/protocol/index.ts';
import { formatClock } from '../../graph/time.ts';
import { scaleOf, TRACK_PADDING, tickStep } from '../../graph/timeline.ts';

/** CSS variable of each kind of mark. */
const MARK_COLOR: Record<Mark['kind'], string> = {
  command: '--tx3',
  scheduled: '--ok',
  preempted: '--warn',
  evicted: '--w2',
  failed: '--bad',
  node: '--ac',
  rollout: '--w4',
};
/** Marks of different kinds stand at different heights, so that colour is not all that tells them apart. */
const MARK_HEIGHT: Record<Mark['kind'], number> = {
  command: 5,
  scheduled: 9,
  preempted: 12,
  evicted: 12,
  failed: 14,
  node: 11,
  rollout: 13,
};
const AXIS_Y = 27;

/** Draws track, marks and present into the element at its present size. */
export function drawTimeline(element: HTMLCanvasElement, view: { marks: readonly Mark[]; nowMs: number; endMs: number }): void {
  const width = element.clientWidth;
  const height = element.clientHeight;
  const ratio = window.devicePixelRatio || 1;
  if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
  }
  const context = element.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const scale = scaleOf(width, view.endMs);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  drawAxis(context, width, height, view, scale.toX, color);
  for (const mark of view.marks) {
    const tall = MARK_HEIGHT[mark.kind];
    context.globalAlpha = mark.atMs > view.nowMs ? 0.4 : 1;
    context.fillStyle = color(MARK_COLOR[mark.kind]);
    context.beginPath();
    context.roundRect(scale.toX(mark.atMs) - 1.5, AXIS_Y - tall / 2, 3, tall, 1.5);
    context.fill();
  }
  context.globalAlpha = 1;
  const now = scale.toX(view.nowMs);
  context.fillStyle = color('--ac');
  context.fillRect(now - 1, 8, 2, height - 14);
  context.beginPath();
  context.arc(now, AXIS_Y, 5, 0, Math.PI * 2);
  context.fill();
}

function drawAxis(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  view: { nowMs: number; endMs: number },
  toX: (atMs: number) => number,
  color: (name: string) => string,
): void {
  context.fillStyle = color('--line2');
  context.fillRect(TRACK_PADDING, AXIS_Y - 1, width - 2 * TRACK_PADDING, 2);
  context.fillStyle = color('--ac');
  context.fillRect(TRACK_PADDING, AXIS_Y - 1, toX(view.nowMs) - TRACK_PADDING, 2);
  context.font = `10.5px ${color('--mono')}`;
  context.textAlign = 'center';
  const step = tickStep(view.endMs, Math.floor(width / 120));
  for (let atMs = 0; atMs <= view.endMs; atMs += step) {
    const x = toX(atMs);
    context.fillStyle = color('--line2');
    context.fillRect(x - 0.5, AXIS_Y + 8, 1, 4);
    context.fillStyle = color('--tx3');
    context.textAlign = atMs === 0 ? 'left' : 'center';
    context.fillText(formatClock(atMs).replace(/\.000$/, ''), atMs === 0 ? x - 1 : x, height - 5);
  }
}

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
  scaled: '--w6',
  done: '--w3',
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
  scaled: 10,
  done: 8,
};
const AXIS_Y = 27;

/** Colours of the drawing, read from the document once a theme. */
export interface TimelineColors {
  axis: string;
  past: string;
  text: string;
  mono: string;
  marks: Record<Mark['kind'], string>;
}

/** Reads the colours of the present theme. */
export function timelineColors(element: HTMLElement): TimelineColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const marks = Object.fromEntries(
    Object.entries(MARK_COLOR).map(([kind, name]) => [kind, read(name)]),
  ) as TimelineColors['marks'];
  return { axis: read('--line2'), past: read('--ac'), text: read('--tx3'), mono: read('--mono'), marks };
}

/** What is drawn, and the element's size in CSS pixels (measured by the caller: asking the element would force a layout). */
export interface TimelineView {
  marks: readonly Mark[];
  nowMs: number;
  endMs: number;
  width: number;
  height: number;
}

/** Draws track and marks. The present itself is an element of its own. */
export function drawTimeline(element: HTMLCanvasElement, view: TimelineView, colors: TimelineColors): void {
  const ratio = window.devicePixelRatio || 1;
  const size = [Math.round(view.width * ratio), Math.round(view.height * ratio)] as const;
  if (element.width !== size[0] || element.height !== size[1]) [element.width, element.height] = size;
  const context = element.getContext('2d');
  if (!context) return;
  const scale = scaleOf(view.width, view.endMs);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  drawAxis(context, view, scale.toX, colors);
  for (const mark of view.marks) {
    const tall = MARK_HEIGHT[mark.kind];
    context.globalAlpha = mark.atMs > view.nowMs ? 0.4 : 1;
    context.fillStyle = colors.marks[mark.kind];
    context.fillRect(scale.toX(mark.atMs) - 1.5, AXIS_Y - tall / 2, 3, tall);
  }
  context.globalAlpha = 1;
}

function drawAxis(
  context: CanvasRenderingContext2D,
  view: TimelineView,
  toX: (atMs: number) => number,
  colors: TimelineColors,
): void {
  context.fillStyle = colors.axis;
  context.fillRect(TRACK_PADDING, AXIS_Y - 1, view.width - 2 * TRACK_PADDING, 2);
  context.fillStyle = colors.past;
  context.fillRect(TRACK_PADDING, AXIS_Y - 1, toX(view.nowMs) - TRACK_PADDING, 2);
  context.font = `10.5px ${colors.mono}`;
  const step = tickStep(view.endMs, Math.floor(view.width / 120));
  for (let atMs = 0; atMs <= view.endMs; atMs += step) {
    const x = toX(atMs);
    context.fillStyle = colors.axis;
    context.fillRect(x - 0.5, AXIS_Y + 8, 1, 4);
    context.fillStyle = colors.text;
    context.textAlign = atMs === 0 ? 'left' : 'center';
    context.fillText(formatClock(atMs).replace(/\.000$/, ''), atMs === 0 ? x - 1 : x, view.height - 5);
  }
}

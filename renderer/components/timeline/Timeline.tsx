import { ChevronDown, ChevronUp } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { formatClock } from '../../graph/time.ts';
import { markAt, scaleOf, timelineEnd } from '../../graph/timeline.ts';
import { useT } from '../../i18n/index.ts';
import { sendControl } from '../../store/actions.ts';
import { appActions } from '../../store/appActions.ts';
import { useCluster } from '../../store/cluster.ts';
import { useMarks } from '../../store/marks.ts';
import { useView } from '../../store/view.ts';
import { IconButton } from '../Button.tsx';
import { drawTimeline, timelineColors } from './draw.ts';

type Ref<E> = RefObject<E | null>;

const PAGE_MS = 10_000;
const ARROW_MS = 1000;

function endNow(): number {
  const { session, nowMs } = useCluster.getState();
  return timelineEnd(session?.endMs ?? 0, nowMs);
}

/** Seeks at most as often as the last one has answered; the newest wish wins. */
function useSeek(): (atMs: number) => void {
  const state = useRef({ busy: false, wanted: null as number | null });
  const seek = (atMs: number): void => {
    const own = state.current;
    own.wanted = Math.round(atMs);
    if (own.busy) return;
    own.busy = true;
    void (async () => {
      while (own.wanted !== null) {
        const next = own.wanted;
        own.wanted = null;
        await sendControl({ type: 'seek', atMs: next });
      }
      own.busy = false;
    })();
  };
  return seek;
}

/** Shortest time between two drawings of the track; the cursor moves with every frame. */
const REDRAW_MS = 120;

/** Keeps the drawing, the cursor and the slider's spoken value in step, without React. */
function useDrawing(canvas: Ref<HTMLCanvasElement>, track: Ref<HTMLDivElement>, cursor: Ref<HTMLDivElement>): void {
  const t = useT();
  const theme = useView((state) => state.theme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that drawing reads from the document
  useEffect(() => {
    if (!canvas.current || !track.current) return;
    const colors = timelineColors(canvas.current);
    const size = { width: track.current.clientWidth, height: track.current.clientHeight };
    let timer = 0;
    let drawnEndMs = 0;
    const draw = (): void => {
      timer = 0;
      const { nowMs } = useCluster.getState();
      const endMs = endNow();
      drawnEndMs = endMs;
      if (canvas.current) drawTimeline(canvas.current, { marks: useMarks.getState().marks, nowMs, endMs, ...size }, colors);
      track.current?.setAttribute('aria-valuenow', String(Math.round(nowMs)));
      track.current?.setAttribute('aria-valuemax', String(endMs));
      track.current?.setAttribute('aria-valuetext', t('shell:timelineAt', { now: formatClock(nowMs), end: formatClock(endMs) }));
    };
    const move = (): void => {
      const x = scaleOf(size.width, endNow()).toX(useCluster.getState().nowMs);
      if (cursor.current) cursor.current.style.transform = `translateX(${x}px)`;
    };
    const later = (): void => {
      if (timer === 0) timer = window.setTimeout(draw, REDRAW_MS);
    };
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      size.width = entry.contentRect.width;
      size.height = entry.contentRect.height;
      move();
      draw();
    });
    observer.observe(track.current);
    const stops = [
      useCluster.subscribe((state, before) => {
        if (state.nowMs === before.nowMs && state.session === before.session) return;
        move();
        // A new scale moves the cursor at once, so the track under it must not lag behind.
        if (endNow() !== drawnEndMs) {
          window.clearTimeout(timer);
          draw();
        } else later();
      }),
      useMarks.subscribe(later),
    ];
    return () => {
      for (const stop of stops) stop();
      observer.disconnect();
      window.clearTimeout(timer);
    };
  }, [t, theme]);
}

/** From the start to the furthest moment reached: marks coloured by kind, the present, and a slider to go back and forth. */
export function Timeline() {
  const t = useT();
  const canvas = useRef<HTMLCanvasElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const seek = useSeek();
  const [hover, setHover] = useState<{ x: number; text: string } | null>(null);
  const [dragging, setDragging] = useState(false);
  const dockOpen = useView((state) => state.dockOpen);

  useDrawing(canvas, track, cursor);

  const timeAt = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    return box ? scaleOf(box.width, endNow()).toMs(event.clientX - box.left) : 0;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { nowMs } = useCluster.getState();
    const jumps: Record<string, number> = {
      ArrowLeft: nowMs - ARROW_MS,
      ArrowRight: nowMs + ARROW_MS,
      PageDown: nowMs - PAGE_MS,
      PageUp: nowMs + PAGE_MS,
      Home: 0,
      End: endNow(),
    };
    const to = jumps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    seek(Math.max(0, to));
  };
  const onMove = (event: PointerEvent): void => {
    const box = track.current?.getBoundingClientRect();
    if (!box) return;
    const atMs = timeAt(event);
    const mark = markAt(useMarks.getState().marks, scaleOf(box.width, endNow()), event.clientX - box.left);
    setHover({ x: event.clientX - box.left, text: mark ? `${formatClock(mark.atMs)}  ${mark.text}` : formatClock(atMs) });
    if (dragging) seek(atMs);
  };
  return (
    <div className="timeline">
      <div
        ref={track}
        className={`timeline-track ${dragging ? 'dragging' : ''}`}
        role="slider"
        tabIndex={0}
        aria-label={t('shell:timeline')}
        aria-valuemin={0}
        aria-valuenow={0}
        aria-description={t('shell:timelineHint')}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
          seek(timeAt(event));
        }}
        onPointerMove={onMove}
        onPointerUp={() => setDragging(false)}
        onPointerLeave={() => setHover(null)}
      >
        <canvas ref={canvas} aria-hidden />
        <div ref={cursor} className="timeline-now" />
        {hover ? (
          <div className="timeline-tip mono" style={{ left: hover.x }}>
            {hover.text}
          </div>
        ) : null}
      </div>
      <IconButton
        label={t(dockOpen ? 'shell:hideDock' : 'shell:showDock')}
        aria-expanded={dockOpen}
        side="top"
        onClick={appActions.toggleBottom.run}
      >
        {dockOpen ? <ChevronDown size={16} /> : <ChevronUp size={16} />}
      </IconButton>
    </div>
  );
}

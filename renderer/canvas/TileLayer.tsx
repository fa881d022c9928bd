import { useEffect, useMemo, useRef } from 'react';
import type { Node, Pod } from '#shared/kube/types.ts';
import { CARD } from '../graph/card.ts';
import type { Box } from '../graph/group.ts';
import { type CardModel, cardModel, type PodDot } from '../graph/model.ts';
import type { PodState } from '../graph/podLook.ts';
import { TILE, tileDensity, tilePitch } from '../graph/tile.ts';
import { useCluster } from '../store/cluster.ts';
import type { Mirror, Position } from '../store/mirror.ts';
import { useView } from '../store/view.ts';

interface Colors {
  text: string;
  track: string;
  fill: string;
  full: string;
  ok: string;
  bad: string;
}

function readColors(element: HTMLElement): Colors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read('--tx'),
    track: read('--bg3'),
    fill: read('--ac'),
    full: read('--warn'),
    ok: read('--ok'),
    bad: read('--bad'),
  };
}

const SOLID: ReadonlySet<PodState> = new Set<PodState>(['running', 'creating', 'terminating']);
const BAD_LINE: ReadonlySet<PodState> = new Set<PodState>(['failed', 'crashing', 'evicted', 'terminating']);

function paintPods(context: CanvasRenderingContext2D, pods: readonly PodDot[], height: number, bad: string): void {
  const room = height - TILE.podsY - TILE.bottom;
  const pitch = tilePitch(pods.length, TILE.width, room);
  const perRow = Math.floor(TILE.width / pitch);
  const size = pitch * 0.8;
  const line = size * 0.2;
  context.lineWidth = line;
  pods.forEach((pod, index) => {
    const x = TILE.left + (index % perRow) * pitch;
    const y = TILE.podsY + Math.floor(index / perRow) * pitch;
    const { state, color } = pod.look;
    context.globalAlpha = state === 'terminating' ? 0.45 : state === 'creating' ? 0.6 : 1;
    context.fillStyle = color;
    context.strokeStyle = BAD_LINE.has(state) ? bad : color;
    if (SOLID.has(state)) context.fillRect(x, y, size, size);
    else if (state === 'init') context.fillRect(x, y + size / 2, size, size / 2);
    else if (state === 'crashing') context.fillRect(x + size * 0.36, y + size * 0.36, size * 0.28, size * 0.28);
    if (state === 'evicted' || state === 'succeeded') {
      context.beginPath();
      context.arc(x + size / 2, y + size / 2, (size - line) / 2, 0, Math.PI * 2);
      context.stroke();
      if (state === 'evicted') context.strokeRect(x + size * 0.34, y + size / 2, size * 0.32, 0);
    } else if (state !== 'running' && state !== 'creating') {
      context.strokeRect(x + line / 2, y + line / 2, size - line, size - line);
    }
  });
  context.globalAlpha = 1;
}

function paintTile(context: CanvasRenderingContext2D, model: CardModel, crashed: boolean, height: number, colors: Colors): void {
  context.globalAlpha = 1;
  context.fillStyle = crashed
    ? colors.bad
    : model.ready === 'ready'
      ? colors.ok
      : model.ready === 'joining'
        ? colors.track
        : colors.bad;
  context.beginPath();
  context.arc(TILE.left + TILE.led, TILE.nameY - 10, TILE.led, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = colors.text;
  context.fillText(model.name, TILE.left + TILE.led * 2 + 10, TILE.nameY, TILE.width - TILE.led * 2 - 10);
  model.bars.slice(0, 2).forEach((bar, index) => {
    const y = TILE.barsY + index * (TILE.bar + TILE.barGap);
    const share = bar.total > 0 ? Math.min(1, bar.used / bar.total) : 0;
    context.fillStyle = colors.track;
    context.fillRect(TILE.left, y, TILE.width, TILE.bar);
    context.fillStyle = share > 0.9 ? colors.full : colors.fill;
    context.fillRect(TILE.left, y, TILE.width * share, TILE.bar);
  });
  if (crashed) context.globalAlpha = 0.4;
  paintPods(context, model.pods, height, colors.bad);
}

/** What a tile was painted from; painted anew when one of them is another. */
type Inputs = readonly [Node | undefined, readonly Pod[] | undefined, string | undefined, Mirror['lineage'], Mirror['owners']];

function inputsOf(state: Mirror, name: string): Inputs {
  return [state.nodes.get(name), state.podsByNode.get(name), state.faults[name], state.lineage, state.owners];
}

/** Shortest time between two paintings: from afar a tenth of a second is not seen, but a large picture sent thirty times a second is felt. */
const REPAINT_MS = 100;

const NO_PODS: readonly Pod[] = [];

/**
 * All nodes seen from afar in one picture: name, fill and pods' states. One layer instead of two hundred, so that panning moves it as a
 * whole; with a frame only the tiles that changed are painted anew. The cards beneath stay the interactive elements.
 */
export function TileLayer({ boxes, positions }: { boxes: readonly Box[]; positions: Readonly<Record<string, Position>> }) {
  const element = useRef<HTMLCanvasElement>(null);
  const theme = useView((state) => state.theme);
  const far = useView((state) => state.far);
  const area = useMemo(() => bounds(boxes, positions), [boxes, positions]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that painting reads from the document
  useEffect(() => {
    const canvas = element.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const density = tileDensity(area.width, area.height, window.devicePixelRatio || 1);
    canvas.width = Math.ceil(area.width * density);
    canvas.height = Math.ceil(area.height * density);
    const colors = readColors(canvas);
    const font = `600 ${far ? TILE.farNameSize : TILE.nameSize}px ${getComputedStyle(canvas).fontFamily}`;
    const painted = new Map<string, Inputs>();
    let timer = 0;
    const paint = (): void => {
      timer = 0;
      const state = useCluster.getState();
      for (const box of boxes) {
        const inputs = inputsOf(state, box.name);
        const before = painted.get(box.name);
        const at = positions[box.name];
        const [node, pods, fault] = inputs;
        if (!at || !node || before?.every((value, index) => value === inputs[index])) continue;
        painted.set(box.name, inputs);
        context.setTransform(density, 0, 0, density, (at.x - area.x) * density, (at.y - area.y) * density);
        context.clearRect(0, 0, CARD.width, box.height);
        context.font = font;
        paintTile(
          context,
          cardModel(node, pods ?? NO_PODS, state.owners, state.lineage),
          fault === 'crashed',
          box.height,
          colors,
        );
      }
    };
    paint();
    const stop = useCluster.subscribe((state, before) => {
      const same =
        state.podsByNode === before.podsByNode &&
        state.nodes === before.nodes &&
        state.faults === before.faults &&
        state.lineage === before.lineage;
      if (!same && timer === 0) timer = window.setTimeout(paint, REPAINT_MS);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [boxes, positions, area, theme, far]);
  return (
    <canvas
      ref={element}
      aria-hidden
      className="tile-layer"
      style={{ transform: `translate(${area.x}px, ${area.y}px)`, width: area.width, height: area.height }}
    />
  );
}

function bounds(
  boxes: readonly Box[],
  positions: Readonly<Record<string, Position>>,
): { x: number; y: number; width: number; height: number } {
  const placed = boxes.flatMap((box) => {
    const at = positions[box.name];
    return at ? [{ ...at, bottom: at.y + box.height }] : [];
  });
  if (placed.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const x = Math.min(...placed.map((at) => at.x));
  const y = Math.min(...placed.map((at) => at.y));
  const right = Math.max(...placed.map((at) => at.x)) + CARD.width;
  return { x, y, width: right - x, height: Math.max(...placed.map((at) => at.bottom)) - y };
}

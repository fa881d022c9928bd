import { memo, useEffect, useRef } from 'react';
import { CARD, cardHeight } from '../graph/card.ts';
import type { CardModel, PodDot } from '../graph/model.ts';
import { useView } from '../store/view.ts';
import type { Verdict } from './verdict.tsx';

/** Pixels of the picture for one flow unit: tiles are only seen small. */
const DENSITY = 0.6;
const INNER = CARD.width - 2 * CARD.paddingX;
/** Height of a tile's name and bars, as styles/canvas.css has them. */
const HEAD = 36 + 6 + 2 * 11 + 5 + 9;
const LARGEST = 34;

/** Size of one pod's square so that all of them fill the room there is. */
export function tilePitch(pods: number, width: number, height: number): number {
  let pitch = LARGEST;
  while (pitch > 8 && Math.floor(width / pitch) * Math.floor(height / pitch) < pods) pitch--;
  return pitch;
}

function paint(context: CanvasRenderingContext2D, pods: readonly PodDot[], pitch: number, bad: string): void {
  const perRow = Math.floor(INNER / pitch);
  const size = pitch * 0.8;
  const line = size * 0.2;
  pods.forEach((pod, index) => {
    const x = (index % perRow) * pitch;
    const y = Math.floor(index / perRow) * pitch;
    const { state, color } = pod.look;
    context.globalAlpha = state === 'terminating' ? 0.45 : state === 'creating' ? 0.6 : 1;
    context.fillStyle = color;
    context.strokeStyle = state === 'failed' || state === 'terminating' ? bad : color;
    context.lineWidth = line;
    if (state === 'running' || state === 'creating' || state === 'terminating') context.fillRect(x, y, size, size);
    if (state !== 'running' && state !== 'creating') context.strokeRect(x + line / 2, y + line / 2, size - line, size - line);
  });
  context.globalAlpha = 1;
}

/** A node seen from afar: name, fill of CPU and memory, and its pods' states in one picture. */
export const Tile = memo(function Tile({
  model,
  fault,
  verdict,
}: {
  model: CardModel;
  fault: 'crashed' | 'partitioned' | undefined;
  verdict: Verdict | null;
}) {
  const element = useRef<HTMLCanvasElement>(null);
  const theme = useView((state) => state.theme);
  const height = cardHeight(model.bars.length, model.pods.length) - CARD.paddingTop - CARD.paddingBottom - HEAD;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that painting reads from the document
  useEffect(() => {
    const canvas = element.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    context.setTransform(DENSITY, 0, 0, DENSITY, 0, 0);
    context.clearRect(0, 0, INNER, height);
    paint(
      context,
      model.pods,
      tilePitch(model.pods.length, INNER, height),
      getComputedStyle(canvas).getPropertyValue('--bad').trim(),
    );
  }, [model.pods, height, theme]);
  const status = fault === 'crashed' ? 'unknown' : model.ready;
  return (
    <>
      <div className="tile-head">
        <span className={`led ${status}`} />
        <b>{model.name}</b>
      </div>
      <div className="tile-bars">
        {model.bars.slice(0, 2).map((bar) => (
          <span key={bar.resource} className="bar-track">
            <i style={{ transform: `scaleX(${bar.total > 0 ? Math.min(1, bar.used / bar.total) : 0})` }} />
          </span>
        ))}
      </div>
      <canvas
        ref={element}
        aria-hidden
        width={Math.ceil(INNER * DENSITY)}
        height={Math.ceil(height * DENSITY)}
        style={{ width: INNER, height }}
        className="tile-pods"
      />
      {verdict ? <span className={`tile-verdict ${verdict.kind}`} /> : null}
    </>
  );
});

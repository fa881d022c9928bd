import { memo, useEffect, useRef } from 'react';
import { CARD } from '../graph/card.ts';
import type { CardModel, PodDot } from '../graph/model.ts';
import { useView } from '../store/view.ts';
import type { Verdict } from './verdict.tsx';

/** Pixels of the picture for one flow unit: tiles are only seen small. */
const DENSITY = 0.6;
const INNER = CARD.width - 2 * CARD.paddingX;
const PITCH = CARD.pod + CARD.podGap;

function paint(context: CanvasRenderingContext2D, pods: readonly PodDot[], bad: string): void {
  pods.forEach((pod, index) => {
    const x = (index % CARD.perRow) * PITCH;
    const y = Math.floor(index / CARD.perRow) * PITCH;
    const { state, color } = pod.look;
    context.globalAlpha = state === 'terminating' ? 0.45 : state === 'creating' ? 0.6 : 1;
    context.fillStyle = color;
    context.strokeStyle = state === 'failed' || state === 'terminating' ? bad : color;
    context.lineWidth = 4;
    if (state === 'running' || state === 'creating' || state === 'terminating') context.fillRect(x, y, CARD.pod, CARD.pod);
    if (state !== 'running' && state !== 'creating') context.strokeRect(x + 2, y + 2, CARD.pod - 4, CARD.pod - 4);
  });
  context.globalAlpha = 1;
}

/** A node seen from afar: name, fill of CPU and memory, and its pods' states in one picture. */
export const Tile = memo(function Tile({
  model,
  fault,
  verdict,
}: { model: CardModel; fault: 'crashed' | 'partitioned' | undefined; verdict: Verdict | null }) {
  const element = useRef<HTMLCanvasElement>(null);
  const theme = useView((state) => state.theme);
  const rows = Math.max(1, Math.ceil(model.pods.length / CARD.perRow));
  const height = rows * PITCH - CARD.podGap;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that painting reads from the document
  useEffect(() => {
    const canvas = element.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    context.setTransform(DENSITY, 0, 0, DENSITY, 0, 0);
    context.clearRect(0, 0, INNER, height);
    paint(context, model.pods, getComputedStyle(canvas).getPropertyValue('--bad').trim());
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

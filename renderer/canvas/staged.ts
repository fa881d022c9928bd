import { useEffect, useState } from 'react';

/** Cards that may fill in their content in one frame; more would be felt while panning. */
const PER_FRAME = 2;

const waiting = new Set<() => void>();
let queued = false;

function next(): void {
  queued = false;
  let left = PER_FRAME;
  for (const fill of waiting) {
    if (left-- === 0) break;
    waiting.delete(fill);
    fill();
  }
  if (waiting.size > 0) queue();
}

function queue(): void {
  if (queued) return;
  queued = true;
  requestAnimationFrame(next);
}

/** False in a card's first moments, true once it is its turn to draw its content. A card that comes alone has its turn in the next frame. */
export function useTurn(wanted: boolean): boolean {
  const [turn, setTurn] = useState(false);
  useEffect(() => {
    if (!wanted) {
      setTurn(false);
      return;
    }
    const fill = (): void => setTurn(true);
    waiting.add(fill);
    queue();
    return () => {
      waiting.delete(fill);
    };
  }, [wanted]);
  return turn && wanted;
}

import { type RefObject, useEffect, useRef } from 'react';
import { startMotion } from './motion.ts';

let stop: (() => void) | null = null;

/** Ends whatever is in the air: the view has moved under it. */
export function stopMotion(): void {
  stop?.();
}

/** The layer in which pods fly. It only ever shows what the mirror already says. */
export function MotionLayer({ canvas }: { canvas: RefObject<HTMLDivElement | null> }) {
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!canvas.current || !layer.current) return;
    const motion = startMotion(canvas.current, layer.current);
    stop = motion.clear;
    return () => {
      stop = null;
      motion.end();
    };
  }, [canvas]);
  return <div ref={layer} className="motion-layer" aria-hidden />;
}

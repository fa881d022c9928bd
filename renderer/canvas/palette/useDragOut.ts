import { type PointerEvent, useRef } from 'react';
import { canvasPort } from '../../store/canvasPort.ts';
import { useView } from '../../store/view.ts';
import { moveGhost } from './DragGhost.tsx';
import type { PaletteRow } from './Palette.tsx';

/** Pointer travel, in pixels, after which a press has become a drag. */
const SLACK = 4;

/**
 * Drag out of the palette by pointer (mouse, pen or finger): the view store holds what is dragged and the node beneath it, the canvas
 * carries out the drop. Escape gives up.
 */
export function useDragOut(row: PaletteRow) {
  const start = useRef<{ x: number; y: number } | null>(null);
  const end = (): void => {
    start.current = null;
    window.removeEventListener('keydown', onKey, true);
    useView.setState({ drag: null, dropNode: null });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    end();
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      start.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const from = start.current;
      if (!from) return;
      const point = { x: event.clientX, y: event.clientY };
      const { drag, dropNode } = useView.getState();
      if (!drag) {
        if (Math.hypot(point.x - from.x, point.y - from.y) < SLACK) return;
        window.addEventListener('keydown', onKey, true);
        useView.setState({ drag: row.item });
      }
      moveGhost(point);
      const over = canvasPort()?.nodeAt(point) ?? null;
      if (over !== dropNode) useView.setState({ dropNode: over });
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      const dragged = useView.getState().drag;
      end();
      const point = { x: event.clientX, y: event.clientY };
      const canvas = canvasPort();
      if (dragged && canvas && canvas.nodeAt(point) !== undefined) canvas.drop(dragged, point);
    },
    onPointerCancel: end,
  };
}

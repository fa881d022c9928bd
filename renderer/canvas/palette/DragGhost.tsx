import { createPortal } from 'react-dom';
import type { Translate } from '../../i18n/index.ts';
import { useT } from '../../i18n/index.ts';
import { type PaletteItem, type Point, useView } from '../../store/view.ts';

let last: Point = { x: 0, y: 0 };
let element: HTMLDivElement | null = null;

function place(): void {
  if (element) element.style.transform = `translate(${last.x + 12}px, ${last.y + 10}px)`;
}

/** Moves the picture under the pointer; straight to the element, without React. */
export function moveGhost(point: Point): void {
  last = point;
  place();
}

function hint(item: PaletteItem, node: string | null, t: Translate): string {
  switch (item.type) {
    case 'machine':
      return t('palette:dropNodeHere');
    case 'pod':
      return node ? t('palette:dropPodOnNode', { node }) : t('palette:dropPodHere');
    case 'taint':
    case 'label':
      return node ? t('palette:dropMarkOnNode', { node }) : t('palette:dropMarkNeedsNode');
    case 'deployment':
      return t('palette:dropPodHere');
    default:
      return t('palette:dropDialog');
  }
}

/** What is being dragged, with what a drop here would do. */
export function DragGhost() {
  const t = useT();
  const drag = useView((state) => state.drag);
  const node = useView((state) => state.dropNode);
  if (!drag) return null;
  const name =
    drag.type === 'workload' ? drag.kind : t(drag.type === 'machine' ? `palette:${drag.preset}` : `palette:${drag.type}`);
  const nowhere = (drag.type === 'taint' || drag.type === 'label') && node === null;
  return createPortal(
    <div
      className={`drag-ghost ${nowhere ? 'nowhere' : ''}`}
      ref={(mounted) => {
        element = mounted;
        place();
      }}
    >
      <strong>{name}</strong>
      <small>{hint(drag, node, t)}</small>
    </div>,
    document.body,
  );
}

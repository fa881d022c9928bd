import type { Position } from './mirror.ts';
import type { PaletteItem, Point } from './view.ts';

/** What the canvas offers to the rest of the window. Registered while it is mounted. */
export interface CanvasPort {
  fitView(): void;
  zoomIn(): void;
  zoomOut(): void;
  /** Lays all nodes out anew, by zone (a journalled command). */
  tidy(): void;
  /** Flow position of a client point. */
  toFlow(point: Point): Position;
  /** Middle of what is seen, in flow units. */
  center(): Position;
  /** Where every node card stands now, those placed automatically included. */
  positions(): Readonly<Record<string, Position>>;
  /** Zone a card at this position would belong to. */
  zoneAt(position: Position): string;
  /** Node card under a client point, or null; undefined outside the canvas. */
  nodeAt(point: Point): string | null | undefined;
  /** Carries out the drop of a palette item. */
  drop(item: PaletteItem, point: Point): void;
  /** Brings a node card into view and the keyboard to it. */
  reveal(node: string): void;
  /** Brings node cards into view when one of them is outside; the view stays as it is when all are seen. */
  show(nodes: readonly string[]): void;
}

let port: CanvasPort | null = null;

export function registerCanvas(next: CanvasPort | null): void {
  port = next;
}

/** The mounted canvas, or null. */
export function canvasPort(): CanvasPort | null {
  return port;
}

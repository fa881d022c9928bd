import { CARD } from './card.ts';
import { type Box, groupByZone, overlap } from './group.ts';

type Point = { x: number; y: number };

const GAP_X = 24;
/** Room beneath a card for its verdict and for some more pods. */
const GAP_Y = 44;
const ZONE_GAP = 52;
const ASPECT = 1.5;
/** Cards of one row stand on a common line; a card that outgrows its row by less than this does not push the others. */
const ROW_STEP = 46;

/**
 * Where each card stands: those with a position of their own keep it, the others go into lanes by zone, side by side, filled row by row,
 * around the cards that are already placed. Depends on nothing but its arguments.
 */
export function layoutCards(boxes: readonly Box[], pinned: Readonly<Record<string, Point>>): Record<string, Point> {
  const placed: Record<string, Point> = {};
  const taken: { x: number; y: number; width: number; height: number }[] = [];
  for (const box of boxes) {
    const at = pinned[box.name];
    if (!at) continue;
    placed[box.name] = { x: at.x, y: at.y };
    taken.push({ x: at.x - GAP_X / 2, y: at.y - GAP_Y / 2, width: CARD.width + GAP_X, height: box.height + GAP_Y });
  }
  const free = boxes.filter((box) => !pinned[box.name]);
  if (free.length === 0) return placed;
  const tallest = Math.max(...boxes.map((box) => box.height));
  const pitch = Math.ceil(tallest / ROW_STEP) * ROW_STEP + GAP_Y;
  const columns = Math.max(1, Math.round(Math.sqrt((boxes.length * pitch * ASPECT) / (CARD.width + GAP_X))));
  let left = 0;
  for (const group of groupByZone(boxes)) {
    const width = Math.max(1, Math.round((columns * group.boxes.length) / boxes.length));
    const members = group.boxes.filter((box) => !pinned[box.name]);
    let slot = 0;
    for (const box of members) {
      for (;;) {
        const at = { x: left + (slot % width) * (CARD.width + GAP_X), y: Math.floor(slot / width) * pitch };
        slot++;
        if (taken.some((other) => overlap(other, { ...at, width: CARD.width, height: box.height }))) continue;
        placed[box.name] = at;
        break;
      }
    }
    left += width * (CARD.width + GAP_X) - GAP_X + ZONE_GAP;
  }
  return placed;
}

import { CARD } from './card.ts';

/** Places in a tile, in flow units from its upper left corner. */
export const TILE = {
  left: CARD.paddingX,
  width: CARD.width - 2 * CARD.paddingX,
  nameY: 38,
  nameSize: 29,
  farNameSize: 44,
  led: 11,
  barsY: 56,
  bar: 11,
  barGap: 5,
  podsY: 94,
  bottom: 12,
} as const;

const LARGEST = 34;
const SMALLEST = 8;

/** Distance between the squares of a tile's pods, so that all of them fill the room there is. */
export function tilePitch(pods: number, width: number, height: number): number {
  let pitch = LARGEST;
  while (pitch > SMALLEST && Math.floor(width / pitch) * Math.max(1, Math.floor(height / pitch)) < pods) pitch--;
  return pitch;
}

const MOST_PIXELS = 14_000_000;
const LONGEST_SIDE = 8192;

/** Pixels per flow unit of the picture of all tiles: sharp where they are largest, bounded in memory. */
export function tileDensity(width: number, height: number, ratio: number): number {
  const area = Math.max(1, width * height);
  return Math.min(0.5 * ratio, Math.sqrt(MOST_PIXELS / area), LONGEST_SIDE / Math.max(1, width, height));
}

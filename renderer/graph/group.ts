import { compareStrings } from '#shared/core/compare.ts';
import { CARD } from './card.ts';

/** What layout needs to know of a card. `zone` '' = none. */
export interface Box {
  name: string;
  zone: string;
  height: number;
}

export interface Group {
  zone: string;
  boxes: readonly Box[];
}

/** Names in the order people count: `node-2` before `node-10`. */
export function compareNames(a: string, b: string): number {
  const left = /^(.*?)(\d*)$/.exec(a);
  const right = /^(.*?)(\d*)$/.exec(b);
  const stem = compareStrings(left?.[1] ?? '', right?.[1] ?? '');
  return stem !== 0 ? stem : Number(left?.[2] ?? 0) - Number(right?.[2] ?? 0) || compareStrings(a, b);
}

/** Cards by zone: zones by name (those without one last), names counted within. */
export function groupByZone(boxes: readonly Box[]): Group[] {
  const zones = new Map<string, Box[]>();
  for (const box of boxes) zones.set(box.zone, [...(zones.get(box.zone) ?? []), box]);
  return [...zones]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : compareNames(a, b)))
    .map(([zone, list]) => ({ zone, boxes: [...list].sort((a, b) => compareNames(a.name, b.name)) }));
}

/** A zone's background: the rectangle around its cards. */
export interface Band {
  zone: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const SIDE = 14;
const HEAD = 34;

/**
 * Rectangles behind the cards of each zone. Only when there are two zones or more and no two rectangles overlap: cards that stand mixed
 * have no bands rather than misleading ones.
 */
export function zoneBands(boxes: readonly Box[], positions: Readonly<Record<string, { x: number; y: number }>>): Band[] {
  const bands: Band[] = [];
  for (const { zone, boxes: members } of groupByZone(boxes)) {
    if (zone === '') continue;
    const placed = members.flatMap((box) => {
      const at = positions[box.name];
      return at ? [{ ...at, height: box.height }] : [];
    });
    if (placed.length === 0) continue;
    const x = Math.min(...placed.map((at) => at.x)) - SIDE;
    const y = Math.min(...placed.map((at) => at.y)) - HEAD;
    const right = Math.max(...placed.map((at) => at.x)) + CARD.width + SIDE;
    const bottom = Math.max(...placed.map((at) => at.y + at.height)) + SIDE;
    bands.push({ zone, x, y, width: right - x, height: bottom - y });
  }
  if (bands.length < 2) return [];
  const mixed = bands.some((a, index) => bands.slice(index + 1).some((b) => overlap(a, b)));
  return mixed ? [] : bands;
}

/** Whether two rectangles share an area. */
export function overlap(
  a: { x: number; y: number; width: number; height: number },
  b: { x: number; y: number; width: number; height: number },
): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Zone of a new card at a point: the band it stands in, else that of the nearest card, else `fallback`. */
export function zoneAt(
  point: { x: number; y: number },
  boxes: readonly Box[],
  positions: Readonly<Record<string, { x: number; y: number }>>,
  fallback: string,
): string {
  const inside = zoneBands(boxes, positions).find(
    (band) => point.x >= band.x && point.x < band.x + band.width && point.y >= band.y && point.y < band.y + band.height,
  );
  if (inside) return inside.zone;
  let nearest = fallback;
  let shortest = Number.POSITIVE_INFINITY;
  for (const box of boxes) {
    const at = positions[box.name];
    if (!at || box.zone === '') continue;
    const distance = Math.hypot(at.x - point.x, at.y - point.y);
    if (distance < shortest) {
      shortest = distance;
      nearest = box.zone;
    }
  }
  return nearest;
}

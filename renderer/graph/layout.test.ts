import { describe, expect, it } from 'vitest';
import { CARD, cardHeight, podSlot } from './card.ts';
import { type Box, compareNames, groupByZone, overlap, zoneAt, zoneBands } from './group.ts';
import { layoutCards } from './layout.ts';
import { farAt, tilesAt } from './lod.ts';

const box = (name: string, zone: string, height = 160): Box => ({ name, zone, height });
const many = (count: number, zones: number): Box[] =>
  Array.from({ length: count }, (_, i) => box(`node-${i + 1}`, `zone-${i % zones}`));

describe('card', () => {
  it('grows by whole rows of pods', () => {
    expect(cardHeight(3, 0)).toBe(cardHeight(3, CARD.perRow));
    expect(cardHeight(3, CARD.perRow + 1) - cardHeight(3, 1)).toBe(CARD.pod + CARD.podGap);
    expect(cardHeight(4, 1) - cardHeight(3, 1)).toBe(CARD.bar);
  });
  it('keeps every slot inside the card', () => {
    for (const index of [0, 10, 11, 109]) {
      const at = podSlot(3, index);
      expect(at.x + CARD.pod / 2).toBeLessThanOrEqual(CARD.width - CARD.paddingX);
      expect(at.y + CARD.pod / 2).toBeLessThanOrEqual(cardHeight(3, index + 1) - CARD.paddingBottom);
    }
  });
});

describe('group', () => {
  it('counts names', () => expect(['node-10', 'node-2', 'gpu-1'].sort(compareNames)).toEqual(['gpu-1', 'node-2', 'node-10']));
  it('puts cards without a zone last', () => {
    const groups = groupByZone([box('x', ''), box('b', 'zone-b'), box('a', 'zone-a')]);
    expect(groups.map((group) => group.zone)).toEqual(['zone-a', 'zone-b', '']);
  });
  it('draws bands only where zones stand apart', () => {
    const boxes = [box('a', 'zone-a'), box('b', 'zone-b')];
    expect(zoneBands(boxes, { a: { x: 0, y: 0 }, b: { x: 400, y: 0 } }).map((band) => band.zone)).toEqual(['zone-a', 'zone-b']);
    expect(zoneBands(boxes, { a: { x: 0, y: 0 }, b: { x: 100, y: 0 } })).toEqual([]);
    expect(zoneBands([box('a', 'zone-a')], { a: { x: 0, y: 0 } })).toEqual([]);
  });
  it('finds the zone of a point: its band, else the nearest card, else the given one', () => {
    const boxes = [box('a', 'zone-a'), box('b', 'zone-b')];
    const positions = { a: { x: 0, y: 0 }, b: { x: 400, y: 0 } };
    expect(zoneAt({ x: 410, y: 20 }, boxes, positions, 'zone-x')).toBe('zone-b');
    expect(zoneAt({ x: -500, y: 900 }, boxes, positions, 'zone-x')).toBe('zone-a');
    expect(zoneAt({ x: 0, y: 0 }, [], {}, 'zone-x')).toBe('zone-x');
  });
});

describe('layoutCards', () => {
  for (const [count, zones] of [
    [1, 1],
    [4, 3],
    [30, 2],
    [200, 3],
  ] as const) {
    it(`places ${count} cards in ${zones} zones without overlap`, () => {
      const boxes = many(count, zones);
      const placed = layoutCards(boxes, {});
      expect(Object.keys(placed)).toHaveLength(count);
      const areas = boxes.map((one) => ({
        ...(placed[one.name] ?? { x: Number.NaN, y: 0 }),
        width: CARD.width,
        height: one.height,
      }));
      for (const [index, a] of areas.entries()) for (const b of areas.slice(index + 1)) expect(overlap(a, b)).toBe(false);
    });
  }
  it('keeps zones apart, so that they get their bands', () => {
    const boxes = many(30, 3);
    expect(zoneBands(boxes, layoutCards(boxes, {}))).toHaveLength(3);
  });
  it('leaves placed cards and walks around them', () => {
    const boxes = [box('node-1', 'zone-a'), box('node-2', 'zone-a')];
    const placed = layoutCards(boxes, { 'node-1': { x: 5, y: 7 } });
    expect(placed['node-1']).toEqual({ x: 5, y: 7 });
    expect(
      overlap({ ...placed['node-2']!, width: CARD.width, height: 160 }, { x: 5, y: 7, width: CARD.width, height: 160 }),
    ).toBe(false);
  });
  it('does not depend on the order of the cards', () => {
    const boxes = many(20, 3);
    expect(layoutCards([...boxes].reverse(), {})).toEqual(layoutCards(boxes, {}));
  });
});

describe('tilesAt', () => {
  it('does not flicker at the border', () => {
    expect(tilesAt(0.45, false)).toBe(false);
    expect(tilesAt(0.45, true)).toBe(true);
    expect(tilesAt(0.3, false)).toBe(true);
    expect(tilesAt(0.6, true)).toBe(false);
  });
  it('writes larger from farther away', () => {
    expect([farAt(0.27, false), farAt(0.27, true), farAt(0.2, false), farAt(0.3, true)]).toEqual([false, true, true, false]);
  });
});

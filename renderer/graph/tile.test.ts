import { describe, expect, it } from 'vitest';
import { TILE, tileDensity, tilePitch } from './tile.ts';

describe('tiles', () => {
  it('lets all pods fit', () => {
    for (const pods of [1, 7, 10, 40, 110]) {
      const pitch = tilePitch(pods, TILE.width, 60);
      if (pods <= 110) expect(Math.floor(TILE.width / pitch) * Math.floor(60 / pitch)).toBeGreaterThanOrEqual(pods);
    }
    expect(tilePitch(1, TILE.width, 60)).toBeGreaterThan(tilePitch(60, TILE.width, 60));
  });
  it('bounds the picture', () => {
    expect(tileDensity(4000, 3000, 1)).toBe(0.5);
    const [width, height] = [60_000, 30_000];
    const density = tileDensity(width, height, 2);
    expect(width * density * height * density).toBeLessThanOrEqual(14_000_001);
    expect(width * density).toBeLessThanOrEqual(8192);
  });
});

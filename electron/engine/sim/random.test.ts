import { describe, expect, it } from 'vitest';
import { SeededRandom } from './random.ts';

describe('named random streams', () => {
  it('give the same numbers for the same seed and name, however others are used', () => {
    const one = new SeededRandom(7);
    const other = new SeededRandom(7);
    other.stream('noise').nextInt(100);
    const draw = (random: SeededRandom): number[] => Array.from({ length: 20 }, () => random.stream('tie-break').nextInt(1000));
    const numbers = draw(one);
    expect(draw(other)).toEqual(numbers);
    expect(draw(new SeededRandom(8))).not.toEqual(numbers);
    expect(Array.from({ length: 20 }, () => new SeededRandom(7).stream('x').nextInt(1000))).not.toEqual(numbers);
  });

  it('keep to the bound and spread evenly', () => {
    const stream = new SeededRandom(1).stream('even');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) counts[stream.nextInt(10)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(() => stream.nextInt(0)).toThrow(RangeError);
    expect(() => stream.nextInt(1.5)).toThrow(RangeError);
  });

  it('make suffixes and uuids of the right form', () => {
    const stream = new SeededRandom(3).stream('names');
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      expect(stream.suffix(5)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      const uuid = stream.uuid();
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      seen.add(uuid);
    }
    expect(seen.size).toBe(200);
  });
});

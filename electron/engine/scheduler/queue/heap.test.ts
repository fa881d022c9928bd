import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.ts';

interface Item {
  key: string;
  rank: number;
}

it('pops in order and finds by key, whatever was set and deleted before', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 30 }), rank: fc.integer({ min: 0, max: 9 }), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const compare = (a: Item, b: Item) => a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
      const heap = new Heap<Item>((item) => item.key, compare);
      const model = new Map<string, Item>();
      for (const { key, rank, remove } of steps) {
        const item = { key: `k${key}`, rank };
        if (remove) {
          expect(heap.delete(item.key)).toEqual(model.get(item.key));
          model.delete(item.key);
        } else {
          heap.set(item);
          model.set(item.key, item);
        }
        expect(heap.size).toBe(model.size);
      }
      const sorted = [...model.values()].sort(compare);
      expect(heap.sorted()).toEqual(sorted);
      expect(sorted.map(() => heap.pop())).toEqual(sorted);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

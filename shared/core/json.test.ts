import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hasher, hashText, hashValue } from './hash.ts';
import { deepEqual, deepFreeze, isRecord } from './json.ts';

const hashOf = (value: unknown): string => {
  const hasher = new Hasher();
  hashValue(hasher, value);
  return hasher.hex();
};

/** The same value with the keys of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, turned(field)]),
  );
}

describe('JSON helpers', () => {
  it('compare and hash values whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const other = turned(JSON.parse(JSON.stringify(value)));
        const plain = JSON.parse(JSON.stringify(value));
        expect(deepEqual(plain, other)).toBe(true);
        expect(hashOf(plain)).toBe(hashOf(other));
      }),
    );
  });

  it('tell different values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
        expect(deepEqual(left, right)).toBe(same);
        if (!same) expect(hashOf(left)).not.toBe(hashOf(right));
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { b: undefined }, false],
    [[1], { 0: 1 }, false],
    [null, {}, false],
  ])('compare %j with %j: %s', (a, b, same) => {
    expect(deepEqual(a, b)).toBe(same);
    expect(deepEqual(b, a)).toBe(same);
  });

  it('freeze to the bottom and cost only what is new', () => {
    const shared = { big: 'x'.repeat(1000) };
    deepFreeze(shared);
    const first = { shared, own: { list: [{ a: 1 }] } };
    expect(deepFreeze(first)).toBeLessThan(400);
    expect(Object.isFrozen(first.own.list[0])).toBe(true);
  });

  it('hash texts to the same sixteen digits for ever', () => {
    expect([hashText(''), hashText('stowage')]).toMatchInlineSnapshot(`
      [
        "1aee8d83488bdcb8",
        "966030e66b58db9b",
      ]
    `);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

import { describe, expect, it } from 'vitest';
import { threeWayMerge } from './threeWay.ts';

describe('three-way merge', () => {
  const table: [string, unknown, unknown, unknown, unknown][] = [
    ['the file wins', { a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }],
    ['what others wrote stays', { a: 1, b: 2 }, { a: 1 }, { a: 1 }, { a: 1, b: 2 }],
    ['what left the file goes', { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { a: 1 }],
    ['null removes', { a: 1, b: 2 }, { a: null }, undefined, { b: 2 }],
    [
      'plain lists are replaced',
      { spec: { tolerations: [1, 2] } },
      { spec: { tolerations: [3] } },
      undefined,
      { spec: { tolerations: [3] } },
    ],
    [
      'containers merge by name',
      { spec: { containers: [{ name: 'a', image: 'x', pull: 'p' }, { name: 'side' }, { name: 'old' }] } },
      { spec: { containers: [{ name: 'a', image: 'y' }] } },
      { spec: { containers: [{ name: 'a', image: 'x' }, { name: 'old' }] } },
      { spec: { containers: [{ name: 'a', image: 'y', pull: 'p' }, { name: 'side' }] } },
    ],
  ];
  it.each(table)('%s', (_, current, wanted, last, merged) => expect(threeWayMerge(current, wanted, last)).toEqual(merged));
});

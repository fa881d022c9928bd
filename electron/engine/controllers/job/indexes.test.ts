import { describe, expect, it } from 'vitest';
import { commonCount, countOf, includes, indexesText, pendingIndexes, readIndexes, withIndexes } from './indexes.ts';

describe('lists of indexes', () => {
  it.each([
    ['', 5, ''],
    ['0,2-4', 5, '0,2-4'],
    ['0,1', 5, '0,1'],
    ['0,1,2', 5, '0-2'],
    ['3,1', 5, '1,3'],
    ['0-3', 2, '0,1'],
    ['x,1,2-', 5, '1'],
    ['4-9', 3, ''],
  ])('reads %j below %i as %j', (text, completions, expected) => {
    expect(indexesText(readIndexes(text, completions))).toBe(expected);
  });

  it.each([
    ['', [2, 0, 1], '0-2'],
    ['0,4', [2, 4], '0,2,4'],
    ['1-3', [], '1-3'],
    ['1-3', [5, 4, 9], '1-5,9'],
  ])('%j with %j', (text, more, expected) => {
    expect(indexesText(withIndexes(readIndexes(text, 100), more))).toBe(expected);
  });

  it.each([
    ['', 2, 5, [0, 1]],
    ['0,2', 2, 5, [1, 3]],
    ['0-4', 2, 5, []],
    ['1-3', 9, 5, [0, 4]],
  ])('beside %j, %i of %i', (taken, count, completions, expected) => {
    expect(pendingIndexes(readIndexes(taken, completions), count, completions)).toEqual(expected);
  });

  it('counts', () => {
    const some = readIndexes('0,2-4', 9);
    expect([countOf(some), includes(some, 3), includes(some, 1), commonCount(some, readIndexes('3-8', 9))]).toEqual([
      4,
      true,
      false,
      2,
    ]);
  });
});

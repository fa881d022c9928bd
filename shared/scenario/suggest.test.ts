import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from './suggest.ts';

describe('did you mean', () => {
  test.each([
    ['', '', 0],
    ['kind', 'king', 1],
    ['king', 'knig', 1],
    ['metadat', 'metadata', 1],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
  ])('%s to %s takes %d edits', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  });

  test.each([
    ['king', 'kind'],
    ['metdata', 'metadata'],
    ['APIVERSION', 'apiVersion'],
    ['api-version', 'apiVersion'],
    ['zzz', undefined],
    ['x'.repeat(10_000), undefined],
  ])('%s means %s', (word, meant) => {
    expect(nearest(word, ['apiVersion', 'kind', 'metadata'])).toBe(meant);
  });
});

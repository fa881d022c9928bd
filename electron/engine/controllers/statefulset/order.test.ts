import { describe, expect, it } from 'vitest';
import { runForAll, type Step } from './order.ts';

/** Runs steps by their letters (. goes on, s stops, w writes and stops, f fails) and notes which were reached. */
function run(steps: string, ordered: boolean) {
  const seen: number[] = [];
  const outcome = runForAll(
    steps.length,
    (index): Step => {
      seen.push(index);
      const letter = steps[index];
      if (letter === 'f') return { stop: true, wrote: true, failure: `no ${index}` };
      return { stop: letter !== '.', wrote: letter === 'w' };
    },
    ordered,
  );
  return { seen: seen.length, ...outcome };
}

describe('ordered', () => {
  it.each([
    ['...', { seen: 3, stop: false }],
    ['.s.', { seen: 2, stop: true }],
    ['w..', { seen: 1, stop: true }],
    ['.f.', { seen: 2, stop: true, failure: 'no 1' }],
  ])('%s', (steps, expected) => {
    expect(run(steps, true)).toEqual(expected);
  });
});

describe('parallel', () => {
  it.each([
    ['....', { seen: 4, stop: false }],
    ['.ss.', { seen: 4, stop: false }],
    ['.sw.', { seen: 3, stop: true, again: true }],
    // Batches of one, two and four: a failure lets its own batch end.
    ['f...', { seen: 1, stop: true, failure: 'no 0' }],
    ['.fw....', { seen: 3, stop: true, failure: 'no 1' }],
    ['...ff.w..', { seen: 7, stop: true, failure: '[no 3, no 4]' }],
  ])('%s', (steps, expected) => {
    expect(run(steps, false)).toEqual(expected);
  });
});

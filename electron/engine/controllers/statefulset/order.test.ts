import { describe, expect, it } from 'vitest';
import { runForAll, type Step } from './order.ts';

/** Runs steps by their letters (. goes on, s stops, w writes and stops, f fails) and counts those reached and the pauses. */
function run(letters: string, ordered: boolean) {
  let seen = 0;
  let pauses = 0;
  const step = (index: number): Step => {
    seen++;
    const letter = letters[index];
    if (letter === 'f') return { stop: true, wrote: true, failure: `no ${index}` };
    return { stop: letter !== '.', wrote: letter === 'w' };
  };
  const steps = runForAll(letters.length, step, ordered);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return { seen, pauses, ...next.value };
    pauses++;
  }
}

describe('ordered', () => {
  it.each([
    ['...', { seen: 3, pauses: 0, stop: false }],
    ['.s.', { seen: 2, pauses: 0, stop: true }],
    ['w..', { seen: 1, pauses: 0, stop: true }],
    ['.f.', { seen: 2, pauses: 0, stop: true, failure: 'no 1' }],
  ])('%s', (letters, expected) => {
    expect(run(letters, true)).toEqual(expected);
  });
});

describe('parallel', () => {
  it.each([
    ['....', { seen: 4, pauses: 0, stop: false }],
    ['.ss.', { seen: 4, pauses: 0, stop: false }],
    ['.sw.w', { seen: 5, pauses: 2, stop: false }],
    // Batches of one, two and four: a failure lets its own batch end.
    ['f...', { seen: 1, pauses: 1, stop: true, failure: 'no 0' }],
    ['.fw....', { seen: 3, pauses: 2, stop: true, failure: 'no 1' }],
    ['...ff.w..', { seen: 7, pauses: 3, stop: true, failure: '[no 3, no 4]' }],
  ])('%s', (letters, expected) => {
    expect(run(letters, false)).toEqual(expected);
  });
});

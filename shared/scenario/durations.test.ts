import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration, printDuration } from './durations.ts';

describe('durations', () => {
  test.each([
    ['1500ms', 1_500],
    ['2s', 2_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['1h2m3s4ms', 3_723_004],
    ['0.001s', 1],
    ['0', 0],
    [250, 250],
    [0, 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', '-1s', '1 s', '1d', 's', '1.5', '0.5ms', '1s ', -1, 1.5, Number.NaN, null, true, {}])(
    '%j is none',
    (value) => {
      expect(parseDuration(value)).toBeUndefined();
    },
  );

  test('every whole number of milliseconds is printed so that it reads back', () => {
    fc.assert(fc.property(fc.nat({ max: 400_000_000 }), (ms) => parseDuration(printDuration(ms)) === ms));
  });

  test.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [1_500, '1500ms'],
    [3_600_000, '1h'],
  ])('%d prints as %s', (ms, text) => {
    expect(printDuration(ms)).toBe(text);
  });
});

import { expect, it } from 'vitest';
import { goDuration } from './goDuration.ts';

it.each([
  [0, '0s'],
  [1, '1ms'],
  [800, '800ms'],
  [1500, '1.5s'],
  [60_000, '1m0s'],
  [80_000, '1m20s'],
  [300_000, '5m0s'],
  [3_600_000, '1h0m0s'],
  [-3000, '-3s'],
])('%i ms is %s', (durationMs, text) => expect(goDuration(durationMs)).toBe(text));

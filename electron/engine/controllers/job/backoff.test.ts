import { expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { NO_FAILURES, nextRecord, remainingMs } from './backoff.ts';

const clock = { nowMs: 0, parseMs: (text: string) => Date.parse(text) } as unknown as Clock;

function ended(second: number): Pod {
  const finishedAt = new Date(second * 1000).toISOString();
  return {
    metadata: { name: 'p' },
    status: { containerStatuses: [{ state: { terminated: { finishedAt } } }] },
  } as unknown as Pod;
}

it.each([
  ['nothing new', [], [], { failures: 2, lastFailureMs: 5000 }],
  ['failures add up', [], [7, 9], { failures: 4, lastFailureMs: 9000 }],
  ['a success forgets', [8], [], NO_FAILURES],
  ['only failures after the success count', [8], [7, 9, 11], { failures: 2, lastFailureMs: 11_000 }],
])('%s', (_name, succeeded, failed, expected) => {
  const before = { failures: 2, lastFailureMs: 5000 };
  expect(nextRecord(before, succeeded.map(ended), failed.map(ended), clock)).toEqual(expected);
});

it.each([
  [0, 0],
  [1, 10_000],
  [2, 20_000],
  [6, 320_000],
  [7, 600_000],
  [99, 600_000],
])('after %i failures %i ms', (failures, expected) => {
  expect(remainingMs({ failures, lastFailureMs: 1000 }, 1000)).toBe(expected);
});

it('is over at some time', () => {
  expect(remainingMs({ failures: 1, lastFailureMs: 1000 }, 9000)).toBe(2000);
  expect(remainingMs({ failures: 1, lastFailureMs: 1000 }, 60_000)).toBe(0);
});

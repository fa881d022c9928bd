import { expect, it } from 'vitest';
import { createPrioritySort } from './plugin.ts';

it.each([
  [{ priority: 5, enqueuedMs: 9 }, { priority: 1, enqueuedMs: 0 }, -1],
  [{ priority: -1, enqueuedMs: 0 }, { priority: 0, enqueuedMs: 9 }, 1],
  [{ priority: 1, enqueuedMs: 1 }, { priority: 1, enqueuedMs: 2 }, -1],
  [{ priority: 1, enqueuedMs: 2 }, { priority: 1, enqueuedMs: 2 }, 0],
])('%j before %j: %d', (a, b, sign) => {
  expect(Math.sign(createPrioritySort().compare?.(a, b) ?? 9)).toBe(sign);
});

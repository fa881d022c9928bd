import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Wall } from './types.ts';

/** Wall time of Node and Electron's main process. */
export const nodeWall: Wall = {
  nowMs: () => performance.now(),
  date: () => new Date().toISOString(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  breathe: () => setImmediate(undefined),
};

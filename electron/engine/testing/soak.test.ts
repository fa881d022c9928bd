import { describe, expect, it } from 'vitest';
import { runSoak } from './soak.ts';

/** The hour at 200 nodes and 5,000 pods is `npm run bench -- soak`. */
const SMALL = { seed: 3, nodes: 12, pods: 120, minutes: 4, historyBytes: 4_000_000 };

describe('soak', () => {
  it('ends with all workloads where they are wanted and the same digest at another slice size', () => {
    const first = runSoak(SMALL);
    expect(first.faults).toEqual([]);
    expect(first.commands.given).toBeGreaterThan(first.commands.refused * 2);
    expect(Math.max(...first.pods)).toBeGreaterThan(SMALL.pods / 2);
    expect(first.simulation.nowMs).toBe((SMALL.minutes + 10) * 60_000);
    expect(runSoak({ ...SMALL, slice: 11 }).digest).toBe(first.digest);
  });
});

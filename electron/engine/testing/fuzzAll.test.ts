import { describe, expect, it } from 'vitest';
import { fuzzRecover, fuzzRun, replay } from './fuzz.ts';
import { ALL_KINDS, repairsOf } from './fuzzAll.ts';

/** A few; `npm run fuzz` takes as many as one likes. */
const SEEDS = [1, 2, 3, 4, 5, 6];
const COMMANDS = 30;

describe('random runs over all kinds and faults', () => {
  it.each(SEEDS)('keep the invariants and come to rest: seed %i', (seed) => {
    const run = fuzzRun(seed, COMMANDS, ALL_KINDS);
    expect(run.steps.length).toBeGreaterThan(COMMANDS / 2);
    expect(fuzzRecover(run, repairsOf(run.simulation)), `seed ${seed}`).toEqual([]);
  });

  it('give the same digest at every slice size', () => {
    const { simulation, steps } = fuzzRun(101, COMMANDS, ALL_KINDS);
    const digests = [1, 13, 1000].map((slice) => replay(101, steps, simulation.nowMs, slice, ALL_KINDS).digest());
    expect(new Set([simulation.digest(), ...digests]).size).toBe(1);
  });
});

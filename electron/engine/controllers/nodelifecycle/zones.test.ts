import { describe, expect, it } from 'vitest';
import { RateLimiter, zoneRate, zoneState } from './zones.ts';

const rates = { evictionRatePerSecond: 0.1, secondaryEvictionRatePerSecond: 0.01, largeZoneNodes: 50 };

describe('zones', () => {
  it.each([
    [0, 0, 'Normal'],
    [1, 0, 'Normal'],
    [0, 1, 'FullDisruption'],
    [1, 2, 'Normal'],
    [3, 3, 'Normal'],
    [2, 3, 'PartialDisruption'],
    [9, 11, 'PartialDisruption'],
    [10, 10, 'Normal'],
  ])('%i ready and %i not are %s', (ready, notReady, state) => expect(zoneState(ready, notReady, 0.55)).toBe(state));

  it('slows a partly disrupted zone down', () => {
    expect([
      zoneRate('Normal', 5, rates),
      zoneRate('FullDisruption', 5, rates),
      zoneRate('PartialDisruption', 50, rates),
      zoneRate('PartialDisruption', 51, rates),
    ]).toEqual([0.1, 0.1, 0, 0.01]);
  });

  it('grants one token at a time', () => {
    const limiter = new RateLimiter(0.1, 0);
    expect([limiter.tryAccept(0), limiter.tryAccept(9_999), limiter.tryAccept(10_000)]).toEqual([true, false, true]);
    limiter.swap(0, 10_000);
    expect([limiter.tryAccept(1e9), limiter.nextMs(0)]).toEqual([false, undefined]);
    limiter.swap(0.1, 20_000);
    expect(limiter.nextMs(20_000)).toBe(30_000);
  });
});

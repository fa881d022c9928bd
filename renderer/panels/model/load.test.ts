import { describe, expect, it } from 'vitest';
import { eachPod, NO_LOAD, positionOfValue, presetLoad, readLoad, reshape, shareAt, valueAtPosition, writeLoad } from './load.ts';

describe('readLoad and writeLoad', () => {
  const loads: Record<string, unknown>[] = [
    { cpu: '2500m' },
    { container: 'app', metrics: { queue: '5' }, cpu: '500m', requestsPerSecond: '200', memory: '1Gi' },
    { cpu: { ramp: { from: '200m', to: '2', startSeconds: 60, seconds: 300 } } },
    { cpu: { sine: { min: '500m', max: '2', startSeconds: 10, periodSeconds: 600 } } },
    {
      cpu: '1',
      steps: [
        { atSeconds: 60, cpu: '2' },
        { atSeconds: 120, cpu: '4' },
      ],
    },
  ];
  for (const load of loads)
    it(`keeps ${JSON.stringify(load)}`, () => {
      const draft = readLoad(JSON.stringify(load));
      expect(draft).toBeDefined();
      expect(writeLoad(draft ?? NO_LOAD)).toEqual(load);
    });
  const strange: string[] = [
    '{',
    '[]',
    '{"cpu":"x"}',
    '{"cpu":"1","unknown":1}',
    '{"cpu":{"ramp":{"from":"2","to":"1","seconds":5}}}',
    '{"cpu":"1","requestsPerSecond":{"sine":{"max":"5","periodSeconds":60}}}',
    '{"cpu":"1","steps":[{"atSeconds":5,"memory":"1Gi"}]}',
  ];
  for (const text of strange) it(`leaves ${text} to its author`, () => expect(readLoad(text)).toBeUndefined());
  it('is nothing without amounts', () => {
    expect(writeLoad(NO_LOAD)).toBeNull();
    expect(readLoad(undefined)).toEqual(NO_LOAD);
  });
});

describe('shapes', () => {
  const base = { ...NO_LOAD, cpuMilli: 1000 };
  it('begin at the present second', () => {
    const ramp = reshape(base, 'ramp', 42.7);
    expect([shareAt(ramp, 0), shareAt(ramp, 42 + 150), shareAt(ramp, 9999)]).toEqual([0.1, 0.55, 1]);
    const wave = reshape(base, 'wave', 0);
    expect([shareAt(wave, 0), shareAt(wave, 300), shareAt(wave, 600)].map((share) => Math.round(share * 100))).toEqual([
      10, 100, 10,
    ]);
    const steps = reshape(base, 'steps', 30);
    expect([30, 89, 90, 150, 900].map((second) => shareAt(steps, second))).toEqual([0.25, 0.25, 0.5, 0.75, 1]);
  });
  it('presets follow from what the workload asks for', () => {
    const spike = presetLoad('spike', NO_LOAD, 1000, 20);
    expect(writeLoad(spike)).toEqual({ cpu: '3', steps: [{ atSeconds: 140, cpu: '300m' }] });
    expect(presetLoad('calm', NO_LOAD, 1234, 0).cpuMilli).toBe(370);
  });
});

describe('slider', () => {
  const scale = { least: 10, most: 20_000 };
  it('has nothing at its left end and the most at its right one', () => {
    expect([valueAtPosition(scale, 0), valueAtPosition(scale, 1), valueAtPosition(scale, 200)]).toEqual([0, 10, 20_000]);
  });
  it('finds the place of a value', () => {
    for (const milli of [0, 10, 150, 1000, 20_000]) {
      const found = valueAtPosition(scale, positionOfValue(scale, milli));
      expect(Math.abs(found - milli)).toBeLessThanOrEqual(milli * 0.04);
    }
    expect(positionOfValue(scale, 90_000)).toBe(200);
  });
});

it('shares a total evenly and holds it down to the limit', () => {
  expect(eachPod(2400, 3, undefined)).toEqual({ milli: 800, capped: false });
  expect(eachPod(2400, 3, 500)).toEqual({ milli: 500, capped: true });
  expect(eachPod(2400, 0, 500)).toEqual({ milli: 0, capped: false });
});

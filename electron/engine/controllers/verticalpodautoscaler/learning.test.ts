import { describe, expect, test } from 'vitest';
import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { Aggregate, ContainerWindow } from './aggregate.ts';
import { estimate, recommend } from './estimate.ts';
import { bucketOf, bucketStart, CPU_BUCKETS, DecayingHistogram, MEMORY_BUCKETS } from './histogram.ts';

const DAY = 86_400_000;
const NOON = 20_000 * DAY + DAY / 2;
const MINUTE = 60_000;
const MIB = 1024 * 1024;

function vpa(policies: object[] = []): VerticalPodAutoscaler {
  const spec = { resourcePolicy: { containerPolicies: policies } };
  return {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name: 'v' },
    spec,
  } as VerticalPodAutoscaler;
}

describe('buckets', () => {
  test('176 of each, from 10m and from 10 MB', () => {
    expect([CPU_BUCKETS.count, MEMORY_BUCKETS.count]).toEqual([176, 176]);
  });

  test.each([
    [0, 0],
    [0.0099, 0],
    [0.0101, 1],
    [0.0206, 2],
    [0.5, 25],
    [5000, 175],
  ])('%f cores are in bucket %i', (cores, bucket) => expect(bucketOf(CPU_BUCKETS, cores)).toBe(bucket));

  test('each begins where the one before it ends', () => {
    expect([0, 1, 2].map((bucket) => bucketStart(CPU_BUCKETS, bucket))).toEqual([
      0,
      expect.closeTo(0.01, 10),
      expect.closeTo(0.0205, 10),
    ]);
  });
});

describe('decaying histogram', () => {
  test('an old sample has half the weight after a day', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS);
    histogram.add(1, 100, NOON);
    histogram.add(2, 51, NOON + DAY);
    expect(histogram.percentile(0.5)).toBeGreaterThan(2);
    histogram.subtract(2, 2, NOON + DAY);
    expect(histogram.percentile(0.5)).toBeLessThan(1.1);
  });

  test('is empty before the first and after the last sample', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS);
    expect([histogram.isEmpty, histogram.percentile(0.9)]).toEqual([true, 0]);
    histogram.add(1, 1, NOON);
    histogram.subtract(1, 1, NOON);
    expect([histogram.isEmpty, histogram.percentile(0.9)]).toEqual([true, 0]);
  });

  test('years bring the weights down to a new reference', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS);
    histogram.add(8, 1000, NOON);
    histogram.add(1, 1, NOON + 150 * DAY);
    expect(histogram.percentile(0.99)).toBeLessThan(1.1);
    expect(histogram.checkpoint().referenceTimestamp).toBe('2025-03-04T00:00:00Z');
  });

  test('comes back from a checkpoint', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS);
    for (let i = 1; i < 40; i++) histogram.add(i / 20, 1, NOON + i * MINUTE);
    const again = new DecayingHistogram(CPU_BUCKETS);
    again.load(JSON.parse(JSON.stringify(histogram.checkpoint())));
    for (const share of [0.1, 0.5, 0.9, 0.95]) expect(again.percentile(share)).toBe(histogram.percentile(share));
    expect(Math.max(...Object.values(histogram.checkpoint().bucketWeights ?? {}))).toBe(10_000);
  });
});

describe('memory peaks', () => {
  const highest = (aggregate: Aggregate) => aggregate.memory.percentile(1);

  test('a higher peak replaces the lower one of the same day', () => {
    const aggregate = new Aggregate();
    const window = new ContainerWindow(aggregate);
    window.addMemory(100 * MIB, NOON);
    window.addMemory(900 * MIB, NOON + MINUTE);
    window.addMemory(200 * MIB, NOON + 2 * MINUTE);
    expect(aggregate.memory.percentile(0.01)).toBe(highest(aggregate));
    window.addMemory(100 * MIB, NOON + DAY + MINUTE);
    expect(aggregate.memory.percentile(0.01)).toBeLessThan(200 * MIB);
  });

  test.each([
    [100, 200],
    [1000, 1200],
  ])('a container of %i MiB that was killed needs %i', (had, needs) => {
    const aggregate = new Aggregate();
    new ContainerWindow(aggregate).addOom(had * MIB, NOON);
    expect(bucketOf(MEMORY_BUCKETS, highest(aggregate) - 1)).toBe(bucketOf(MEMORY_BUCKETS, needs * MIB));
  });
});

describe('recommendations', () => {
  const learnt = (cores: number, bytes: number, minutes: number) => {
    const aggregate = new Aggregate();
    const window = new ContainerWindow(aggregate);
    for (let i = 0; i <= minutes; i++) {
      window.addCpu(cores * 1000, 100, NOON + i * MINUTE);
      window.addMemory(bytes, NOON + i * MINUTE);
    }
    return aggregate;
  };

  // The numbers of upstream's own example (hamster) and of idle containers in any cluster.
  test.each<[number, number, number, string, string]>([
    [0.5, 10 * MIB, 1, '587m', '262144k'],
    [0, 0, 1, '25m', '262144k'],
    [0, 0, 3, '11m', '87381333'],
    [0.001, 0, 2, '12m', '131072k'],
  ])('%f cores and %i bytes, %i containers: %s and %s', (cores, bytes, containers, cpu, memory) => {
    const names = Array.from({ length: containers }, (_, i) => [`c${i}`, learnt(cores, bytes, 10)] as const);
    const [first] = recommend(vpa(), names);
    expect([first?.target, first?.uncappedTarget]).toEqual([
      { cpu, memory },
      { cpu, memory },
    ]);
  });

  test('bounds come closer with the days', () => {
    const day = estimate(learnt(1, 10 * MIB, 1440), 1);
    const minutes = estimate(learnt(1, 10 * MIB, 10), 1);
    expect([day.target.cpu, minutes.target.cpu]).toEqual([day.target.cpu, day.target.cpu]);
    // One day of samples doubles the upper bound; the lower one is nearly the percentile itself.
    expect(day.upper.cpu).toBe(day.target.cpu * 2);
    expect(day.lower.cpu).toBe(Math.floor(day.target.cpu * 1.001 ** -2));
    expect(minutes.upper.cpu).toBeGreaterThan(day.upper.cpu * 50);
    expect(minutes.lower.cpu).toBeLessThan(day.lower.cpu);
  });

  test('policies cap, choose resources and switch off', () => {
    const policies = [{ containerName: '*', minAllowed: { memory: '1Gi' }, maxAllowed: { cpu: '200m' } }];
    expect(recommend(vpa(policies), [['c', learnt(0.5, 0, 1440)]])).toEqual([
      {
        containerName: 'c',
        lowerBound: { cpu: '200m', memory: '1Gi' },
        target: { cpu: '200m', memory: '1Gi' },
        uncappedTarget: { cpu: '587m', memory: '262144k' },
        upperBound: { cpu: '200m', memory: '1Gi' },
      },
    ]);
    const [only] = recommend(vpa([{ containerName: 'c', controlledResources: ['memory'] }]), [['c', learnt(0.5, 0, 10)]]);
    expect(only?.target).toEqual({ memory: '262144k' });
  });
});

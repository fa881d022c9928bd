import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler, Pod, VerticalPodAutoscaler } from '#shared/kube/types.ts';
import { decisionOf, recommendationsOf } from './autoscalerState.ts';
import { countPods, type MetricRow, metricRows, metricText, rateLimit, whyOf, wishOf } from './autoscaling.ts';

const CPU: MetricRow = {
  id: '0',
  name: 'cpu',
  of: undefined,
  source: 'Resource',
  rule: 'average',
  unit: 'percent',
  target: 60,
  value: 180,
};
const SETTINGS = {
  syncMs: 15_000,
  downscaleStabilizationMs: 300_000,
  tolerance: 0.1,
  cpuInitializationMs: 300_000,
  initialReadinessDelayMs: 30_000,
};
const TOLERANCES = { up: 0.1, down: 0.1 };
const ALL = (counted: number) => ({ counted, unready: 0, missing: 0 });

function hpa(spec: object = {}, status: object = {}): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      ...spec,
    },
    status: { currentReplicas: 3, desiredReplicas: 3, ...status },
  } as unknown as HorizontalPodAutoscaler;
}

const measured = (percent: number) => [
  { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: percent, averageValue: '180m' } } },
];

describe('wishOf', () => {
  const rows: [
    string,
    MetricRow,
    number,
    Parameters<typeof wishOf>[2],
    { replicas: number; formula: string; within?: boolean; turned?: boolean },
  ][] = [
    ['utilisation', CPU, 3, ALL(3), { replicas: 9, formula: 'ceil(3 × 180% ÷ 60%) = 9' }],
    ['within tolerance', { ...CPU, value: 66 }, 3, ALL(3), { replicas: 3, formula: 'ceil(3 × 66% ÷ 60%) = 4', within: true }],
    ['just beyond it', { ...CPU, value: 67 }, 3, ALL(3), { replicas: 4, formula: 'ceil(3 × 67% ÷ 60%) = 4' }],
    ['below target', { ...CPU, value: 20 }, 6, ALL(6), { replicas: 2, formula: 'ceil(6 × 20% ÷ 60%) = 2' }],
    [
      'average value in milli',
      { ...CPU, unit: 'cpu', value: 180, target: 100 },
      3,
      ALL(3),
      { replicas: 6, formula: 'ceil(3 × 180m ÷ 100m) = 6' },
    ],
    // 2 pods at 180 %, one that has just started counts as idle: (360 + 0) / 3 = 120 %.
    [
      'unready pods damp growth',
      CPU,
      3,
      { counted: 2, unready: 1, missing: 0 },
      { replicas: 6, formula: 'ceil(3 × 120% ÷ 60%) = 6' },
    ],
    // Below target an unready pod is left out.
    [
      'unready pods do not count for shrinking',
      { ...CPU, value: 20 },
      3,
      { counted: 2, unready: 1, missing: 0 },
      { replicas: 1, formula: 'ceil(2 × 20% ÷ 60%) = 1' },
    ],
    // A missing pod is taken to use all it asked for: (30 × 2 + 100) / 3 = 53 %: within tolerance of neither, but wants all three.
    [
      'missing pods damp shrinking',
      { ...CPU, value: 30 },
      3,
      { counted: 2, unready: 0, missing: 1 },
      { replicas: 3, formula: 'ceil(3 × 53% ÷ 60%) = 3' },
    ],
    // 2 pods at 75 %, one missing taken to use nothing: 50 % points the other way.
    [
      'missing pods that turn the change round',
      { ...CPU, value: 75 },
      3,
      { counted: 2, unready: 0, missing: 1 },
      { replicas: 3, formula: 'ceil(3 × 50% ÷ 60%) = 3', turned: true },
    ],
    [
      'one value for all',
      { ...CPU, rule: 'total', unit: 'plain', value: 300_000, target: 100_000 },
      2,
      ALL(2),
      { replicas: 6, formula: 'ceil(2 × 300 ÷ 100) = 6' },
    ],
    [
      'one value shared out',
      { ...CPU, rule: 'share', unit: 'plain', value: 50_000, target: 30_000 },
      4,
      ALL(4),
      { replicas: 7, formula: 'ceil(200 ÷ 30) = 7' },
    ],
  ];
  for (const [name, row, current, pods, wanted] of rows)
    it(name, () => expect(wishOf(row, current, pods, TOLERANCES)).toMatchObject({ within: false, ...wanted }));
  it('says nothing without a measurement', () =>
    expect(wishOf({ ...CPU, value: undefined }, 3, ALL(3), TOLERANCES)).toBeUndefined());
});

describe('metricRows', () => {
  it('pairs what is wanted with what was measured', () => {
    const rows = metricRows(hpa({}, { currentMetrics: measured(180) }));
    expect(rows).toEqual([CPU]);
  });
  it('reads custom and external metrics', () => {
    const metrics = [
      { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
      {
        type: 'Object',
        object: {
          metric: { name: 'hits' },
          describedObject: { kind: 'Service', name: 'web' },
          target: { type: 'Value', value: '2k' },
        },
      },
      { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } } },
    ];
    const rows = metricRows(hpa({ metrics }));
    expect(rows.map(({ rule, target, of }) => [rule, target, of])).toEqual([
      ['average', 10_000, undefined],
      ['total', 2_000_000, 'Service/web'],
      ['share', 30_000, undefined],
    ]);
  });
  it('writes amounts in their unit', () => {
    expect([
      metricText('cpu', 1500),
      metricText('cpu', 2000),
      metricText('memory', 512 * 1024 * 1024 * 1000),
      metricText('plain', 12_500),
    ]).toEqual(['1500m', '2', '512Mi', '12.5']);
  });
});

describe('rateLimit', () => {
  it('doubles, at least to 4, without a behaviour', () => {
    expect(rateLimit(hpa(), 3, true, [], 0).limit).toBe(6);
    expect(rateLimit(hpa(), 1, true, [], 0).limit).toBe(4);
    expect(rateLimit(hpa(), 9, false, [], 0).limit).toBeUndefined();
  });
  const behavior = {
    scaleUp: {
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 60 },
        { type: 'Percent', value: 50, periodSeconds: 15 },
      ],
    },
  };
  it('counts from the size at the beginning of each period', () => {
    // 4 pods were added 30 s ago: the policy of a minute counts from 2, that of 15 s from 6.
    const past = [{ atMs: 30_000, current: 2, desired: 6 }];
    const { limit, policies } = rateLimit(hpa({ behavior }), 6, true, past, 60_000);
    expect(policies).toEqual([
      { text: '2 + 4 / 60 s', allows: 6 },
      { text: '6 + 50% / 15 s', allows: 9 },
    ]);
    expect(limit).toBe(9);
  });
  it('selects the smallest, or none', () => {
    const min = { scaleUp: { ...behavior.scaleUp, selectPolicy: 'Min' } };
    expect(rateLimit(hpa({ behavior: min }), 6, true, [], 0).limit).toBe(9);
    const max = { scaleUp: { ...behavior.scaleUp, selectPolicy: 'Max' } };
    expect(rateLimit(hpa({ behavior: max }), 6, true, [], 0).limit).toBe(10);
    expect(rateLimit(hpa({ behavior: { scaleUp: { selectPolicy: 'Disabled' } } }), 6, true, [], 0).limit).toBe(6);
    const down = {
      scaleDown: {
        policies: [
          { type: 'Percent', value: 50, periodSeconds: 60 },
          { type: 'Pods', value: 1, periodSeconds: 60 },
        ],
      },
    };
    expect(rateLimit(hpa({ behavior: down }), 9, false, [], 0).limit).toBe(4);
  });
});

describe('countPods', () => {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const aPod = (name: string, started: number, ready: boolean, changed: number): Pod =>
    ({
      metadata: { name, creationTimestamp: at(started) },
      status: {
        phase: 'Running',
        startTime: at(started),
        containerStatuses: [{ name: 'app', state: { running: { startedAt: at(started) } } }],
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(changed) }],
      },
    }) as unknown as Pod;
  const rows: [string, Pod[], number, number, ReturnType<typeof countPods>][] = [
    ['ready for long', [aPod('a', 0, true, 2), aPod('b', 0, true, 2)], 2, 60, { counted: 2, unready: 0, missing: 0 }],
    ['not measured twice yet', [aPod('a', 40, true, 42)], 1, 50, { counted: 0, unready: 0, missing: 1 }],
    ['ready for less than a window', [aPod('a', 0, true, 40)], 1, 50, { counted: 0, unready: 1, missing: 0 }],
    ['was ready when looked at', [aPod('a', 0, false, 70)], 1, 400, { counted: 1, unready: 0, missing: 0 }],
    ['made afterwards', [aPod('a', 0, true, 2), aPod('b', 61, true, 63)], 1, 60, { counted: 1, unready: 0, missing: 0 }],
    ['gone since', [aPod('a', 0, true, 2)], 3, 60, { counted: 3, unready: 0, missing: 0 }],
  ];
  for (const [name, pods, current, second, wanted] of rows)
    it(name, () => expect(countPods(pods, true, current, { atMs: second * 1000, startMs: 0 }, SETTINGS)).toEqual(wanted));
  it('believes in young pods as soon as the cluster says so', () => {
    const young = [aPod('a', 0, true, 40)];
    const at = { atMs: 50_000, startMs: 0 };
    expect(countPods(young, true, 1, at, { ...SETTINGS, cpuInitializationMs: 20_000 })).toMatchObject({ counted: 1, unready: 0 });
    const unready = [aPod('a', 0, false, 40)];
    const later = { atMs: 400_000, startMs: 0 };
    expect(countPods(unready, true, 1, later, { ...SETTINGS, initialReadinessDelayMs: 60_000 })).toMatchObject({ unready: 1 });
  });
});

describe('whyOf', () => {
  it('names what held it back', () => {
    const conditions = [
      { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale' },
      { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' },
      { type: 'ScalingLimited', status: 'True', reason: 'ScaleUpLimit' },
    ];
    const why = whyOf(
      hpa({}, { currentMetrics: measured(180), conditions }),
      [{ atMs: 15_000, current: 3, desired: 6 }],
      () => ALL(3),
      SETTINGS,
    );
    expect(why).toMatchObject({ wanted: 9, current: 3, desired: 6, min: 2, max: 10, stabilized: undefined, failure: undefined });
    expect(why.limited).toMatchObject({ reason: 'ScaleUpLimit', rate: { limit: 6 } });
  });
  it('tells the window of stabilisation and what failed', () => {
    const stable = [{ type: 'AbleToScale', status: 'True', reason: 'ScaleDownStabilized' }];
    expect(whyOf(hpa({}, { conditions: stable }), [], () => ALL(3), SETTINGS).stabilized).toEqual({ up: false, seconds: 300 });
    const quick = { ...SETTINGS, downscaleStabilizationMs: 30_000 };
    expect(whyOf(hpa({}, { conditions: stable }), [], () => ALL(3), quick).stabilized?.seconds).toBe(30);
    const failed = [{ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message: 'no metrics' }];
    expect(whyOf(hpa({}, { conditions: failed }), [], () => ALL(3), SETTINGS).failure).toBe('no metrics');
  });
});

describe('decisionOf', () => {
  const able = { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' };
  const active = { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' };
  const limited = (reason: string) => ({ type: 'ScalingLimited', status: 'True', reason });
  const rows: [string, object, object[]][] = [
    ['new', {}, []],
    ['up', { desiredReplicas: 6 }, [able, active]],
    ['down', { desiredReplicas: 2 }, [able, active]],
    ['steady', {}, [able, active]],
    ['atMax', {}, [able, active, limited('TooManyReplicas')]],
    ['atMin', {}, [able, active, limited('TooFewReplicas')]],
    ['stabilized', {}, [{ ...able, reason: 'ScaleDownStabilized' }, active]],
    ['failed', {}, [able, { ...active, status: 'False', reason: 'FailedGetResourceMetric' }]],
    ['disabled', {}, [able, { ...active, status: 'False', reason: 'ScalingDisabled' }]],
  ];
  for (const [id, status, conditions] of rows)
    it(id, () => expect(decisionOf(hpa({}, { ...status, ...(conditions.length > 0 ? { conditions } : {}) })).id).toBe(id));
});

it('reads recommendations of a VerticalPodAutoscaler', () => {
  const recommendation = {
    containerRecommendations: [{ containerName: 'app', target: { cpu: '250m', memory: '256Mi' }, upperBound: { cpu: '1' } }],
  };
  const vpa = {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name: 'v' },
    spec: {},
    status: { recommendation },
  };
  expect(recommendationsOf(vpa as unknown as VerticalPodAutoscaler)).toEqual([
    {
      container: 'app',
      cpu: { target: 250, lower: undefined, upper: 1000, uncapped: undefined },
      memory: { target: 256 * 1024 * 1024, lower: undefined, upper: undefined, uncapped: undefined },
    },
  ]);
});

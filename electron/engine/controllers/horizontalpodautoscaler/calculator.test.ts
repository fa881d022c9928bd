import { describe, expect, test } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { pod } from '../../testing/builders.ts';
import { isWithin } from './arithmetic.ts';
import { byAverage, byUtilization, byValue, byValuePerPod, type Target } from './calculator.ts';
import type { PodMetricsByName } from './podMetrics.ts';

const NOW_MS = 1_000_000;
const TOLERANCES = { down: 0.1, up: 0.1 };

interface Setting {
  milli?: number;
  ready?: boolean;
  phase?: string;
  startedAgo?: number;
  changedAgo?: number;
  deleted?: boolean;
}

/** Pods p0, p1... with 100m requested each, and the metrics they have. */
function cluster(settings: readonly Setting[], current = settings.length): { target: Target; metrics: PodMetricsByName } {
  const at = (ago: number) => String(NOW_MS - ago * 1000);
  const pods = settings.map(({ ready = true, phase = 'Running', startedAgo = 900, changedAgo = 900, deleted }, index) => {
    const built = pod(`p${index}`, { cpu: '100m', memory: '100Mi' });
    const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(changedAgo) };
    return {
      ...built,
      metadata: { ...built.metadata, ...(deleted === true ? { deletionTimestamp: at(0) } : {}) },
      status: { phase, startTime: at(startedAgo), conditions: [condition] },
    } as unknown as Pod;
  });
  const metrics: PodMetricsByName = new Map(
    settings.flatMap(({ milli }, index) =>
      milli === undefined ? [] : [[`p${index}`, { milli, timestampMs: NOW_MS, windowMs: 15_000 }] as const],
    ),
  );
  const timings = { cpuInitializationMs: 300_000, initialReadinessDelayMs: 30_000 };
  const clock = { nowMs: NOW_MS, parseMs: Number };
  return { target: { pods, current, tolerances: TOLERANCES, timings, clock }, metrics };
}

const young = { startedAgo: 60, changedAgo: 60 };

describe('pods for a utilisation', () => {
  test.each<[string, Setting[], number, number]>([
    ['doubles at twice the target', [{ milli: 100 }, { milli: 100 }], 50, 4],
    ['stays within the tolerance', [{ milli: 55 }, { milli: 55 }], 50, 2],
    ['leaves it by one per cent', [{ milli: 56 }, { milli: 56 }], 50, 3],
    ['rounds up when shrinking', [{ milli: 20 }, { milli: 20 }, { milli: 20 }], 50, 2],
    ['missing pods use nothing when growing', [{ milli: 100 }, { milli: 100 }, {}], 50, 4],
    ['missing pods use all they asked for when shrinking', [{ milli: 10 }, { milli: 10 }, {}], 50, 3],
    ['missing pods use the target where that is more', [{ milli: 60 }, { milli: 60 }, {}, {}], 200, 3],
    ['missing pods that turn the direction keep the size', [{ milli: 60 }, {}, {}], 50, 3],
    ['unready pods use nothing when growing', [{ milli: 100 }, { milli: 900, ready: false, ...young }], 50, 2],
    ['unready pods do not count when shrinking', [{ milli: 10 }, { milli: 900, ready: false, ...young }], 50, 1],
    [
      'a sample from before a pod was ready does not count',
      [{ milli: 25 }, { milli: 900, startedAgo: 60, changedAgo: 10 }],
      50,
      1,
    ],
    ['an old pod that lost its readiness counts', [{ milli: 100 }, { milli: 100, ready: false, changedAgo: 5 }], 50, 4],
    ['an old pod that was never ready does not', [{ milli: 100 }, { milli: 900, ready: false, changedAgo: 890 }], 50, 2],
    [
      'pods that go or failed are left out',
      [{ milli: 100 }, { milli: 900, deleted: true }, { milli: 900, phase: 'Failed' }],
      50,
      2,
    ],
    ['pending pods count as unready', [{ milli: 200 }, { phase: 'Pending' }], 50, 4],
  ])('%s', (_name, settings, percent, expected) => {
    const { target, metrics } = cluster(settings);
    const proposal = byUtilization(target, metrics, 'cpu', '', percent);
    expect(proposal.ok ? proposal.value.replicas : proposal.error).toBe(expected);
  });

  test('per cent and average are cut', () => {
    const { target, metrics } = cluster([{ milli: 33 }, { milli: 34 }, { milli: 34 }]);
    expect(byUtilization(target, metrics, 'cpu', '', 80)).toEqual({ ok: true, value: { replicas: 2, milli: 33, percent: 33 } });
  });

  test.each<[string, Setting[], string, string, string]>([
    ['no pods', [], 'cpu', '', 'no pods returned by selector while calculating replica count'],
    ['no usable metrics', [{}], 'cpu', '', 'did not receive metrics for targeted pods (pods might be unready)'],
    ['no request', [{ milli: 1 }], 'ephemeral-storage', '', 'missing request for ephemeral-storage in container app of Pod p0'],
    ['no such container', [{ milli: 1 }], 'cpu', 'side', 'container side not found in Pod p0'],
  ])('%s is an error', (_name, settings, resource, container, error) => {
    const { target, metrics } = cluster(settings);
    expect(byUtilization(target, metrics, resource, container, 50)).toEqual({ ok: false, error });
  });

  test('requests of the pod itself replace those of its containers', () => {
    const { target, metrics } = cluster([{ milli: 100 }]);
    const [first] = target.pods;
    const whole = { ...first, spec: { ...first?.spec, resources: { requests: { cpu: '1' } } } } as Pod;
    const proposal = byUtilization({ ...target, pods: [whole] }, metrics, 'cpu', '', 50);
    expect(proposal.ok && proposal.value.percent).toBe(10);
  });
});

describe('pods for an average, a value and a shared value', () => {
  test('readiness does not matter for anything but cpu', () => {
    const { target, metrics } = cluster([{ milli: 40 }, { milli: 40, ready: false, ...young }]);
    expect(byAverage(target, metrics, 'memory', 20)).toEqual({ ok: true, value: { replicas: 4, milli: 40 } });
    expect(byAverage(target, metrics, 'cpu', 20)).toEqual({ ok: true, value: { replicas: 2, milli: 40 } });
  });

  test('a missing pod uses exactly the target when shrinking', () => {
    const { target, metrics } = cluster([{ milli: 5 }, { milli: 5 }, { milli: 5 }, {}]);
    expect(byAverage(target, metrics, '', 20)).toEqual({ ok: true, value: { replicas: 2, milli: 5 } });
  });

  test('a value counts ready pods only', () => {
    const { target } = cluster([{}, {}, { ready: false }], 3);
    expect(byValue(target, 300, 100)).toEqual({ ok: true, value: { replicas: 6, milli: 300 } });
    expect(byValue(target, 105, 100)).toEqual({ ok: true, value: { replicas: 3, milli: 105 } });
    expect(byValue({ ...target, current: 0 }, 250, 100)).toEqual({ ok: true, value: { replicas: 3, milli: 250 } });
    expect(byValue({ ...target, pods: [] }, 300, 100).ok).toBe(false);
  });

  test.each([
    [2, 700, 100, { replicas: 7, milli: 350 }],
    [7, 640, 100, { replicas: 7, milli: 92 }],
    [0, 500, 100, { replicas: 5, milli: 0 }],
  ])('%i pods share %i', (replicas, milli, target, expected) => {
    expect(byValuePerPod(replicas, milli, target, TOLERANCES)).toEqual(expected);
  });

  test('the tolerance differs by direction', () => {
    const tolerances = { down: 0, up: 0.5 };
    expect([0.99, 1, 1.5, 1.51].map((ratio) => isWithin(tolerances, ratio))).toEqual([false, true, true, false]);
  });
});

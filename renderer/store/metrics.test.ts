import { describe, expect, it } from 'vitest';
import type { MetricsView, PodUsage } from '#shared/protocol/index.ts';
import { pod } from '../testing/frames.ts';
import { extend, type MetricsState, sumUsage, takeMetrics, type UsagePoint } from './metrics.ts';

const limits = {
  spec: { containers: [{ name: 'app', resources: { requests: { cpu: '500m' }, limits: { cpu: '1', memory: '1Gi' } } }] },
};
const PODS = new Map([
  ['Pod/default/a', pod('a', { on: 'n', set: 'web-abc', ...limits })],
  ['Pod/default/b', pod('b', { on: 'n', set: 'web-abc', cpu: '250m' })],
]);

function usage(name: string, cpuMilli: number, timestampMs = 15_000): PodUsage {
  return { namespace: 'default', name, timestampMs, windowMs: 15_000, cpuMilli, memoryBytes: 100, containers: [] };
}

function view(pods: readonly PodUsage[], parts: Partial<MetricsView> = {}): MetricsView {
  return { pods: [...pods], nodes: [], autoscalers: [], ...parts };
}

const EMPTY: MetricsState = { pods: new Map(), nodes: new Map(), autoscalers: new Map(), series: new Map() };

describe('sumUsage', () => {
  it('counts a pod for its controller and for the workload above it; pods that are gone count for nobody', () => {
    const sums = sumUsage(view([usage('a', 100), usage('b', 50), usage('gone', 999)]), PODS);
    expect([...sums.keys()].sort()).toEqual(['Deployment/default/web', 'ReplicaSet/default/web-abc']);
    expect(sums.get('Deployment/default/web')).toMatchObject({ atMs: 15_000, cpuMilli: 150, cpuRequest: 750, pods: 2 });
  });
  it('has a limit only when every pod has one', () => {
    expect(sumUsage(view([usage('a', 1)]), PODS).get('Deployment/default/web')?.cpuLimit).toBe(1000);
    expect(sumUsage(view([usage('a', 1), usage('b', 1)]), PODS).get('Deployment/default/web')?.cpuLimit).toBeUndefined();
  });
});

describe('extend', () => {
  const point = (atMs: number, cpuMilli: number): UsagePoint => ({
    atMs,
    cpuMilli,
    memoryBytes: 0,
    cpuRequest: 0,
    memoryRequest: 0,
    cpuLimit: undefined,
    memoryLimit: undefined,
    pods: 1,
  });
  it('replaces a point of the same moment and drops what has not happened', () => {
    const points = [point(0, 1), point(15, 2), point(30, 3)];
    expect(extend(points, point(30, 4)).map(({ cpuMilli }) => cpuMilli)).toEqual([1, 2, 4]);
    expect(extend(points, point(15, 9)).map(({ cpuMilli }) => cpuMilli)).toEqual([1, 9]);
  });
  it('leaves the list alone when nothing is new, and bounded', () => {
    const points = [point(0, 1)];
    expect(extend(points, point(0, 1))).toBe(points);
    let many: readonly UsagePoint[] = [];
    for (let at = 0; at < 500; at++) many = extend(many, point(at, at));
    expect([many.length, many.at(-1)?.atMs]).toEqual([240, 499]);
  });
});

describe('takeMetrics', () => {
  const first = takeMetrics(EMPTY, view([usage('a', 100), usage('b', 50)]), PODS, true);
  it('keeps what did not change, so that nobody is drawn again', () => {
    const again = takeMetrics(first, view([usage('a', 100), usage('b', 50)]), PODS, true);
    expect(again.pods).toBe(first.pods);
    expect(again.series).toBe(first.series);
    const moved = takeMetrics(first, view([usage('a', 100), usage('b', 51)]), PODS, true);
    expect(moved.pods).not.toBe(first.pods);
    expect(moved.pods.get('Pod/default/a')).toBe(first.pods.get('Pod/default/a'));
  });
  it('an answer about everything takes out what is gone, one about an object adds', () => {
    expect([...takeMetrics(first, view([usage('a', 100)]), PODS, true).pods.keys()]).toEqual(['Pod/default/a']);
    expect(takeMetrics(first, view([usage('a', 120)]), PODS, false).pods.size).toBe(2);
  });
});

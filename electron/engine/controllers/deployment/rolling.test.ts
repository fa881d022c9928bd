import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';
import { deployment, replicaSet } from '../../testing/builders.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS } from './annotations.ts';
import {
  activeOrLatest,
  isSaturated,
  isScalingEvent,
  maxUnavailableOf,
  newReplicaSetSize,
  planNew,
  planOld,
  planProportional,
  resolveFenceposts,
} from './rolling.ts';

function web(replicas: number, maxSurge: number | string, maxUnavailable: number | string): Deployment {
  return deployment('web', {
    replicas,
    workload: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } },
  });
}

function rs(name: string, size: number, available = size, created = '2026-01-01T00:00:00Z', max?: number): ReplicaSet {
  const built = replicaSet(name, { replicas: size });
  const annotations: Record<string, string> = max === undefined ? {} : { [MAX_REPLICAS]: String(max), [DESIRED_REPLICAS]: '10' };
  return {
    ...built,
    metadata: { ...built.metadata, creationTimestamp: created, annotations },
    status: { replicas: size, availableReplicas: available },
  };
}

const steps = (list: readonly { replicaSet: ReplicaSet; to: number }[]) =>
  list.map(({ replicaSet: one, to }) => `${one.metadata.name}>${to}`);

describe('fenceposts', () => {
  it.each([
    ['25%', '25%', 10, 3, 2],
    ['25%', '25%', 1, 1, 0],
    [0, 0, 5, 0, 1],
    ['0%', '10%', 5, 0, 1],
    ['1%', '99%', 3, 1, 2],
    [undefined, undefined, 3, 0, 1],
  ])('%s and %s of %i', (surge, unavailable, desired, up, down) => {
    expect(resolveFenceposts(surge, unavailable, desired)).toEqual({ surge: up, unavailable: down });
  });

  it('never lets more be unavailable than there are', () => {
    expect(maxUnavailableOf(web(2, 0, 5))).toBe(2);
    expect(maxUnavailableOf(web(0, 0, 5))).toBe(0);
    expect(maxUnavailableOf(deployment('web', { workload: { strategy: { type: 'Recreate' } } }))).toBe(0);
  });
});

describe('size of the newest', () => {
  it.each([
    [web(3, 1, 0), [rs('old', 3)], 0, 1],
    [web(3, 0, 1), [rs('old', 3)], 0, 0],
    [web(10, '25%', '25%'), [rs('old', 8)], 0, 5],
    [web(3, 5, 0), [rs('old', 0)], 0, 3],
  ])('case %#', (owner, old, current, expected) => {
    expect(newReplicaSetSize(owner, old, current)).toBe(expected);
  });

  it('shrinks a newest that is too large at once', () => {
    const newest = rs('new', 5);
    expect(planNew(web(3, 1, 0), [newest], newest)?.to).toBe(3);
    expect(planNew(web(5, 1, 0), [newest], newest)).toBeUndefined();
  });
});

describe('old ReplicaSets', () => {
  it('waits while the new pods are unavailable', () => {
    expect(planOld(web(3, 1, 0), [rs('old', 3)], rs('new', 1, 0))).toEqual([]);
  });

  it('removes what the available new pods replace', () => {
    expect(steps(planOld(web(3, 1, 0), [rs('old', 3)], rs('new', 1, 1)))).toEqual(['old>2']);
  });

  it('takes unhealthy pods first, then the oldest', () => {
    const older = rs('a-old', 3, 3, '2026-01-01T00:00:00Z');
    const broken = rs('b-broken', 2, 0, '2026-01-01T00:01:00Z');
    expect(steps(planOld(web(4, 1, 1), [broken, older], rs('new', 0, 0)))).toEqual(['b-broken>0']);
    expect(steps(planOld(web(4, 2, 2), [broken, older], rs('new', 1, 1)))).toEqual(['b-broken>0', 'a-old>1']);
  });

  it('gives the round up when a ReplicaSet has not acted on its last scale', () => {
    expect(planOld(web(3, 1, 2), [rs('old', 2, 3)], rs('new', 1, 1))).toEqual([]);
  });
});

describe('scaling in the middle of a roll-out', () => {
  it.each([
    [15, 8, 5, 13, ['new>7', 'old>11']],
    [6, 8, 5, 13, ['new>4', 'old>4']],
    [0, 8, 5, 13, ['new>0', 'old>0']],
  ])('to %i', (replicas, oldSize, newSize, max, expected) => {
    const owner = web(replicas, 3, 2);
    const list = planProportional(owner, [
      rs('old', oldSize, 8, '2026-01-01T00:00:00Z', max),
      rs('new', newSize, 0, '2026-01-01T00:05:00Z', max),
    ]);
    const total = list.reduce((sum, { to }) => sum + to, 0);
    expect(total).toBe(replicas === 0 ? 0 : replicas + 3);
    expect(new Set(list.map(({ replicaSet: one }) => one.metadata.name))).toEqual(new Set(['old', 'new']));
    if (replicas !== 6) expect(steps(list).sort()).toEqual([...expected].sort());
  });

  it('gives the leftover to the largest, the newer one when growing', () => {
    const one = rs('one', 5, 5, '2026-01-01T00:00:00Z', 10);
    const two = rs('two', 5, 5, '2026-01-01T00:05:00Z', 10);
    expect(steps(planProportional(web(11, 0, 1), [one, two]))[0]).toBe('two>6');
    expect(steps(planProportional(web(9, 0, 1), [one, two]))).toEqual(['one>4', 'two>5']);
  });

  it('knows a scaling event by the recorded size', () => {
    const one = rs('one', 5, 5, '2026-01-01T00:00:00Z', 10);
    expect(isScalingEvent(web(10, 1, 1), [one])).toBe(false);
    expect(isScalingEvent(web(9, 1, 1), [one])).toBe(true);
    expect(isScalingEvent(web(9, 1, 1), [{ ...one, spec: { ...one.spec, replicas: 0 } }])).toBe(false);
  });

  it('finds the one to scale', () => {
    const idle = rs('idle', 0);
    const busy = rs('busy', 2);
    expect(activeOrLatest(undefined, [idle, busy])?.metadata.name).toBe('busy');
    expect(activeOrLatest(idle, [busy, rs('other', 1)])).toBeUndefined();
    expect(
      activeOrLatest(undefined, [rs('a', 0, 0, '2026-01-01T00:00:00Z'), rs('b', 0, 0, '2026-01-02T00:00:00Z')])?.metadata.name,
    ).toBe('b');
    expect(isSaturated(web(10, 1, 1), rs('full', 10, 10, '2026-01-01T00:00:00Z', 11))).toBe(true);
    expect(isSaturated(web(10, 1, 1), rs('half', 10, 9, '2026-01-01T00:00:00Z', 11))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { pod as buildPod, statefulSet } from '../../testing/builders.ts';
import { buildStatus, countPods, isUnavailable, nextAvailabilityMs, statusDiffers } from './status.ts';

const clock = { nowMs: 10_000, parseMs: (text: string) => Number(text) } as unknown as Clock;
const revisions = { current: 'old', update: 'new', collisionCount: 0 };

interface PodState {
  revision?: string;
  phase?: string;
  readySince?: number;
  going?: boolean;
}

function pod({ revision = 'old', phase = 'Running', readySince, going = false }: PodState): Pod {
  const built = buildPod('web-0', { labels: { 'controller-revision-hash': revision } });
  const conditions = readySince === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: String(readySince) }];
  return {
    ...built,
    metadata: { ...built.metadata, ...(going ? { deletionTimestamp: '1' } : {}) },
    status: { ...(phase === '' ? {} : { phase }), conditions } as Pod['status'],
  };
}

function set(replicas: number, workload: Record<string, unknown> = {}): StatefulSet {
  const built = statefulSet('web', { replicas, workload: { updateStrategy: { type: 'RollingUpdate' }, ...workload } });
  return { ...built, metadata: { ...built.metadata, generation: 3 } };
}

describe('countPods', () => {
  it('counts created, ready, available pods and those of each revision that are not going', () => {
    const pods = [
      pod({ readySince: 0 }),
      pod({ revision: 'new', readySince: 9000 }),
      pod({ revision: 'new', going: true, readySince: 0 }),
      pod({ revision: 'new', phase: 'Pending' }),
      pod({ phase: '' }),
      pod({ revision: 'third' }),
    ];
    expect(countPods(set(3, { minReadySeconds: 5 }), pods, revisions, clock)).toEqual({
      replicas: 5,
      ready: 3,
      available: 2,
      current: 1,
      updated: 2,
    });
  });
});

describe('buildStatus', () => {
  const counts = { replicas: 2, ready: 2, available: 2, current: 0, updated: 2 };
  it.each([
    ['all updated and ready', set(2), counts, 'new', 2],
    ['more pods than wanted', set(1), counts, 'old', undefined],
    ['one not ready', set(2), { ...counts, ready: 1 }, 'old', undefined],
    ['OnDelete', set(2, { updateStrategy: { type: 'OnDelete' } }), counts, 'old', undefined],
  ])('%s', (_what, one, counted, currentRevision, currentReplicas) => {
    const status = buildStatus(one, counted, revisions);
    expect(status).toMatchObject({ observedGeneration: 3, currentRevision, updateRevision: 'new' });
    expect(status.currentReplicas).toBe(currentReplicas);
  });

  it('leaves zero counts out, but not those Go writes', () => {
    const none = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 };
    expect(Object.keys(buildStatus(set(1), none, revisions)).sort()).toEqual([
      'availableReplicas',
      'collisionCount',
      'currentRevision',
      'observedGeneration',
      'replicas',
      'updateRevision',
    ]);
  });
});

describe('statusDiffers', () => {
  const stored = { observedGeneration: 3, replicas: 1, currentRevision: 'old', updateRevision: 'new', collisionCount: 0 };
  it.each([
    ['the same', {}, false],
    ['an absent zero', { readyReplicas: 0 }, false],
    ['a collision alone', { collisionCount: 1 }, false],
    ['a count', { readyReplicas: 1 }, true],
    ['a revision', { currentRevision: 'new' }, true],
    ['a newer generation', { observedGeneration: 4 }, true],
    ['an older generation', { observedGeneration: 2 }, false],
  ])('%s', (_what, change, differs) => {
    expect(statusDiffers(stored, { ...stored, ...change })).toBe(differs);
  });
});

it('waits for the next pod that has not been ready for long enough', () => {
  const one = set(3, { minReadySeconds: 5 });
  const pods = [pod({ readySince: 0 }), pod({ readySince: 8000 }), pod({ readySince: 7000 }), pod({})];
  expect(nextAvailabilityMs(one, pods, clock)).toBe(2000);
  expect(nextAvailabilityMs(set(3), pods, clock)).toBeUndefined();
  expect(pods.map((each) => isUnavailable(one, each, clock))).toEqual([false, true, true, true]);
});

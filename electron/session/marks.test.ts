import { describe, expect, test } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { markOf } from './marks.ts';

const object = (kind: string, name: string, fields: Record<string, unknown>): AnyObject =>
  ({ apiVersion: 'v1', kind, ...fields, metadata: { name, ...(fields.metadata as object | undefined) } }) as AnyObject;
const withCondition = (type: string, status = 'True', reason?: string) => ({
  status: { conditions: [{ type, status, ...(reason === undefined ? {} : { reason }) }] },
});
const owner = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }];
const scaler = (desiredReplicas: number, lastScaleTime?: string) =>
  object('HorizontalPodAutoscaler', 'h', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    status: { desiredReplicas, ...(lastScaleTime === undefined ? {} : { lastScaleTime }) },
  });
const revision = (number: number) =>
  object('ControllerRevision', `db-${number}`, { revision: number, metadata: { ownerReferences: owner } });

describe('marks', () => {
  test.each<[string, AnyObject | null, AnyObject | null, string | undefined]>([
    ['a job at its end', object('Job', 'j', {}), object('Job', 'j', withCondition('Complete')), 'done j complete'],
    ['a job that gave up', object('Job', 'j', {}), object('Job', 'j', withCondition('Failed')), 'failed j failed'],
    [
      'a job already at its end',
      object('Job', 'j', withCondition('Complete')),
      object('Job', 'j', withCondition('Complete')),
      undefined,
    ],
    ['a first template', null, revision(1), undefined],
    ['a further template', null, revision(2), 'rollout db revision 2'],
    ['a template seen again', revision(2), revision(2), undefined],
    ['an autoscaler that acts', scaler(1), scaler(4, '2026-01-01T00:00:15Z'), 'scaled web scaled to 4'],
    ['an autoscaler that looks', scaler(4, '2026-01-01T00:00:15Z'), scaler(4, '2026-01-01T00:00:15Z'), undefined],
    [
      'a node short of memory',
      object('Node', 'n', { spec: {}, ...withCondition('MemoryPressure', 'False') }),
      object('Node', 'n', { spec: {}, ...withCondition('MemoryPressure') }),
      'node n MemoryPressure',
    ],
    ['a node that goes', object('Node', 'n', { spec: {} }), null, 'node n removed'],
    [
      'an eviction',
      object('Pod', 'p', { spec: { nodeName: 'n' }, status: {} }),
      object('Pod', 'p', { spec: { nodeName: 'n' }, ...withCondition('DisruptionTarget', 'True', 'EvictionByEvictionAPI') }),
      'evicted p evicted',
    ],
    [
      'a preemption',
      object('Pod', 'p', { spec: { nodeName: 'n' }, status: {} }),
      object('Pod', 'p', { spec: { nodeName: 'n' }, ...withCondition('DisruptionTarget', 'True', 'PreemptionByScheduler') }),
      'preempted p preempted',
    ],
    ['a kind without marks', null, object('ConfigMap', 'c', {}), undefined],
  ])('%s', (_name, before, after, text) => {
    const mark = markOf({ revision: 7, atMs: 5, key: 'k', before, object: after });
    expect(mark && `${mark.kind} ${mark.text}`).toBe(text);
    if (mark) expect(mark).toMatchObject({ revision: 7, atMs: 5 });
  });
});

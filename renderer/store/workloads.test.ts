import { describe, expect, test } from 'vitest';
import type { ControllerRevision, CronJob, DaemonSet, Job, Pod, ReplicaSet, StatefulSet } from '#shared/kube/types.ts';
import { buildLineage, ownerKeyOf, templateKeyOf } from './lineage.ts';
import { listWorkloads, workloadSummary } from './workloads.ts';

const template = { spec: { containers: [{ name: 'app', image: 'a' }] } };
const owner = (kind: string, name: string, uid = name) => ({ apiVersion: 'v1', kind, name, uid, controller: true });

function job(spec: object, status: object, name = 'j'): Job {
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'd' }, spec: { template, ...spec }, status };
}

describe('workloadSummary', () => {
  test.each([
    ['under way', {}, { succeeded: 1 }, { done: 1, wanted: 1, state: 'moving' }],
    ['with completions', { completions: 5 }, { succeeded: 2 }, { done: 2, wanted: 5, state: 'moving' }],
    ['suspended', { suspend: true }, {}, { done: 0, wanted: 1, state: 'suspended' }],
    [
      'complete',
      {},
      { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] },
      { done: 1, wanted: 1, state: 'complete' },
    ],
    ['failed', {}, { conditions: [{ type: 'Failed', status: 'True' }] }, { done: 0, wanted: 1, state: 'failed' }],
  ])('a Job %s', (_name, spec, status, wanted) => {
    expect(workloadSummary(job(spec, status))).toMatchObject(wanted);
  });

  test('a DaemonSet counts nodes, and moves until all pods are of the newest template', () => {
    const set = (status: object): DaemonSet => ({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'x' },
      spec: { selector: {}, template },
      status: status as DaemonSet['status'],
    });
    const ready = { desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3 };
    expect(workloadSummary(set(ready))).toMatchObject({ done: 3, wanted: 3, state: 'ok' });
    expect(workloadSummary(set({ ...ready, updatedNumberScheduled: 1 })).state).toBe('moving');
  });

  test('a CronJob counts the jobs that run', () => {
    const cron = (active: number, suspend = false): CronJob => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: { schedule: '* * * * *', suspend, jobTemplate: { spec: { template } } },
      status: { active: Array.from({ length: active }, () => ({})) },
    });
    expect(workloadSummary(cron(2))).toMatchObject({ done: 2, wanted: 0, state: 'moving' });
    expect(workloadSummary(cron(0))).toMatchObject({ state: 'ok' });
    expect(workloadSummary(cron(0, true))).toMatchObject({ state: 'suspended' });
  });
});

test('parts of other workloads are not listed, and kinds keep their order', () => {
  const owned: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'w-1', ownerReferences: [owner('Deployment', 'w')] },
    spec: { selector: {}, template },
    status: { replicas: 0 },
  };
  const bare: ReplicaSet = { ...owned, metadata: { name: 'bare' } };
  const set: StatefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { selector: {}, serviceName: 'db', template },
    status: { replicas: 0 },
  };
  const part = job({}, {}, 'part');
  const listed = listWorkloads({
    deployments: new Map(),
    replicaSets: new Map([
      ['1', owned],
      ['2', bare],
    ]),
    workloads: new Map<string, StatefulSet | Job>([
      ['3', { ...part, metadata: { ...part.metadata, ownerReferences: [owner('CronJob', 'c')] } }],
      ['4', job({}, {}, 'own')],
      ['5', set],
    ]),
  });
  expect(listed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'StatefulSet db',
    'ReplicaSet bare',
    'Job own',
  ]);
});

describe('templates and colours of pods', () => {
  const pod = (kind: string, name: string, labels: Record<string, string>): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'd', labels, ownerReferences: [owner(kind, name)] },
    spec: template.spec,
    status: {},
  });
  test.each([
    ['StatefulSet', 'db', { 'controller-revision-hash': 'db-77' }, 'ControllerRevision/d/db-77'],
    ['DaemonSet', 'log', { 'controller-revision-hash': '88' }, 'ControllerRevision/d/log-88'],
    ['ReplicaSet', 'web-9', {}, 'ReplicaSet/d/web-9'],
    ['Job', 'j', {}, null],
  ])('%s', (kind, name, labels, key) => {
    expect(templateKeyOf(pod(kind, name, labels as Record<string, string>))).toBe(key);
  });

  test('pods of a CronJob share its colour, those of a Job of its own do not', () => {
    expect(ownerKeyOf(pod('Job', 'report-29453220', {}))).toBe('CronJob/d/report');
    expect(ownerKeyOf(pod('Job', 'report-2', {}))).toBe('Job/d/report-2');
  });

  test('a stored template is the current one of its owner when its revision is the highest', () => {
    const revision = (name: string, number: number, of: string): [string, ControllerRevision] => [
      name,
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name, ownerReferences: [owner('DaemonSet', of)] },
        revision: number,
      },
    ];
    const lineage = buildLineage(new Map(), new Map([revision('a1', 1, 'a'), revision('a2', 2, 'a'), revision('b1', 1, 'b')]));
    expect([...lineage].map(([key, one]) => [key, one.revision, one.current])).toEqual([
      ['a1', 1, false],
      ['a2', 2, true],
      ['b1', 1, true],
    ]);
  });
});

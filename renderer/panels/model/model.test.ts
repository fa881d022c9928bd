import { describe, expect, it } from 'vitest';
import type { Deployment, KubeEvent, Node, Pod, ReplicaSet } from '#shared/kube/types.ts';
import type { Attempt, NodeVerdict, QueueView } from '#shared/protocol/index.ts';
import { printAge, printClock } from '../time.ts';
import { deploymentOfDraft, emptyPodDraft, freeName, podOfDraft } from './drafts.ts';
import { eventRows, filterEvents } from './events.ts';
import { explainTable, reasonCounts } from './explainTable.ts';
import { bytesText, requestsText, resourceRows } from './requests.ts';
import { rolloutView } from './rollout.ts';
import { decisivePlugins, verdictOf } from './why.ts';

function verdict(node: string, fields: Partial<NodeVerdict>): NodeVerdict {
  return { node, code: 'Success', reasons: [], scores: [], ...fields };
}

function attempt(fields: Partial<Attempt>): Attempt {
  const plain = {
    pod: 'default/p',
    attempt: 1,
    atMs: 0,
    cycle: 1,
    profile: 'default-scheduler',
    nodes: [],
    nodesTotal: 0,
    best: [],
  };
  return { ...plain, tieBreak: false, victims: [], result: 'scheduled', ...fields };
}

const score = (plugin: string, weighted: number, weight = 1) => ({
  plugin,
  raw: weighted,
  normalized: weighted / weight,
  weight,
  weighted,
});
const noQueue: QueueView = { active: [], backoff: [], unschedulable: [], gated: [], inFlight: [] };
const podNamed = (name: string, spec: object = {}, status: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [], ...spec },
    status,
  }) as unknown as Pod;

describe('pod and deployment drafts', () => {
  it('leaves empty fields to the API server', () => {
    const pod = podOfDraft({ ...emptyPodDraft(), name: 'p', cpu: '', memory: '' });
    expect(pod.spec).toEqual({ containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] });
  });
  it('writes every field it has', () => {
    const pod = podOfDraft({
      ...emptyPodDraft(),
      name: ' p ',
      extended: [{ key: 'nvidia.com/gpu', value: '1' }],
      nodeSelector: [{ key: 'disk', value: 'ssd' }],
      gates: 'a, b',
      hostPort: '80',
      graceSeconds: '5',
      affinity: [
        { mode: 'required', key: 'zone', operator: 'In', values: 'a, b', weight: 1 },
        { mode: 'preferred', key: 'gpu', operator: 'Exists', values: 'ignored', weight: 7 },
      ],
    });
    expect(pod.metadata.name).toBe('p');
    expect(pod.spec).toMatchObject({
      nodeSelector: { disk: 'ssd' },
      schedulingGates: [{ name: 'a' }, { name: 'b' }],
      terminationGracePeriodSeconds: 5,
      containers: [{ resources: { limits: { 'nvidia.com/gpu': '1' } }, ports: [{ containerPort: 80, hostPort: 80 }] }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 7, preference: { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] } },
          ],
        },
      },
    });
  });
  it('keeps a percentage as text and a number as number', () => {
    const draft = {
      pod: { ...emptyPodDraft(), name: 'web' },
      replicas: 3,
      strategy: 'RollingUpdate' as const,
      maxSurge: '50%',
      maxUnavailable: '0',
      minReadySeconds: 0,
    };
    expect(deploymentOfDraft(draft).spec).toMatchObject({
      strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
      selector: { matchLabels: { app: 'web' } },
    });
  });
  it('finds the first free name', () => expect(freeName('web', new Set(['web-1', 'web-3']))).toBe('web-2'));
});

describe('explain table', () => {
  const one = attempt({
    selected: 'b',
    nodesTotal: 5,
    nodes: [
      verdict('a', { total: 90, scores: [score('Fit', 40), score('Taints', 50, 3)] }),
      verdict('b', { total: 120, scores: [score('Fit', 70), score('Taints', 50, 3)] }),
      verdict('c', { code: 'Unschedulable', plugin: 'Fit', reasons: ['Insufficient cpu', 'Too many pods'] }),
      verdict('d', { code: 'Unschedulable', plugin: 'Fit', reasons: ['Insufficient cpu'], victims: ['default/x'] }),
    ],
  });
  it('puts the chosen node first, then by total, then those that could be made to fit', () => {
    const table = explainTable(one);
    expect(table.rows.map((row) => row.node)).toEqual(['b', 'a', 'd', 'c']);
    expect(table.columns).toEqual([
      { plugin: 'Fit', weight: 1 },
      { plugin: 'Taints', weight: 3 },
    ]);
    expect([table.fits, table.rejected, table.unseen]).toEqual([2, 2, 1]);
  });
  it('counts reasons as the message does', () =>
    expect(reasonCounts(one).map((group) => [group.reason, group.nodes.length])).toEqual([
      ['Insufficient cpu', 2],
      ['Too many pods', 1],
    ]));
  it('names the plugins that made the difference', () => expect(decisivePlugins(one)).toEqual(['Fit']));
});

describe('verdict of a pod', () => {
  const scheduler = (running: boolean) => ({
    name: 'kube-scheduler',
    running,
    queued: 0,
    cycles: 0,
    profiles: ['default-scheduler'],
  });
  it.each([
    ['bound by the scheduler', podNamed('p', { nodeName: 'a' }), attempt({ selected: 'a' }), { type: 'runs', node: 'a' }],
    ['bound by name', podNamed('p', { nodeName: 'a' }), undefined, { type: 'pinned', node: 'a' }],
    ['gated', podNamed('p', { schedulingGates: [{ name: 'g' }] }), undefined, { type: 'gated', gates: ['g'] }],
    [
      'nominated',
      podNamed('p', {}, { nominatedNodeName: 'a' }),
      attempt({ result: 'unschedulable', victims: ['x', 'y'] }),
      { type: 'waitsForRoom', node: 'a', victims: 2 },
    ],
    ['refused everywhere', podNamed('p'), attempt({ result: 'unschedulable' }), { type: 'fitsNowhere' }],
    ['foreign scheduler', podNamed('p', { schedulerName: 'mine' }), undefined, { type: 'unknownScheduler', name: 'mine' }],
    ['not tried yet', podNamed('p'), undefined, { type: 'queued' }],
    ['done', podNamed('p', { nodeName: 'a' }, { phase: 'Succeeded' }), undefined, { type: 'finished' }],
  ])('%s', (_, pod, tried, expected) => expect(verdictOf(pod, tried, noQueue, [scheduler(true)])).toEqual(expected));
  it('says when the scheduler is stopped', () =>
    expect(
      [undefined, 'mine'].map((schedulerName) =>
        verdictOf(podNamed('p', schedulerName ? { schedulerName } : {}), undefined, noQueue, [
          scheduler(false),
          { ...scheduler(true), name: 'second', profiles: ['mine'] },
        ]),
      ),
    ).toEqual([{ type: 'schedulerStopped', name: 'kube-scheduler' }, { type: 'queued' }]));
});

describe('events', () => {
  const event = (name: string, at: string, fields: object): KubeEvent =>
    ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      lastTimestamp: at,
      ...fields,
    }) as unknown as KubeEvent;
  const rows = eventRows(
    [
      event('1', '2026-01-01T00:00:01Z', { type: 'Normal', reason: 'Scheduled', message: 'ok' }),
      event('2', '2026-01-01T00:00:05Z', { type: 'Warning', reason: 'FailedScheduling', message: 'no', count: 3 }),
    ],
    Date.parse('2026-01-01T00:00:00Z'),
  );
  it('newest first, in virtual time', () =>
    expect(rows.map((row) => [row.reason, row.lastMs, row.count])).toEqual([
      ['FailedScheduling', 5000, 3],
      ['Scheduled', 1000, 1],
    ]));
  it('filters', () => {
    expect(filterEvents(rows, { about: null, warningsOnly: true, text: '' })).toHaveLength(1);
    expect(filterEvents(rows, { about: null, warningsOnly: false, text: 'sched' })).toHaveLength(2);
    expect(filterEvents(rows, { about: new Set(['Pod/default/q']), warningsOnly: false, text: '' })).toHaveLength(0);
  });
});

describe('roll-out against its limits', () => {
  const deployment = (spec: object, status: object = {}): Deployment =>
    ({
      kind: 'Deployment',
      metadata: { name: 'web', uid: 'u', annotations: { 'deployment.kubernetes.io/revision': '2' } },
      spec: { template: {}, ...spec },
      status,
    }) as unknown as Deployment;
  it.each([
    [10, '25%', '25%', 13, 8],
    [3, undefined, undefined, 4, 3],
    [4, 0, 0, 4, 3],
    [1, '100%', 0, 2, 1],
  ])('%s replicas, surge %s, unavailable %s', (replicas, maxSurge, maxUnavailable, ceiling, floor) => {
    const view = rolloutView(
      deployment({ replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } }),
      [],
    );
    expect([view.ceiling, view.floor]).toEqual([ceiling, floor]);
  });
  it('says that pods are refused, in the words of the API server', () => {
    const progressing = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: 'is progressing' };
    const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: team-a' };
    const view = (conditions: readonly object[]) => {
      const plain = deployment({ replicas: 2 });
      return rolloutView({ ...plain, status: { ...plain.status, conditions } } as Deployment, []);
    };
    expect(view([progressing])).toMatchObject({ state: 'progressing', message: 'is progressing' });
    expect(view([progressing, refused])).toMatchObject({ state: 'refused', message: 'exceeded quota: team-a' });
    expect(view([progressing, { ...refused, status: 'False' }])).toMatchObject({ state: 'progressing' });
  });
  it('lists its own revisions, newest first', () => {
    const set = (name: string, revision: string, uid: string): ReplicaSet =>
      ({
        metadata: {
          name,
          annotations: { 'deployment.kubernetes.io/revision': revision },
          ownerReferences: [{ uid, controller: true }],
        },
        spec: { replicas: 1, template: {} },
        status: {},
      }) as unknown as ReplicaSet;
    const view = rolloutView(deployment({ replicas: 1 }), [set('a', '1', 'u'), set('b', '2', 'u'), set('c', '9', 'other')]);
    expect(view.revisions.map((row) => [row.name, row.current])).toEqual([
      ['b', true],
      ['a', false],
    ]);
  });
});

describe('requests', () => {
  it('sums live pods per resource', () => {
    const node = {
      metadata: { name: 'n' },
      spec: {},
      status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10' } },
    } as unknown as Node;
    const asks = (cpu: string, phase: string): Pod =>
      podNamed('p', { containers: [{ name: 'c', resources: { requests: { cpu, memory: '512Mi' } } }] }, { phase });
    const rows = resourceRows(node, [asks('500m', 'Running'), asks('250m', 'Pending'), asks('1', 'Succeeded')]);
    expect(rows.map((row) => [row.resource, row.requestedText, row.allocatableText])).toEqual([
      ['cpu', '750m', '2'],
      ['memory', '1Gi', '4Gi'],
      ['pods', '2', '10'],
    ]);
  });
  it('prints a pod and bytes shortly', () => {
    expect(
      requestsText(podNamed('p', { containers: [{ name: 'c', resources: { requests: { memory: '1Gi', cpu: '0.5' } } }] })),
    ).toBe('cpu 500m · memory 1Gi');
    expect(bytesText(1.5 * 1024 ** 3)).toBe('1.5Gi');
  });
});

describe('time', () => {
  it.each([
    [3240, '3.2s'],
    [45_900, '45s'],
    [310_000, '5m10s'],
    [11_040_000, '3h'],
    [-5, '0s'],
  ])('%s ms is %s old', (ms, text) => expect(printAge(ms)).toBe(text));
  it('prints the clock', () => expect(printClock(724_250)).toBe('12:04.250'));
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { AnyObject } from '../kube/types.ts';
import { parseScenario, printManifests, printScenario, type Scenario } from './index.ts';
import { SCENARIO_TOPICS } from './types.ts';

/** Strings that YAML likes to misread, among all others. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'yes',
    'n',
    'y',
    'on',
    'null',
    '~',
    '0644',
    '1e3',
    '12:30',
    '2026-01-01',
    '- a',
    'a: b',
    '# c',
    ' lead',
    'trail ',
    '*x',
    '&x',
    '!t',
    '<<',
    '---',
    '%A',
    '@',
    '`',
    'two\nlines',
    'end\n',
    '\n',
    'a\n\n  b\n',
    '\ttab',
    '"q"',
    "it's",
    '한국어',
  ),
  fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .filter((value) => !value.includes('\r') && !value.includes('\0') && !value.includes('\ufffd')),
);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      text.filter((key) => key !== '<<' && key !== '__proto__'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value;

const object: fc.Arbitrary<AnyObject> = fc.oneof(
  fc.record({
    // A kind whose fields are not known: anything may stand in it.
    apiVersion: fc.constant('resource.k8s.io/v1'),
    kind: fc.constant('ResourceClaimTemplate'),
    metadata: fc.record({ name, namespace: name, annotations: fc.dictionary(name, text) }),
    data: fc.dictionary(name, text),
    extra: json,
  }),
  fc.record({ apiVersion: fc.constant('v1'), kind: fc.constant('Namespace'), metadata: fc.record({ name, uid: name }) }),
);
const command: fc.Arbitrary<Scenario['steps'][number]['command']> = fc.oneof(
  fc.record({ type: fc.constant('cordon' as const), node: text }),
  fc.record({
    type: fc.constant('drain' as const),
    node: name,
    options: fc.record({ force: fc.boolean(), timeoutSeconds: fc.integer() }, { requiredKeys: [] }),
  }),
  fc.record({
    type: fc.constant('create' as const),
    objects: fc.uniqueArray(object, {
      maxLength: 2,
      selector: (one) => `${one.kind}/${one.metadata.namespace}/${one.metadata.name}`,
    }),
  }),
  fc.record({
    type: fc.constant('patch' as const),
    ref: fc.record({ kind: fc.constant('Pod'), namespace: name, name }),
    patchType: fc.constantFrom('merge' as const, 'strategic' as const),
    patch: json,
  }),
);
const at = fc.nat({ max: 10_000_000 });
/** A description is trimmed when read, for block scalars end in a line break that nobody means. */
const description = text.map((value) => value.trim());

const scenario: fc.Arbitrary<Scenario> = fc.record(
  {
    apiVersion: fc.constant('stowage/v1alpha1'),
    name: text.filter((value) => value !== ''),
    title: text,
    description,
    translations: fc.record({ ko: fc.record({ title: text, description }, { requiredKeys: [] }) }, { requiredKeys: [] }),
    topic: fc.constantFrom(...SCENARIO_TOPICS),
    seed: fc.integer(),
    speed: fc.integer({ min: 1, max: 400 }).map((quarter) => quarter / 4),
    startTime: fc.constantFrom('2026-01-01T00:00:00Z', '2030-12-31T23:59:59.123456Z'),
    positions: fc.dictionary(
      name,
      fc.record({ x: fc.integer(), y: fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((n) => !Object.is(n, -0)) }),
    ),
    config: fc.record(
      {
        kubelet: fc.record({ imagePullMs: at, heartbeatMs: fc.integer({ min: 1, max: 100_000 }) }, { requiredKeys: [] }),
        nodeLifecycle: fc.record({ evictionRatePerSecond: fc.double({ min: 0.001, max: 10, noNaN: true }) }),
      },
      { requiredKeys: [] },
    ),
    steps: fc
      .array(fc.record({ atMs: at, command, title: text }, { requiredKeys: ['atMs', 'command'] }), { maxLength: 4 })
      .map((steps) => [...steps].sort((a, b) => a.atMs - b.atMs)),
    objects: fc.uniqueArray(object, {
      maxLength: 4,
      selector: (one) => `${one.kind}/${one.metadata.namespace}/${one.metadata.name}`,
    }),
    clock: fc.record(
      {
        nowMs: at,
        tasks: fc.nat(),
        digest: text,
        journal: fc.array(fc.record({ atMs: at, command, tasks: fc.nat() }, { requiredKeys: ['atMs', 'command'] }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: ['nowMs', 'journal'] },
    ),
  },
  {
    requiredKeys: [
      'apiVersion',
      'name',
      'title',
      'description',
      'translations',
      'seed',
      'speed',
      'positions',
      'steps',
      'objects',
    ],
  },
);

describe('printing', () => {
  test('what is printed reads back as the same scenario', () => {
    fc.assert(
      fc.property(scenario, (value) => {
        const parsed = parseScenario(printScenario(value), 'f.yaml');
        expect(parsed.ok ? { ...parsed.value, sources: undefined } : parsed.error).toEqual({ ...value, sources: undefined });
      }),
      { numRuns: 400 },
    );
  });

  test('a scenario is printed for people', () => {
    const printed = printScenario({
      apiVersion: 'stowage/v1alpha1',
      name: 's',
      title: 'Title',
      description: 'One.\nTwo.',
      translations: {},
      seed: 7,
      speed: 1,
      positions: { 'node-a': { x: 0, y: 240 } },
      steps: [{ atMs: 90_000, command: { type: 'cordon', node: 'node-a' } }],
      objects: [],
    });
    expect(printed).toBe(`apiVersion: stowage/v1alpha1
kind: Scenario
metadata:
  name: s
spec:
  title: Title
  description: |-
    One.
    Two.
  seed: 7
  speed: 1
  positions:
    node-a: { x: 0, y: 240 }
  steps:
    - at: 1m30s
      do:
        type: cordon
        node: node-a
`);
  });
});

describe('plain manifests', () => {
  const owner = (kind: string, controller: boolean) => [{ apiVersion: 'apps/v1', kind, name: 'web', uid: 'u1', controller }];
  const objects: AnyObject[] = [
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      reason: 'Scheduled',
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'placed' },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'placed',
        namespace: 'default',
        uid: 'u2',
        resourceVersion: '7',
        creationTimestamp: 't',
        managedFields: [],
      },
      spec: { nodeName: 'n', priority: 0, containers: [{ name: 'c', image: 'i' }] },
      status: { phase: 'Running' },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pinned', namespace: 'default' },
      spec: { nodeName: 'n', containers: [] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'owned', namespace: 'default', ownerReferences: owner('ReplicaSet', true) },
      spec: {},
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'leaving', namespace: 'default', deletionTimestamp: 't' }, spec: {} },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web-1', namespace: 'default', ownerReferences: owner('Deployment', true) },
      spec: {},
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'default',
        generation: 2,
        annotations: { 'deployment.kubernetes.io/revision': '2', keep: 'yes' },
      },
      spec: { replicas: 2 },
      status: { replicas: 2 },
    },
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      spec: {
        taints: [
          { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
          { key: 'gpu', effect: 'NoSchedule' },
        ],
      },
      status: { capacity: { cpu: '4' }, conditions: [] },
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, status: { phase: 'Active' } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { ports: [{ port: 80 }] } },
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n', namespace: 'kube-node-lease' }, spec: {} },
  ];
  const documents = printManifests(objects)
    .split('---\n')
    .map((one) => parse(one) as AnyObject);

  test('controllers and the cluster make the rest by themselves', () => {
    expect(documents.map((one) => `${one.kind}/${one.metadata.name}`)).toEqual([
      'Namespace/shop',
      'Node/n',
      'Pod/placed',
      'Pod/pinned',
      'Deployment/web',
      'Service/web',
    ]);
  });

  test('server fields are gone, what a person wrote stays', () => {
    const [namespace, node, placed, pinned, deployment] = documents;
    expect(namespace).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    expect(node).toMatchObject({ spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, status: { capacity: { cpu: '4' } } });
    expect(node!.status).not.toHaveProperty('conditions');
    expect(placed).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'placed', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    expect(pinned!.spec).toMatchObject({ nodeName: 'n' });
    expect(deployment!.metadata).toEqual({ name: 'web', namespace: 'default', annotations: { keep: 'yes' } });
    expect(deployment).not.toHaveProperty('status');
  });

  test('they load again', () => {
    expect(
      parseScenario(printManifests(objects.filter((one) => one.kind !== 'Pod' && one.kind !== 'Deployment')), 'f.yaml').ok,
    ).toBe(true);
  });
});

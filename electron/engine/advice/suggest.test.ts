import { describe, expect, it } from 'vitest';
import type { AnyObject, KubeObject, Pod, PriorityClass } from '#shared/kube/types.ts';
import type { Suggestion, SuggestionKind } from '#shared/protocol/index.ts';
import { createSimulation } from '../index.ts';
import { deployment, node, type PodSettings, pod } from '../testing/builders.ts';
import { unwrap } from '../testing/harness.ts';
import type { Simulation } from '../types.ts';

const MINUTE = 60_000;

/** A cluster that has been running for a minute. */
function running(...objects: KubeObject[]): Simulation {
  const simulation = createSimulation({ seed: 7 });
  const loaded = simulation.load(objects as AnyObject[]);
  if (!loaded.ok) throw new Error(loaded.error.map(({ status }) => status.message).join('\n'));
  simulation.run({ untilMs: MINUTE });
  return simulation;
}

const podsNamed = (simulation: Simulation, prefix: string): Pod[] =>
  simulation.objects().filter((one) => one.kind === 'Pod' && one.metadata.name.startsWith(prefix)) as unknown as Pod[];

/** The pending pod whose name begins so. */
function stuck(simulation: Simulation, prefix = 'stuck'): Pod {
  const found = podsNamed(simulation, prefix).find((one) => !one.spec.nodeName);
  if (found === undefined) throw new Error(`no pod of ${prefix} is pending`);
  return found;
}

function advice(simulation: Simulation, prefix?: string): Suggestion[] {
  const { namespace = '', name } = stuck(simulation, prefix).metadata;
  return unwrap(simulation.suggest(namespace, name));
}

/** Gives the suggestion's command; the node which all pods of the prefix, or else the one pod, then have. */
function applied(simulation: Simulation, suggestion: Suggestion, prefix = 'stuck'): (string | undefined)[] {
  unwrap(simulation.execute(suggestion.command));
  simulation.run({ untilMs: simulation.nowMs + 3 * MINUTE });
  return podsNamed(simulation, prefix).map((one) => one.spec.nodeName);
}

const priorityClass = (name: string, value: number, preemptionPolicy = 'PreemptLowerPriority') =>
  ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, preemptionPolicy }) as PriorityClass;

const wanting = (settings: PodSettings) => pod('stuck', settings);
const ssd = { key: 'disk', operator: 'In', values: ['ssd'] };
const tainted = node('a', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] });
const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name });
const spread = (maxSkew: number) => ({
  topologySpreadConstraints: [
    {
      maxSkew,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'x' } },
    },
  ],
});
const beside = (part: 'podAffinity' | 'podAntiAffinity', app: string) => ({
  affinity: {
    [part]: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } },
      ],
    },
  },
});
const port = (containerPort: number) => ({
  containers: [{ name: 'app', image: 'registry.example/app:v1', ports: [{ containerPort, hostPort: containerPort }] }],
});

interface Case {
  kind: SuggestionKind;
  objects: KubeObject[];
  values: Suggestion['values'];
  node: string;
  victims?: string[];
  /** Among the suggestions it must be the first. */
  first?: boolean;
}

const cases: Record<string, Case> = {
  'a toleration': {
    kind: 'tolerate',
    objects: [tainted, wanting({ cpu: '1' })],
    values: { taint: 'gpu=yes:NoSchedule' },
    node: 'a',
    first: true,
  },
  'a taint removed, from the node where nothing else is in the way': {
    kind: 'untaint',
    objects: [
      node('full', { cpu: '100m', taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }),
      tainted,
      wanting({ cpu: '1' }),
    ],
    values: { taint: 'gpu=yes:NoSchedule', node: 'a' },
    node: 'a',
  },
  'uncordon, the node with room': {
    kind: 'uncordon',
    objects: [node('a', { cpu: '500m', unschedulable: true }), node('b', { unschedulable: true }), wanting({ cpu: '1' })],
    values: { node: 'b' },
    node: 'b',
    first: true,
  },
  'a label on a node': {
    kind: 'labelNode',
    objects: [node('a'), wanting({ cpu: '1', spec: { nodeSelector: { disk: 'ssd' } } })],
    values: { label: 'disk=ssd', node: 'a' },
    node: 'a',
  },
  'a node selector less': {
    kind: 'dropNodeSelector',
    objects: [
      node('a', { labels: { disk: 'hdd', tier: 'x' } }),
      wanting({ cpu: '1', spec: { nodeSelector: { disk: 'ssd', tier: 'x' } } }),
    ],
    values: { selector: 'disk=ssd' },
    node: 'a',
  },
  'an affinity expression less': {
    kind: 'dropNodeAffinity',
    objects: [
      node('a', { labels: { tier: 'x' } }),
      wanting({
        cpu: '1',
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [ssd, { key: 'tier', operator: 'Exists' }] }],
              },
            },
          },
        },
      }),
    ],
    values: { term: 'disk In ssd' },
    node: 'a',
  },
  'company given up': {
    kind: 'dropPodAffinity',
    objects: [node('a'), wanting({ cpu: '1', spec: beside('podAffinity', 'nobody') })],
    values: { term: 'app=nobody', topologyKey: 'kubernetes.io/hostname' },
    node: 'a',
  },
  'distance given up': {
    kind: 'dropPodAntiAffinity',
    objects: [
      node('a'),
      pod('there', { nodeName: 'a', labels: { app: 'x' } }),
      wanting({ cpu: '1', spec: beside('podAntiAffinity', 'x') }),
    ],
    values: { term: 'app=x', topologyKey: 'kubernetes.io/hostname' },
    node: 'a',
  },
  'a larger skew': {
    kind: 'relaxSpread',
    objects: [
      node('a', { labels: zone('one') }),
      node('b', { labels: zone('two'), cpu: '500m' }),
      pod('x1', { nodeName: 'a', labels: { app: 'x' } }),
      pod('x2', { nodeName: 'a', labels: { app: 'x' } }),
      wanting({ cpu: '1', labels: { app: 'x' }, spec: spread(1) }),
    ],
    values: { topologyKey: 'topology.kubernetes.io/zone', from: 1, maxSkew: 3 },
    node: 'a',
  },
  'a spread that is only wished for': {
    kind: 'softenSpread',
    objects: [node('a'), wanting({ cpu: '1', labels: { app: 'x' }, spec: spread(1) })],
    values: { topologyKey: 'topology.kubernetes.io/zone' },
    node: 'a',
  },
  'a host port less': {
    kind: 'dropHostPort',
    objects: [node('a'), pod('there', { nodeName: 'a', spec: port(8080) }), wanting({ spec: port(8080) })],
    values: { port: '8080' },
    node: 'a',
  },
  'a smaller request, where the least is given up': {
    kind: 'lowerRequest',
    objects: [node('a', { cpu: '1' }), node('b', { cpu: '3' }), wanting({ cpu: '4', memory: '1Gi' })],
    values: { change: 'cpu 4 → 3' },
    node: 'b',
  },
  'a higher priority class, the lowest that is enough': {
    kind: 'raisePriority',
    objects: [
      node('a', { cpu: '2' }),
      priorityClass('high', 1000),
      priorityClass('middle', 500),
      priorityClass('polite', 400, 'Never'),
      pod('there', { nodeName: 'a', cpu: '2' }),
      wanting({ cpu: '1' }),
    ],
    values: { name: 'middle', value: 500, before: 0 },
    node: 'a',
    victims: ['default/there'],
  },
  'pods to delete, the fewest': {
    kind: 'deletePods',
    objects: [
      node('a', { cpu: '2' }),
      node('b', { cpu: '2' }),
      pod('a1', { nodeName: 'a', cpu: '1' }),
      pod('a2', { nodeName: 'a', cpu: '1' }),
      pod('b1', { nodeName: 'b', cpu: '1500m' }),
      wanting({ cpu: '2' }),
    ],
    values: { pods: 'b1', count: 1, node: 'b' },
    node: 'b',
    victims: ['default/b1'],
  },
  'a smaller Deployment': {
    kind: 'scaleDown',
    objects: [
      node('a', { cpu: '2' }),
      deployment('big', { replicas: 2, cpu: '900m' }),
      { ...wanting({ cpu: '1' }), metadata: { ...wanting({}).metadata, namespace: 'default' } } as Pod,
    ],
    values: { kind: 'Deployment', name: 'big', from: 2, to: 1 },
    node: 'a',
  },
  'one more node of a kind': {
    kind: 'addNode',
    objects: [
      node('a', { cpu: '2', labels: { disk: 'ssd' } }),
      pod('there', { nodeName: 'a', cpu: '2' }),
      wanting({ cpu: '1', spec: { nodeSelector: { disk: 'ssd' } } }),
    ],
    values: { node: 'node-new-1', cpu: '2', memory: '8Gi' },
    node: 'node-new-1',
  },
  'a node made to measure': {
    kind: 'addNode',
    objects: [node('a', { cpu: '2' }), wanting({ cpu: '6', spec: { nodeSelector: { disk: 'ssd' } } })],
    values: { node: 'node-new-1', cpu: '8', memory: '1Gi' },
    node: 'node-new-1',
  },
  'gates removed': {
    kind: 'removeGates',
    objects: [node('a'), wanting({ cpu: '1', spec: { schedulingGates: [{ name: 'example.com/wait' }] } })],
    values: { gates: 'example.com/wait' },
    node: 'a',
    first: true,
  },
  'the default scheduler': {
    kind: 'useDefaultScheduler',
    objects: [node('a'), wanting({ cpu: '1', spec: { schedulerName: 'nobody' } })],
    values: { name: 'nobody' },
    node: 'a',
    first: true,
  },
};

describe('each kind of advice helps when it is followed', () => {
  it.each(Object.entries(cases))('%s', (_name, one) => {
    // A Deployment's pods must be there before the pod that finds no room.
    const late = one.kind === 'scaleDown' ? one.objects.filter(({ kind }) => kind === 'Pod') : [];
    const simulation = running(...one.objects.filter((object) => !late.includes(object)));
    if (late.length > 0) {
      unwrap(simulation.execute({ type: 'create', objects: late as AnyObject[] }));
      simulation.run({ untilMs: 2 * MINUTE });
    }
    const before = [simulation.digest(), simulation.revision];
    const list = advice(simulation);
    expect([simulation.digest(), simulation.revision]).toEqual(before);
    const found = list.find(({ kind }) => kind === one.kind);
    expect(
      found,
      JSON.stringify(
        list.map(({ kind, values }) => ({ kind, values })),
        null,
        1,
      ),
    ).toBeDefined();
    if (found === undefined) return;
    expect({ values: found.values, node: found.node }).toEqual({ values: one.values, node: one.node });
    if (one.victims !== undefined) expect(found.victims).toEqual(one.victims);
    if (one.first === true) expect(list[0]?.kind).toBe(one.kind);
    expect(applied(simulation, found)).toEqual([one.node]);
  });

  it('all of a list, each followed by itself', () => {
    const build = () =>
      running(
        tainted,
        node('b', { unschedulable: true }),
        node('c', { cpu: '2' }),
        priorityClass('high', 1000),
        pod('there', { nodeName: 'c', cpu: '1500m' }),
        wanting({ cpu: '1' }),
      );
    const list = advice(build());
    expect(list.map(({ kind }) => kind)).toEqual([
      'uncordon',
      'tolerate',
      'untaint',
      'lowerRequest',
      'addNode',
      'deletePods',
      'raisePriority',
    ]);
    for (const suggestion of list)
      expect([suggestion.kind, ...applied(build(), suggestion)]).toEqual([suggestion.kind, suggestion.node]);
  });
});

describe('pods with owners, gates and faults', () => {
  it('changes the template of a Deployment', () => {
    const simulation = running(tainted, deployment('stuck', { replicas: 2, cpu: '1' }));
    const [first] = advice(simulation);
    expect(first).toMatchObject({
      kind: 'tolerate',
      restarts: 1,
      command: { type: 'patch', ref: { kind: 'Deployment', name: 'stuck' } },
    });
    if (first) expect(applied(simulation, first)).toEqual(['a', 'a']);
  });

  it('removes the gates beside what else is needed', () => {
    const simulation = running(tainted, wanting({ cpu: '1', spec: { schedulingGates: [{ name: 'example.com/wait' }] } }));
    const found = advice(simulation).find(({ kind }) => kind === 'untaint');
    expect(found).toMatchObject({ changes: 2, command: { type: 'sequence' } });
    if (found) expect(applied(simulation, found)).toEqual(['a']);
  });

  it('recovers a machine, and starts the scheduler', () => {
    const simulation = running(node('a'));
    unwrap(simulation.execute({ type: 'crashNode', node: 'a' }));
    simulation.run({ untilMs: 4 * MINUTE });
    unwrap(simulation.execute({ type: 'create', objects: [wanting({ cpu: '1' }) as unknown as AnyObject] }));
    simulation.run({ untilMs: 5 * MINUTE });
    const recover = advice(simulation).find(({ kind }) => kind === 'recoverNode');
    expect(recover?.node).toBe('a');
    if (recover) expect(applied(simulation, recover)).toEqual(['a']);

    const stopped = running(node('a'));
    unwrap(stopped.execute({ type: 'stopComponent', component: 'kube-scheduler' }));
    unwrap(stopped.execute({ type: 'create', objects: [wanting({ cpu: '1' }) as unknown as AnyObject] }));
    stopped.run({ untilMs: 2 * MINUTE });
    const [start] = advice(stopped);
    expect(start?.kind).toBe('startScheduler');
    if (start) expect(applied(stopped, start)).toEqual(['a']);
  });

  it('has nothing to say where nothing is needed, and refuses unknown pods', () => {
    const simulation = running(node('a'), pod('fine', { cpu: '1' }));
    expect(unwrap(simulation.suggest('default', 'fine'))).toEqual([]);
    expect(simulation.suggest('default', 'nobody')).toMatchObject({ ok: false, error: { code: 404 } });
  });
});

describe('the work is bounded', () => {
  it('answers for a thousand nodes full of different troubles', () => {
    const nodes = Array.from({ length: 1000 }, (_, at) =>
      node(`n${at}`, {
        cpu: '1',
        labels: { kind: `k${at % 40}` },
        ...(at % 3 === 0 ? { taints: [{ key: `t${at % 50}`, effect: 'NoSchedule' }] } : {}),
        unschedulable: at % 5 === 0,
      }),
    );
    const simulation = running(...nodes, wanting({ cpu: '2', spec: { nodeSelector: { kind: 'none' } } }));
    const list = advice(simulation);
    expect(list.map(({ kind }) => kind)).toContain('addNode');
    expect(list.length).toBeLessThanOrEqual(8);
  }, 20_000);
});

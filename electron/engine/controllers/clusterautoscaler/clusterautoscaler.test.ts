import { beforeEach, describe, expect, test } from 'vitest';
import type { NodeGroup } from '#shared/kube/nodeGroups.ts';
import type { AnyObject, ConfigMap, KubeEvent, Node, Pod } from '#shared/kube/types.ts';
import type { ClusterAutoscalerConfig } from '../../client/types.ts';
import { createSimulation } from '../../index.ts';
import { budget, deployment, node, pod } from '../../testing/builders.ts';
import type { Simulation } from '../../types.ts';
import { LEDGER } from './ledger.ts';
import { STATUS } from './statusText.ts';

const MINUTE = 60_000;

function group(
  name: string,
  settings: Partial<NodeGroup> & { cpu?: string; memory?: string; labels?: Record<string, string> } = {},
): NodeGroup {
  const { cpu = '4', memory = '8Gi', labels = {}, ...rest } = settings;
  return { name, min: 0, max: 5, provisionMs: 30_000, template: { labels, capacity: { cpu, memory, pods: '110' } }, ...rest };
}

class Cluster {
  simulation: Simulation;
  constructor(config: Partial<ClusterAutoscalerConfig>, objects: readonly object[]) {
    this.simulation = createSimulation({ seed: 3, config: { clusterAutoscaler: { enabled: true, ...config } } });
    expect(this.simulation.load(objects as AnyObject[])).toEqual({ ok: true, value: null });
  }
  run(ms: number): this {
    this.simulation.run({ untilMs: this.simulation.nowMs + ms });
    return this;
  }
  all<T>(kind: string): T[] {
    return this.simulation.objects().filter((one) => one.kind === kind) as unknown as T[];
  }
  nodes(prefix: string): string[] {
    return this.all<Node>('Node')
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith(prefix));
  }
  pods(): Pod[] {
    return this.all<Pod>('Pod').filter(({ metadata }) => metadata.namespace === 'default');
  }
  placed(): number {
    return this.pods().filter(({ spec }) => spec.nodeName !== undefined).length;
  }
  events(reason: string): string[] {
    return this.all<KubeEvent>('Event')
      .filter((event) => event.reason === reason)
      .map(({ message }) => message ?? '');
  }
  do(command: object): void {
    expect(this.simulation.execute(command as never)).toMatchObject({ ok: true });
  }
  scale(name: string, replicas: number): void {
    this.do({ type: 'scale', ref: { kind: 'Deployment', namespace: 'default', name }, replicas });
  }
  restart(): void {
    this.do({ type: 'stopComponent', component: 'cluster-autoscaler' });
    this.do({ type: 'startComponent', component: 'cluster-autoscaler' });
  }
}

const member = (name: string, of: string, settings: Parameters<typeof node>[1] = {}): Node =>
  node(name, { ...settings, labels: { 'stowage.dev/node-group': of, ...settings.labels } });

describe('growing', () => {
  test('orders machines for the pods that wait, once', () => {
    const cluster = new Cluster({ nodeGroups: [group('pool')] }, [
      member('pool-first', 'pool'),
      deployment('web', { replicas: 10, cpu: '1', memory: '1Gi' }),
    ]).run(12_000);
    expect(cluster.placed()).toBe(4);
    expect(new Set(cluster.events('TriggeredScaleUp'))).toEqual(new Set(['pod triggered scale-up: [{pool 1->3 (max: 5)}]']));
    expect(cluster.events('TriggeredScaleUp')).toHaveLength(6);
    expect(cluster.nodes('pool-')).toEqual(['pool-first']);
    cluster.run(35_000);
    expect(cluster.nodes('pool-')).toHaveLength(3);
    expect(cluster.placed()).toBe(10);
    cluster.run(5 * MINUTE);
    expect(cluster.nodes('pool-')).toHaveLength(3);
  });

  test('a restart while machines are on order neither loses nor repeats them', () => {
    const cluster = new Cluster({ nodeGroups: [group('pool')] }, [
      member('pool-first', 'pool'),
      deployment('web', { replicas: 10, cpu: '1', memory: '1Gi' }),
    ]).run(15_000);
    cluster.restart();
    cluster.run(MINUTE);
    expect([cluster.nodes('pool-').length, cluster.placed()]).toEqual([3, 10]);
  });

  test('says why it cannot help', () => {
    const cluster = new Cluster(
      {
        nodeGroups: [
          group('small', { cpu: '2' }),
          group('full', { max: 1 }),
          group('tainted', {
            template: {
              taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }],
              capacity: { cpu: '8', memory: '8Gi', pods: '10' },
            },
          }),
        ],
      },
      [member('full-1', 'full', { cpu: '2' }), pod('big', { cpu: '3' })],
    ).run(30_000);
    expect(cluster.events('NotTriggerScaleUp')).toEqual([
      "pod didn't trigger scale-up: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 max node group size reached",
    ]);
    expect(cluster.events('TriggeredScaleUp')).toEqual([]);
  });

  test('never goes beyond the maximum', () => {
    const cluster = new Cluster({ nodeGroups: [group('pool', { max: 2 })] }, [deployment('web', { replicas: 20, cpu: '1' })]).run(
      3 * MINUTE,
    );
    expect([cluster.nodes('pool-').length, cluster.placed()]).toEqual([2, 8]);
  });

  test('expendable pods order nothing; placeholders of -10 do, and give way', () => {
    const classOf = (name: string, value: number) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
    });
    const cluster = new Cluster(
      { nodeGroups: [group('pool')] },
      [
        classOf('pause', -10),
        classOf('junk', -11),
        member('pool-first', 'pool'),
        deployment('web', { replicas: 2, cpu: '1' }),
        deployment('pause', { replicas: 2, cpu: '1', priorityClassName: 'pause', spec: undefined as never }),
      ].map((one) => one),
    ).run(20_000);
    expect([cluster.placed(), cluster.nodes('pool-').length]).toEqual([4, 1]);
    cluster.scale('web', 4);
    cluster.run(9_000);
    const web = cluster.pods().filter(({ metadata, spec }) => metadata.labels?.app === 'web' && spec.nodeName === 'pool-first');
    expect(web).toHaveLength(4);
    cluster.run(MINUTE);
    expect([cluster.placed(), cluster.nodes('pool-').length]).toEqual([6, 2]);
    cluster.do({ type: 'create', objects: [deployment('junk', { replicas: 9, cpu: '1', priorityClassName: 'junk' })] });
    cluster.run(2 * MINUTE);
    expect(cluster.nodes('pool-')).toHaveLength(2);
  });

  test.each([
    ['least-waste', 'fit'],
    ['most-pods', 'big'],
    ['priority', 'dear'],
  ] as const)('%s takes %s', (expander, expected) => {
    const nodeGroups = [
      group('dear', { cpu: '2', priority: 9, max: 2 }),
      group('big', { cpu: '16', memory: '64Gi' }),
      group('fit', { cpu: '4', memory: '4Gi', max: 1 }),
    ];
    const cluster = new Cluster({ nodeGroups, expander }, [deployment('web', { replicas: 8, cpu: '1', memory: '1Gi' })]).run(
      11_000,
    );
    expect(cluster.events('TriggeredScaleUp')[0]).toContain(`[{${expected} 0->`);
  });

  test('similar groups share', () => {
    const zone = (name: string) => group(name, { labels: { 'topology.kubernetes.io/zone': name } });
    const cluster = new Cluster(
      { nodeGroups: [zone('a'), zone('b'), group('other', { cpu: '5', memory: '64Gi' })], balanceSimilarNodeGroups: true },
      [deployment('web', { replicas: 16, cpu: '1', memory: '2Gi' })],
    ).run(11_000);
    expect(cluster.events('TriggeredScaleUp')[0]).toBe('pod triggered scale-up: [{a 0->2 (max: 5)} {b 0->2 (max: 5)}]');
  });

  test('a machine that does not come is given up, and its group left alone for five minutes', () => {
    const nodeGroups = [group('slow', { provisionMs: 3_600_000 })];
    const cluster = new Cluster({ nodeGroups, maxNodeProvisionMs: MINUTE }, [deployment('web', { replicas: 1, cpu: '1' })]).run(
      90_000,
    );
    expect(cluster.events('ScaleUpTimedOut')).toEqual(['Nodes added to group slow failed to register within 1m0s']);
    expect(cluster.events('NotTriggerScaleUp')).toEqual(["pod didn't trigger scale-up: 1 in backoff after failed scale-up"]);
    cluster.run(4 * MINUTE);
    expect(cluster.events('ScaledUpGroup')).toHaveLength(1);
    cluster.run(MINUTE);
    expect(cluster.events('ScaledUpGroup')).toHaveLength(2);
    expect(
      JSON.parse(cluster.all<ConfigMap>('ConfigMap').find(({ metadata }) => metadata.name === LEDGER.name)?.data?.machines ?? ''),
    ).toHaveLength(1);
  });

  test('daemon pods take their room on new machines', () => {
    const daemon = { ...deployment('agent', { cpu: '1500m' }), kind: 'DaemonSet' } as unknown as {
      spec: Record<string, unknown>;
    };
    const { replicas: _none, ...spec } = daemon.spec;
    const cluster = new Cluster({ nodeGroups: [group('pool')] }, [
      { ...daemon, spec },
      deployment('web', { replicas: 4, cpu: '1' }),
    ]).run(11_000);
    expect(cluster.events('TriggeredScaleUp')[0]).toBe('pod triggered scale-up: [{pool 0->2 (max: 5)}]');
  });
});

describe('shrinking', () => {
  const fast = { scaleDownUnneededMs: 2 * MINUTE, scaleDownDelayAfterAddMs: MINUTE };
  let cluster: Cluster;
  const start = (
    objects: readonly object[],
    config: Partial<ClusterAutoscalerConfig> = {},
    settings: Partial<NodeGroup> = {},
  ) => {
    cluster = new Cluster({ ...fast, nodeGroups: [group('pool', { min: 1, ...settings })], ...config }, [
      member('pool-a', 'pool'),
      member('pool-b', 'pool'),
      ...objects,
    ]);
    return cluster;
  };
  const taints = (name: string) =>
    cluster
      .all<Node>('Node')
      .find(({ metadata }) => metadata.name === name)
      ?.spec.taints?.map(({ key, effect }) => `${key}:${effect}`);

  beforeEach(() => {
    cluster = start([]);
  });

  test('an empty node goes when its time has come, down to the minimum', () => {
    cluster.run(MINUTE);
    expect(taints('pool-a')).toEqual(['DeletionCandidateOfClusterAutoscaler:PreferNoSchedule']);
    cluster.run(55_000);
    expect(cluster.nodes('pool-')).toHaveLength(2);
    cluster.run(30_000);
    expect(cluster.nodes('pool-')).toEqual(['pool-b']);
    cluster.run(10 * MINUTE);
    expect(cluster.nodes('pool-')).toEqual(['pool-b']);
    expect(cluster.events('ScaleDownEmpty')).toEqual(['Scale-down: removing empty node "pool-a"']);
  });

  test('pods move by evictions, and the node goes after them', () => {
    start([deployment('web', { replicas: 2, cpu: '500m' })]).run(4 * MINUTE);
    expect(cluster.nodes('pool-')).toHaveLength(1);
    expect(cluster.placed()).toBe(2);
    expect(cluster.events('ScaleDown')).toEqual(
      expect.arrayContaining([
        'marked the node as toBeDeleted/unschedulable',
        'deleting pod for node scale down',
        'node removed by cluster autoscaler',
      ]),
    );
  });

  test.each<[string, object[], Partial<ClusterAutoscalerConfig>]>([
    [
      'pods nobody would make again',
      [pod('a', { cpu: '100m', nodeName: 'pool-a' }), pod('b', { cpu: '100m', nodeName: 'pool-b' })],
      {},
    ],
    [
      'the annotation safe-to-evict',
      [
        deployment('web', {
          replicas: 2,
          cpu: '1',
          workload: {
            template: {
              metadata: { labels: { app: 'web' }, annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' } },
              spec: {
                containers: [{ name: 'app', image: 'x:1', resources: { requests: { cpu: '1' } } }],
                topologySpreadConstraints: [
                  {
                    maxSkew: 1,
                    topologyKey: 'kubernetes.io/hostname',
                    whenUnsatisfiable: 'ScheduleAnyway',
                    labelSelector: { matchLabels: { app: 'web' } },
                  },
                ],
              },
            },
          },
        }),
      ],
      {},
    ],
    [
      'a budget that allows none',
      [deployment('web', { replicas: 2, cpu: '1' }), budget('web', { app: 'web' }, { minAvailable: 2 })],
      {},
    ],
    ['utilisation', [deployment('web', { replicas: 2, cpu: '2' })], {}],
    ['a higher minimum', [], { nodeGroups: [group('pool', { min: 2 })] }],
    ['scaling down switched off', [], { scaleDownEnabled: false }],
  ])('%s keeps both nodes', (_name, objects, config) => {
    start(objects, config).run(10 * MINUTE);
    expect(cluster.nodes('pool-')).toHaveLength(2);
  });

  test('a restart keeps the time since when a node is not needed', () => {
    cluster.run(115_000);
    cluster.restart();
    cluster.run(25_000);
    expect(cluster.nodes('pool-')).toEqual(['pool-b']);
  });

  test('a restart in the midst of a drain begins anew', () => {
    start(
      [
        deployment('web', {
          replicas: 2,
          cpu: '500m',
          spec: {
            terminationGracePeriodSeconds: 30,
            containers: [{ name: 'app', image: 'x:1', resources: { requests: { cpu: '500m' } } }],
          },
        }),
      ],
      {},
    );
    for (
      let i = 0;
      i < 40 && !cluster.all<Node>('Node').some((one) => taints(one.metadata.name)?.some((text) => text.startsWith('ToBe')));
      i++
    )
      cluster.run(5_000);
    cluster.restart();
    cluster.run(5 * MINUTE);
    expect(cluster.nodes('pool-')).toHaveLength(1);
    expect(cluster.placed()).toBe(2);
  });

  test('tells how it is in a ConfigMap, and writes it only when it changes', () => {
    cluster.run(11_000);
    const status = () => cluster.all<ConfigMap>('ConfigMap').find(({ metadata }) => metadata.name === STATUS.name);
    expect(status()?.data?.status).toContain('- name: pool\n');
    expect(status()?.data?.status).toContain('cloudProviderTarget: 2');
    cluster.run(20_000);
    const version = status()?.metadata.resourceVersion;
    cluster.run(40_000);
    expect(status()?.metadata.resourceVersion).toBe(version);
  });
});

test('without the option there is none of it', () => {
  const simulation = createSimulation({ seed: 1 });
  expect(simulation.components().map(({ name }) => name)).not.toContain('cluster-autoscaler');
});

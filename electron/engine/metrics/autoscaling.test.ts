import { beforeEach, describe, expect, test } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/index.ts';
import { createSimulation } from '../index.ts';
import { deployment, node, pod } from '../testing/builders.ts';
import type { Simulation } from '../types.ts';

const web = { kind: 'Deployment', namespace: 'default', name: 'web' };
const MINUTE = 60_000;

function autoscaler(spec: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      ...spec,
    },
  };
}

describe('load, metrics and autoscaling together', () => {
  let sim: Simulation;
  const give = (command: Command) => sim.execute(command);
  const pass = (ms: number) => sim.run({ untilMs: sim.nowMs + ms });
  const replicas = () => (sim.get('Deployment/default/web')?.spec as { replicas: number } | undefined)?.replicas;
  const create = (object: unknown) => {
    const done = give({ type: 'create', objects: [object as AnyObject] });
    if (!done.ok || done.value.lines.some((line) => line.startsWith('Error'))) throw new Error(JSON.stringify(done));
  };
  beforeEach(() => {
    sim = createSimulation({ seed: 1 });
    sim.load([node('a', { cpu: '8', memory: '16Gi' }), node('b', { cpu: '8', memory: '16Gi' })] as unknown as AnyObject[]);
    pass(5_000);
    create(deployment('web', { replicas: 2, cpu: '100m', memory: '100Mi' }));
  });

  test('load spreads over the pods, the autoscaler follows it up and, much later, down', () => {
    create(autoscaler());
    expect(give({ type: 'setLoad', ref: web, load: { cpu: '400m' } })).toMatchObject({
      ok: true,
      value: { lines: ['deployment.apps/web load set'] },
    });
    pass(5 * MINUTE);
    expect(replicas()).toBe(8);
    const { pods, autoscalers } = sim.metrics({ kind: 'HorizontalPodAutoscaler', namespace: 'default', name: 'web' });
    expect(pods.map(({ cpuMilli }) => cpuMilli)).toEqual(Array<number>(8).fill(50));
    const points = autoscalers[0]?.points ?? [];
    expect(points.map(({ desired }) => desired).filter((one, at, all) => one !== all[at - 1])).toEqual([2, 4, 8]);
    expect(points.at(-1)?.metrics).toEqual([{ name: 'cpu', unit: 'percent', value: 50, target: 50 }]);
    give({ type: 'setLoad', ref: web, load: null });
    pass(4 * MINUTE);
    expect(replicas()).toBe(8);
    pass(4 * MINUTE);
    expect(replicas()).toBe(1);
  });

  test('a request rate scales by a metric of pods, of a Service and from outside', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    const queue = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'queue',
        namespace: 'default',
        labels: { queue: 'work' },
        annotations: { 'stowage.dev/metrics': 'external' },
      },
      data: { queue_length: '70' },
    };
    create(service);
    create(queue);
    const metric = { name: 'http_requests_per_second' };
    const metrics = [
      { type: 'Pods', pods: { metric, target: { type: 'AverageValue', averageValue: '20' } } },
      {
        type: 'Object',
        object: {
          metric,
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
          target: { type: 'AverageValue', averageValue: '25' },
        },
      },
      {
        type: 'External',
        external: {
          metric: { name: 'queue_length', selector: { matchLabels: { queue: 'work' } } },
          target: { type: 'AverageValue', averageValue: '10' },
        },
      },
    ];
    create(autoscaler({ metrics }));
    give({ type: 'setLoad', ref: web, load: { requestsPerSecond: 100 } });
    pass(5 * MINUTE);
    const status = sim.get('HorizontalPodAutoscaler/default/web')?.status as { currentMetrics: unknown[] };
    // 100 / 20 = 5 by pods, 100 / 25 = 4 by the Service, 70 / 10 = 7 from outside: the largest wins.
    expect(replicas()).toBe(7);
    expect(status.currentMetrics).toMatchObject([
      { pods: { current: { averageValue: '14285m' } } },
      { object: { current: { averageValue: '14286m' } } },
      { external: { current: { averageValue: '10' } } },
    ]);
  });

  test('asking changes nothing', () => {
    create(autoscaler());
    give({ type: 'setLoad', ref: web, load: { cpu: '300m' } });
    pass(MINUTE);
    const before = sim.digest();
    sim.metrics();
    sim.top('pods', { containers: true });
    sim.top('nodes', {});
    expect(sim.digest()).toBe(before);
  });

  test('top prints what was measured, and says why when nothing was', () => {
    pass(1_000);
    expect(sim.top('pods', {})).toMatchObject({ ok: false, error: { message: 'metrics not available yet' } });
    expect(sim.top('pods', { namespace: 'kube-public' })).toEqual({
      ok: true,
      value: ['No resources found in kube-public namespace.'],
    });
    create(
      pod('solo', { cpu: '500m', memory: '64Mi', annotations: { 'stowage.dev/usage': '{"cpu": "250m", "memory": "128Mi"}' } }),
    );
    pass(MINUTE);
    const pods = sim.top('pods', { sortBy: 'cpu', selector: 'app!=web' });
    expect(pods).toEqual({ ok: true, value: ['NAME   CPU(cores)   MEMORY(bytes)   ', 'solo   250m         128Mi           '] });
    const nodes = sim.top('nodes', {});
    if (!nodes.ok) throw new Error(nodes.error.message);
    expect(nodes.value[0]).toBe('NAME   CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)   ');
    expect(nodes.value).toHaveLength(3);
    give({ type: 'crashNode', node: 'b' });
    pass(2 * MINUTE);
    const later = sim.top('nodes', {});
    expect(later.ok && later.value.at(-1)).toMatch(/^b +<unknown> +<unknown> +<unknown> +<unknown> +$/);
    expect(sim.top('nodes', { name: 'b' })).toMatchObject({
      ok: false,
      error: { reason: 'NotFound', message: 'nodemetrics.metrics.k8s.io "b" not found' },
    });
  });

  test('loads that make no sense are refused, and told by an event when they come by annotation', () => {
    expect(give({ type: 'setLoad', ref: web, load: { cpus: 1 } })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('the load is not understood: cpus is not known here') as string },
    });
    pass(MINUTE);
    const set = sim.objects().find(({ kind }) => kind === 'ReplicaSet');
    const ref = { kind: 'ReplicaSet', namespace: 'default', name: set?.metadata.name ?? '' };
    expect(give({ type: 'setLoad', ref, load: {} })).toMatchObject({
      ok: false,
      error: { message: `replicaset.apps/${ref.name} serves deployment.apps/web: put the load there` },
    });
    expect(give({ type: 'setLoad', ref: { kind: 'Node', namespace: '', name: 'a' }, load: {} })).toMatchObject({ ok: false });
    give({ type: 'annotate', ref: web, set: { 'stowage.dev/load': '{oops' }, remove: [] });
    pass(1_000);
    const events = sim.objects().filter((one) => one.kind === 'Event' && one.reason === 'InvalidLoad');
    expect(events.map(({ message, count }) => [message, count])).toEqual([
      ['annotation stowage.dev/load is not understood and does nothing: it is no JSON; write for example {"cpu": "500m"}', 1],
    ]);
  });

  test('cpu is held down to the limit, and a total that does not divide is given out whole', () => {
    const limits = {
      containers: [{ name: 'app', image: 'i', resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } } }],
    };
    create(deployment('tight', { replicas: 3, spec: limits }));
    const tight = { ...web, name: 'tight' };
    give({ type: 'setLoad', ref: tight, load: { cpu: '100m', cpuPerPod: '50m' } });
    pass(MINUTE);
    expect(sim.metrics(tight).pods.map(({ cpuMilli }) => cpuMilli)).toEqual([84, 83, 83]);
    give({ type: 'setLoad', ref: tight, load: { cpu: '3' } });
    pass(MINUTE);
    expect(sim.metrics(tight).pods.map(({ cpuMilli }) => cpuMilli)).toEqual([200, 200, 200]);
  });
});

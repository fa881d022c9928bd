import { describe, expect, test } from 'vitest';
import type { VerticalPodAutoscaler, VerticalPodAutoscalerCheckpoint } from '#shared/kube/kinds.ts';
import { value } from '#shared/kube/quantity.ts';
import type { AnyObject, KubeEvent, Pod } from '#shared/kube/types.ts';
import { adviceFor, proportionalLimits } from '#shared/kube/vpa.ts';
import { createSimulation } from '../../index.ts';
import { budget, deployment, node, pod } from '../../testing/builders.ts';
import type { Simulation } from '../../types.ts';
import { meetsRequirements, needsUpdate, urgencyOf } from './priority.ts';
import { EvictionRestriction } from './restriction.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function vpa(name: string, spec: Record<string, unknown> = {}): VerticalPodAutoscaler {
  return {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ...spec },
  };
}

const loaded = (load: object, settings: Parameters<typeof deployment>[1] = {}) => {
  const web = deployment('web', { replicas: 2, cpu: '100m', memory: '64Mi', ...settings });
  return { ...web, metadata: { ...web.metadata, annotations: { 'stowage.dev/load': JSON.stringify(load) } } };
};

class Cluster {
  simulation: Simulation = createSimulation({ seed: 3 });
  constructor(...objects: object[]) {
    const all = [node('a', { cpu: '16', memory: '32Gi' }), node('b', { cpu: '16', memory: '32Gi' }), ...objects];
    expect(this.simulation.load(all as AnyObject[])).toEqual({ ok: true, value: null });
  }
  run(ms: number): this {
    this.simulation.run({ untilMs: this.simulation.nowMs + ms });
    return this;
  }
  all<T>(kind: string): T[] {
    return this.simulation.objects().filter((one) => one.kind === kind) as unknown as T[];
  }
  vpa(): VerticalPodAutoscaler {
    return this.simulation.get('VerticalPodAutoscaler/default/web') as unknown as VerticalPodAutoscaler;
  }
  target(): unknown {
    return this.vpa().status?.recommendation?.containerRecommendations?.[0]?.target;
  }
  requests(): unknown[] {
    return this.all<Pod>('Pod')
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ spec }) => spec.containers[0]?.resources?.requests);
  }
  evictions(): number {
    return this.all<KubeEvent>('Event').filter(({ reason }) => reason === 'EvictedByVPA').length;
  }
  conditions(): string[] {
    return (this.vpa().status?.conditions ?? []).map(({ type, status, message = '' }) => `${type} ${status} ${message}`);
  }
  do(command: object): void {
    expect(this.simulation.execute(command as never)).toMatchObject({ ok: true });
  }
}

describe('recommender', () => {
  test('advises by use once a minute', () => {
    const cluster = new Cluster(loaded({ cpu: '1' }), vpa('web', { updatePolicy: { updateMode: 'Off' } })).run(59_000);
    expect(cluster.target()).toBeUndefined();
    cluster.run(2 * MINUTE);
    expect(cluster.target()).toEqual({ cpu: '587m', memory: '262144k' });
    expect(cluster.conditions()).toEqual(['RecommendationProvided True ']);
    cluster.run(HOUR);
    expect([cluster.evictions(), cluster.requests()[0]]).toEqual([0, { cpu: '100m', memory: '64Mi' }]);
  });

  test.each<[string, object, string[]]>([
    [
      'no target',
      { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' } },
      [
        'ConfigUnsupported True Cannot read targetRef. Reason: Deployment default/none does not exist',
        'NoPodsMatched True No pods match this VPA object',
        'RecommendationProvided False No pods match this VPA object',
      ],
    ],
    [
      'no such kind',
      { targetRef: { apiVersion: 'v1', kind: 'Gizmo', name: 'x' } },
      [
        'ConfigUnsupported True Cannot read targetRef. Reason: Unhandled targetRef v1 / Gizmo / x, last error no matches for kind',
        'NoPodsMatched True No pods match this VPA object',
        'RecommendationProvided False No pods match this VPA object',
      ],
    ],
  ])('%s', (_name, spec, expected) => {
    const cluster = new Cluster(loaded({ cpu: '1' }), vpa('web', spec as Record<string, unknown>)).run(2 * MINUTE);
    expect(cluster.conditions()).toEqual(expected);
  });

  test('goes on from its checkpoints after a restart', () => {
    const build = (restart: boolean) => {
      const cluster = new Cluster(
        loaded({ cpu: { sine: { min: '200m', max: '3', periodSeconds: 1200 } } }),
        vpa('web', { updatePolicy: { updateMode: 'Off' } }),
      ).run(30 * MINUTE);
      if (restart) {
        cluster.do({ type: 'stopComponent', component: 'vpa-recommender' });
        cluster.do({ type: 'startComponent', component: 'vpa-recommender' });
      }
      return cluster.run(5 * MINUTE);
    };
    const [plain, restarted] = [build(false), build(true)];
    expect(restarted.target()).toEqual(plain.target());
    const checkpoint = restarted.all<VerticalPodAutoscalerCheckpoint>('VerticalPodAutoscalerCheckpoint');
    expect(checkpoint.map(({ metadata }) => metadata.name)).toEqual(['web-app']);
    expect(checkpoint[0]?.status).toMatchObject({ version: 'v3', totalSamplesCount: expect.any(Number) });
    expect(checkpoint[0]?.status?.totalSamplesCount).toBeGreaterThan(60);
    restarted.do({ type: 'delete', refs: [{ kind: 'VerticalPodAutoscaler', namespace: 'default', name: 'web' }] });
    restarted.run(2 * MINUTE);
    expect(restarted.all('VerticalPodAutoscalerCheckpoint')).toEqual([]);
  });

  test('a container that runs out of memory gets more', () => {
    const small = {
      containers: [{ name: 'app', image: 'x:1', resources: { requests: { memory: '300Mi' }, limits: { memory: '300Mi' } } }],
    };
    const cluster = new Cluster(
      loaded({ memoryPerPod: '100Mi', steps: [{ atSeconds: 150, memoryPerPod: '350Mi' }] }, { spec: small }),
      vpa('web', { updatePolicy: { updateMode: 'Recreate' } }),
    ).run(20 * MINUTE);
    const [request] = cluster.requests() as { memory: string }[];
    expect(value(request?.memory)).toBeGreaterThan(400 * 1024 * 1024);
    const settled = cluster.evictions();
    expect(settled).toBeGreaterThan(0);
    cluster.run(30 * MINUTE);
    expect(cluster.evictions()).toBe(settled);
  });
});

describe('updater and admission', () => {
  test('pods are made anew with the advice, one of two at a time', () => {
    const cluster = new Cluster(loaded({ cpu: '1' }), vpa('web')).run(3 * MINUTE);
    expect(cluster.evictions()).toBeGreaterThan(0);
    cluster.run(10 * MINUTE);
    expect(cluster.requests()).toEqual(Array(2).fill({ cpu: '587m', memory: '262144k' }));
    expect(cluster.evictions()).toBe(2);
    const [first] = cluster.all<Pod>('Pod');
    expect(first?.metadata.annotations).toMatchObject({
      vpaUpdates: 'Pod resources updated by web: container 0: cpu request, memory request',
      vpaObservedContainers: 'app',
    });
    cluster.run(40 * MINUTE);
    expect(cluster.evictions()).toBe(2);
  });

  test.each<[string, object[], Record<string, unknown>]>([
    ['Initial', [], { updatePolicy: { updateMode: 'Initial' } }],
    ['a budget', [budget('web', { app: 'web' }, { minAvailable: 2 })], {}],
    ['minReplicas', [], { updatePolicy: { updateMode: 'Recreate', minReplicas: 3 } }],
    [
      'requirements',
      [],
      {
        updatePolicy: {
          updateMode: 'Recreate',
          evictionRequirements: [{ resources: ['cpu', 'memory'], changeRequirement: 'TargetLowerThanRequests' }],
        },
      },
    ],
    ['policies', [], { resourcePolicy: { containerPolicies: [{ containerName: 'app', mode: 'Off' }] } }],
  ])('%s keeps the pods', (_name, more, spec) => {
    const cluster = new Cluster(loaded({ cpu: '1' }), vpa('web', spec), ...more).run(20 * MINUTE);
    expect([cluster.evictions(), cluster.requests()[0]]).toEqual([0, { cpu: '100m', memory: '64Mi' }]);
  });

  test('new pods get the advice in mode Initial', () => {
    const cluster = new Cluster(loaded({ cpu: '1' }), vpa('web', { updatePolicy: { updateMode: 'Initial' } })).run(5 * MINUTE);
    cluster.do({ type: 'scale', ref: { kind: 'Deployment', namespace: 'default', name: 'web' }, replicas: 3 });
    cluster.run(MINUTE / 2);
    expect(cluster.requests()).toContainEqual({ cpu: '587m', memory: '262144k' });
  });

  test('a pod within its bounds waits twelve hours', () => {
    const advice = (lower: string, upper: string) => {
      const recommendation = {
        containerRecommendations: [
          { containerName: 'app', target: { cpu: '200m' }, lowerBound: { cpu: lower }, upperBound: { cpu: upper } },
        ],
      };
      return { ...vpa('web'), status: { recommendation } };
    };
    const started = { ...pod('p', { cpu: '100m' }), status: { startTime: '0' } } as unknown as Pod;
    const decide = (one: VerticalPodAutoscaler, hours: number) => {
      const clock = { nowMs: hours * HOUR, parseMs: Number };
      return needsUpdate(started, one, urgencyOf(started, adviceFor(one, started)), clock);
    };
    expect([
      decide(advice('50m', '1'), 11),
      decide(advice('50m', '1'), 12),
      decide(advice('150m', '1'), 0),
      decide(advice('10m', '50m'), 0),
    ]).toEqual([false, true, true, true]);
    const close = { ...pod('p', { cpu: '190m' }), status: { startTime: '0' } } as unknown as Pod;
    expect(
      needsUpdate(close, advice('50m', '1'), urgencyOf(close, adviceFor(advice('50m', '1'), close)), {
        nowMs: 24 * HOUR,
        parseMs: Number,
      }),
    ).toBe(false);
    const lower = {
      ...advice('50m', '1'),
      spec: { updatePolicy: { evictionRequirements: [{ resources: ['cpu'], changeRequirement: 'TargetLowerThanRequests' }] } },
    };
    expect(meetsRequirements(lower, adviceFor(lower, started))).toBe(false);
  });

  test.each([
    [2, 2, 1],
    [3, 3, 1],
    [5, 5, 2],
    [5, 4, 1],
    [4, 2, 0],
    [1, 1, 0],
  ])('of %i pods, %i of them running, %i may go', (configured, running, expected) => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true };
    const pods = Array.from({ length: configured }, (_, i) => {
      const one = pod(`p${i}`);
      const phase = i < running ? 'Running' : 'Pending';
      return { ...one, metadata: { ...one.metadata, ownerReferences: [owner] }, status: { phase } } as unknown as Pod;
    });
    const restriction = new EvictionRestriction(pods, 2, () => ({ kind: 'ReplicaSet', spec: { replicas: configured } }) as never);
    const gone = pods.slice(0, running).filter((one) => {
      const may = restriction.allows(one);
      if (may) restriction.note(one);
      return may;
    });
    expect(gone).toHaveLength(expected);
  });

  test('advice stays within the limit ranges of the namespace', () => {
    const range = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'r', namespace: 'default' },
      spec: { limits: [{ type: 'Container', max: { cpu: '400m' }, default: { cpu: '400m' } }] },
    };
    const cluster = new Cluster(range, loaded({ cpu: '1' }, { cpu: '200m' }), vpa('web')).run(10 * MINUTE);
    const pods = cluster.all<Pod>('Pod');
    // Limits are twice the requests: at half of the largest limit there is no more room.
    expect(cluster.requests()).toEqual(Array(2).fill({ cpu: '200m', memory: '262144k' }));
    expect(pods[0]?.metadata.annotations?.vpaUpdates).toBe(
      'Pod resources updated by web: container 0: cpu capped to fit Max in container LimitRange, cpu request, memory request, cpu limit',
    );
  });

  test('limits keep their proportion', () => {
    const container = {
      name: 'app',
      resources: { requests: { cpu: '100m', memory: '100Mi' }, limits: { cpu: '250m', memory: '100Mi' } },
    };
    expect(proportionalLimits(container, { cpu: '587m', memory: '262144k' })).toEqual({ cpu: '1467m', memory: '262144k' });
  });
});

describe('its own admission', () => {
  const cluster = new Cluster();
  test.each<[Record<string, unknown>, string]>([
    [{ targetRef: undefined }, "targetRef is required. If you're using v1beta1 version of the API, please migrate to v1"],
    [{ updatePolicy: { updateMode: 'Now' } }, 'unexpected UpdateMode value Now'],
    [{ updatePolicy: { minReplicas: 1 } }, 'updateMode is required if UpdatePolicy is used'],
    [{ updatePolicy: { updateMode: 'Off', minReplicas: 0 } }, 'minReplicas has to be positive, got 0'],
    [{ resourcePolicy: { containerPolicies: [{}] } }, 'containerPolicies.ContainerName is required if policy is used'],
    [
      { resourcePolicy: { containerPolicies: [{ containerName: '*', minAllowed: { cpu: '2' }, maxAllowed: { cpu: '1' } }] } },
      'max resource for cpu is lower than min',
    ],
    [
      { resourcePolicy: { containerPolicies: [{ containerName: '*', minAllowed: { cpu: '500u' } }] } },
      'minAllowed: CPU [500u] must be a whole number of milli CPUs',
    ],
    [
      { resourcePolicy: { containerPolicies: [{ containerName: '*', mode: 'Off', controlledValues: 'RequestsOnly' }] } },
      "controlledValues shouldn't be specified if container scaling mode is off",
    ],
  ])('%j', (spec, why) => {
    const answer = cluster.simulation.check(vpa('bad', spec) as never);
    expect(answer.ok ? '' : answer.error.message).toBe(`admission webhook "vpa.k8s.io" denied the request: ${why}`);
  });

  test('a good one recreates unless it says otherwise', () => {
    cluster.do({ type: 'create', objects: [vpa('web')] });
    expect(cluster.vpa().spec.updatePolicy).toEqual({ updateMode: 'Recreate' });
  });
});

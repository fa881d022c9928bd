import { beforeEach, describe, expect, test } from 'vitest';
import { err, ok } from '#shared/core/result.ts';
import { matchRequirements } from '#shared/kube/labels.ts';
import type { AnyObject, HorizontalPodAutoscaler, Pod, Status } from '#shared/kube/types.ts';
import type { MetricsSource } from '../../metrics/types.ts';
import { deployment, pod, replicaSet } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createHorizontalPodAutoscaler } from './index.ts';

const SYNC_MS = 15_000;

function hpa(name: string, spec: Record<string, unknown> = {}): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web' }, maxReplicas: 10, ...spec },
  } as unknown as HorizontalPodAutoscaler;
}

describe('HorizontalPodAutoscaler controller', () => {
  let cluster: TestCluster;
  let milli: number | undefined;
  let failure: Status | undefined;
  const current = () => cluster.get('HorizontalPodAutoscaler', 'default', 'web');
  const condition = (type: string) => current().status.conditions?.find((one) => one.type === type);
  const size = (kind = 'ReplicaSet') => (cluster.get<string>(kind, 'default', 'web') as AnyObject).spec as { replicas: number };

  /** A pod that is ready since long ago. */
  const addPod = (name: string, labels: Record<string, string> = { app: 'web' }) => {
    const [made] = cluster.create(pod(name, { cpu: '100m', labels, nodeName: 'a' }));
    const long = '2025-12-31T00:00:00Z' as never;
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: long }];
    const status = { ...(made as Pod).status, phase: 'Running', startTime: long, conditions };
    unwrap(cluster.client.updateStatus({ ...(made as Pod), status }));
  };

  beforeEach(() => {
    milli = 50;
    failure = undefined;
    const none = err({ kind: 'Status', status: 'Failure', message: 'nothing here', code: 404 } as unknown as Status);
    const source = (ctx: { pods(): readonly Pod[]; nowMs(): number }): MetricsSource => ({
      podMetrics: (_namespace, selector) =>
        failure !== undefined
          ? err(failure)
          : ok(
              ctx
                .pods()
                .filter((one) => matchRequirements(selector, one.metadata.labels))
                .map(({ metadata: { name, namespace = '' } }) => ({
                  namespace,
                  name,
                  timestampMs: ctx.nowMs(),
                  windowMs: SYNC_MS,
                  containers: [{ name: 'app', ...(milli === undefined ? {} : { cpuMilli: milli }) }],
                })),
            ),
      podMetric: () => none,
      nodeMetrics: () => none,
      podsMetric: () => none,
      objectMetric: () => none,
      externalMetric: () => none,
    });
    cluster = createTestCluster({
      components: (ctx) => [
        createHorizontalPodAutoscaler(
          ctx,
          source({ pods: () => ctx.informer('Pod').lister.list('default'), nowMs: () => ctx.clock.nowMs }),
        ),
      ],
    });
    cluster.create(replicaSet('web', { replicas: 2, cpu: '100m' }));
    unwrap(cluster.client.updateStatus({ ...cluster.get('ReplicaSet', 'default', 'web'), status: { replicas: 2 } }));
    addPod('p0');
    addPod('p1');
  });

  test('looks once a period, the first time a period after the creation', () => {
    cluster.create(hpa('web'));
    cluster.runFor(SYNC_MS - 1);
    expect(current().status).toEqual({ desiredReplicas: 0, currentMetrics: null });
    milli = 160;
    cluster.runFor(1);
    expect(size().replicas).toBe(4);
    expect(cluster.events('web')).toEqual([
      'Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target',
    ]);
    expect(current().status).toMatchObject({ currentReplicas: 2, desiredReplicas: 4, lastScaleTime: '2026-01-01T00:00:15Z' });
    expect(condition('AbleToScale')).toMatchObject({ reason: 'SucceededRescale', lastTransitionTime: '2026-01-01T00:00:15Z' });
  });

  test('is background work and writes nothing when nothing changes', () => {
    milli = 80;
    cluster.create(hpa('web'));
    cluster.runFor(SYNC_MS);
    const { resourceVersion } = current().metadata;
    cluster.runFor(10 * SYNC_MS);
    expect(current().metadata.resourceVersion).toBe(resourceVersion);
    expect(cluster.settle().reason).toBe('quiet');
  });

  test('forgets its recommendations on a restart, but not the present size', () => {
    milli = 10;
    cluster.create(hpa('web'));
    cluster.runFor(SYNC_MS);
    expect(condition('AbleToScale')?.reason).toBe('ScaleDownStabilized');
    const [controller] = cluster.components;
    controller?.stop();
    controller?.start();
    cluster.runFor(SYNC_MS);
    expect([size().replicas, condition('AbleToScale')?.reason]).toEqual([2, 'ScaleDownStabilized']);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['Gizmo', { apiVersion: 'example.com/v1', kind: 'Gizmo', name: 'web' }, 'no matches for kind "Gizmo" in group "example.com"'],
    ['Deployment', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, 'deployments.apps "web" not found'],
    ['Job', { apiVersion: 'batch/v1', kind: 'Job', name: 'web' }, 'the server could not find the requested resource'],
    [
      'wrong group',
      { apiVersion: 'batch/v1', kind: 'Deployment', name: 'web' },
      'no matches for kind "Deployment" in group "batch"',
    ],
  ])('target %s has no scale', (_name, scaleTargetRef, message) => {
    cluster.create(hpa('web', { scaleTargetRef }));
    cluster.runFor(SYNC_MS);
    expect(cluster.events('web')).toEqual([`Warning FailedGetScale ${message}`]);
    expect(current().status).toMatchObject({
      desiredReplicas: 0,
      conditions: [
        {
          type: 'AbleToScale',
          status: 'False',
          reason: 'FailedGetScale',
          message: `the HPA controller was unable to get the target's current scale: ${message}`,
        },
      ],
    });
  });

  test('a size of zero is somebody else’s decision; sizes out of bounds are put right without metrics', () => {
    unwrap(cluster.client.scale({ kind: 'ReplicaSet', namespace: 'default', name: 'web' }, 0));
    cluster.create(hpa('web', { minReplicas: 3 }));
    cluster.runFor(SYNC_MS);
    expect([size().replicas, condition('ScalingActive')?.reason]).toEqual([0, 'ScalingDisabled']);
    failure = { kind: 'Status', message: 'boom', code: 500 } as unknown as Status;
    unwrap(cluster.client.scale({ kind: 'ReplicaSet', namespace: 'default', name: 'web' }, 1));
    cluster.runFor(SYNC_MS);
    expect(size().replicas).toBe(3);
    unwrap(cluster.client.scale({ kind: 'ReplicaSet', namespace: 'default', name: 'web' }, 30));
    cluster.runFor(SYNC_MS);
    expect(size().replicas).toBe(10);
    expect(cluster.events('web')).toEqual([
      'Normal SuccessfulRescale New size: 3; reason: Current number of replicas below Spec.MinReplicas',
      'Normal SuccessfulRescale New size: 10; reason: Current number of replicas above Spec.MaxReplicas',
    ]);
  });

  test('one metric that fails forbids shrinking, not growing', () => {
    const metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
    ];
    milli = 10;
    cluster.create(hpa('web', { metrics }));
    cluster.runFor(SYNC_MS);
    expect([size().replicas, condition('ScalingActive')?.reason]).toEqual([2, 'FailedGetPodsMetric']);
    expect(current().status.currentMetrics).toMatchObject([{ type: 'Resource' }, { type: '' }]);
    expect(cluster.events('web')).toEqual([
      'Warning FailedGetPodsMetric unable to get metric rps: unable to fetch metrics from custom metrics API: nothing here',
      'Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 2), first error is: failed to get pods metric value: unable to get metric rps: unable to fetch metrics from custom metrics API: nothing here',
    ]);
    milli = 100;
    cluster.runFor(SYNC_MS);
    expect([size().replicas, condition('ScalingActive')?.reason]).toEqual([4, 'ValidMetricFound']);
  });

  test('autoscalers of the same pods stop each other', () => {
    cluster.create(hpa('web'), hpa('other'));
    cluster.runFor(2 * SYNC_MS);
    const message = 'pods by selector app=web are controlled by multiple HPAs: [default/other default/web]';
    expect(condition('ScalingActive')).toMatchObject({ status: 'False', reason: 'AmbiguousSelector', message });
    unwrap(cluster.client.delete({ kind: 'HorizontalPodAutoscaler', namespace: 'default', name: 'other' }));
    cluster.runFor(SYNC_MS);
    expect(condition('ScalingActive')?.status).toBe('True');
  });

  test('targets of any scalable kind grow at most twofold', () => {
    milli = 500;
    cluster.create(deployment('web', { replicas: 2, cpu: '100m' }));
    cluster.create(hpa('web', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }));
    cluster.runFor(SYNC_MS);
    expect(size('Deployment').replicas).toBe(4);
    expect(condition('ScalingLimited')).toMatchObject({ status: 'True', reason: 'ScaleUpLimit' });
  });
});

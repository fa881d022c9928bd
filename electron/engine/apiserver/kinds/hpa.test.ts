import { describe, expect, test } from 'vitest';
import type { AnyObject, HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { autoscalerAsV1, storedAutoscaler } from './hpa.ts';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function v1(spec: Record<string, unknown>, annotations?: Record<string, string>): AnyObject {
  const metadata = { name: 'web', namespace: 'default', ...(annotations === undefined ? {} : { annotations }) };
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { scaleTargetRef: target, maxReplicas: 5, ...spec },
  };
}

const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

describe('autoscaling/v1', () => {
  test('is stored as v2, with the default where it says nothing', () => {
    const { client } = createTestCluster();
    const stored = unwrap(client.create(v1({})));
    expect([stored.apiVersion, stored.spec]).toEqual([
      'autoscaling/v2',
      { scaleTargetRef: target, maxReplicas: 5, minReplicas: 1, metrics: [cpu(80)] },
    ]);
    expect((storedAutoscaler(v1({ targetCPUUtilizationPercentage: 30 })).spec as { metrics: unknown }).metrics).toEqual([
      cpu(30),
    ]);
  });

  test('is checked as v1', () => {
    const { client } = createTestCluster();
    const refused = client.create(v1({ targetCPUUtilizationPercentage: 'much' }));
    expect(refused).toMatchObject({ ok: false, error: { code: 400 } });
    expect(client.create(v1({ targetCPUUtilizationPercentage: 0 }))).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('averageUtilization: Invalid value: 0: must be greater than 0') as string },
    });
  });

  test('every field of v2 survives the way through v1', () => {
    const selector = { matchLabels: { queue: 'work' } };
    const metrics = [
      cpu(60),
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      { type: 'Pods', pods: { metric: { name: 'p' }, target: { type: 'AverageValue', averageValue: '10' } } },
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 's' },
          metric: { name: 'o', selector },
          target: { type: 'Value', value: '5' },
        },
      },
      { type: 'External', external: { metric: { name: 'e', selector }, target: { type: 'AverageValue', averageValue: '7' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'app', target: { type: 'Utilization', averageUtilization: 40 } },
      },
    ];
    const { client } = createTestCluster();
    const behavior = { scaleUp: { tolerance: '50m' }, scaleDown: { selectPolicy: 'Disabled', stabilizationWindowSeconds: 60 } };
    const body = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
    };
    const stored = unwrap(
      client.create<AnyObject>({ ...body, spec: { scaleTargetRef: target, maxReplicas: 5, metrics, behavior } }),
    ) as unknown as HorizontalPodAutoscaler;
    const shown = autoscalerAsV1(stored);
    expect(shown.spec).toEqual({ scaleTargetRef: target, minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 60 });
    expect(Object.keys(shown.metadata.annotations ?? {})).toEqual([`${PREFIX}metrics`, `${PREFIX}behavior`]);
    const back = storedAutoscaler(shown) as unknown as HorizontalPodAutoscaler;
    expect(back.metadata.annotations).toBeUndefined();
    expect(back.spec.behavior).toEqual(stored.spec.behavior);
    const text = (list: unknown) => (list as unknown[]).map((one) => JSON.stringify(one)).sort();
    expect(text(back.spec.metrics?.map(({ type }) => type))).toEqual(text(metrics.map(({ type }) => type)));
    const named = (type: string) => back.spec.metrics?.find((one) => one.type === type);
    for (const type of ['Pods', 'Object', 'External', 'ContainerResource']) {
      expect(named(type)).toEqual(metrics.find((one) => one.type === type));
    }
  });

  test('annotations that are no JSON are passed over', () => {
    const read = storedAutoscaler(v1({}, { [`${PREFIX}metrics`]: '{', [`${PREFIX}behavior`]: '[]', mine: 'x' }));
    expect(read.metadata.annotations).toEqual({ mine: 'x' });
    expect(read.spec).toEqual({ scaleTargetRef: target, maxReplicas: 5, metrics: [cpu(80)] });
  });
});

import { describe, expect, test } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import type { AutoscalerCase } from './cases.ts';
import { runAutoscalerRequests } from './requests.ts';
import { runAutoscalerTimelines } from './timelines.ts';

const able = { type: 'AbleToScale', status: 'True' };
const metric = (percent: number) => [
  { type: 'Resource', resource: { name: 'cpu', current: { averageValue: `${percent}m`, averageUtilization: percent } } },
];
const active = {
  type: 'ScalingActive',
  status: 'True',
  reason: 'ValidMetricFound',
  message: 'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
};
const limited = {
  type: 'ScalingLimited',
  status: 'False',
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const grown = {
  currentReplicas: 2,
  desiredReplicas: 4,
  currentMetrics: metric(80),
  conditions: [
    { ...able, reason: 'SucceededRescale', message: 'the HPA controller was able to update the target scale to 4' },
    active,
    limited,
  ],
};
const settled = {
  currentReplicas: 4,
  desiredReplicas: 4,
  currentMetrics: metric(40),
  conditions: [{ ...able, reason: 'ReadyForNewScale', message: 'recommended size matches current size' }, active, limited],
};
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const spec = {
  scaleTargetRef,
  minReplicas: 1,
  maxReplicas: 10,
  metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
};
const request = { path: 'metrics.k8s.io/pods', labelSelector: 'app=web' };

function growth(message: string): AutoscalerCase {
  const event = { object: 'web', type: 'Normal', reason: 'SuccessfulRescale', message, source: 'horizontal-pod-autoscaler' };
  const containers = [{ name: 'app', image: 'i', resources: { requests: { cpu: '100m' } } }];
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers, terminationGracePeriodSeconds: 0 } },
    },
  };
  const hpa = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec };
  return {
    case: 'growth',
    workloads: [workload as unknown as AnyObject],
    hpas: [hpa as unknown as AnyObject],
    hpaSpecAsStored: { web: spec },
    otherObjects: [],
    steps: [
      {
        note: '',
        metricsScript: { cpu: { total: 160 } },
        observedSeconds: 6,
        timeline: [
          { t: 0, hpa: 'web', hpaStatus: { desiredReplicas: 0, currentMetrics: null } },
          { t: 2, metricRequest: request },
          { t: 2, target: { object: 'Deployment/web', specReplicas: 4, statusReplicas: 2 } },
          { t: 2, event },
          { t: 2.1, hpa: 'web', hpaStatus: grown },
          { t: 4.1, metricRequest: request },
          { t: 4.1, hpa: 'web', hpaStatus: settled },
        ],
      },
    ],
    finalStatus: { web: settled },
  };
}

describe('replay of autoscaler time lines', () => {
  const message = 'New size: 4; reason: cpu resource utilization (percentage of request) above target';

  test('agrees with what a real cluster does', () => {
    expect(runAutoscalerTimelines([growth(message)])).toMatchObject({ agree: 1, total: 1, disagree: [], later: [] });
  });

  test('tells another event', () => {
    const [first] = runAutoscalerTimelines([growth('New size: 5')]).disagree;
    expect(first).toMatchObject({ id: 'growth: step 1', what: 'events' });
  });

  test('leaves what it cannot do to later, with the reason', () => {
    const [step] = growth(message).steps;
    const unknown = { ...growth(message), steps: [{ ...step, actions: [['explode']] }] };
    expect(runAutoscalerTimelines([unknown as unknown as AutoscalerCase]).later).toEqual([
      { id: 'growth', why: 'the replay has no action "explode"' },
    ]);
  });

  test('requests are compared with the object answered', () => {
    const path = '/apis/autoscaling/v1/namespaces/val/horizontalpodautoscalers';
    const body = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { scaleTargetRef, maxReplicas: 3 },
    };
    const response = {
      ...body,
      metadata: { name: 'h', namespace: 'val' },
      spec: { ...body.spec, minReplicas: 1, targetCPUUtilizationPercentage: 80 },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    };
    const sent = { id: 'create', request: { method: 'POST', path, body }, code: 201 };
    expect(runAutoscalerRequests([{ ...sent, response }])).toMatchObject({ agree: 1, total: 1 });
    const other = { ...response, spec: { ...response.spec, minReplicas: 2 } };
    expect(runAutoscalerRequests([{ ...sent, response: other }]).disagree).toMatchObject([{ what: 'object' }]);
  });
});

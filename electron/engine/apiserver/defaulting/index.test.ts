import { describe, expect, it } from 'vitest';
import { deepFreeze } from '#shared/core/json.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { defaultPullPolicy, defaultResourceList } from './container.ts';
import { prepareForCreate } from './create.ts';
import { applyDefaults } from './index.ts';

const pod = (spec: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'a', image: 'x:1' }], ...spec },
});

const specOf = (object: AnyObject): unknown => applyDefaults(object).spec;

describe('defaultPullPolicy', () => {
  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['registry:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:abc', 'IfNotPresent'],
    ['nginx:latest@sha256:abc', 'Always'],
  ])('%s: %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});

it('resource lists are canonical and rounded up to thousandths', () => {
  expect(defaultResourceList({ cpu: '0.0001', memory: '1024Mi', gpu: 2 })).toEqual({ cpu: '1m', memory: '1Gi', gpu: '2' });
});

describe('applyDefaults', () => {
  it('requests follow limits in pods, not in templates', () => {
    const resources = { limits: { cpu: '1' } };
    const containers = [{ name: 'a', image: 'x:1', resources }];
    expect(specOf(pod({ containers }))).toMatchObject({ containers: [{ resources: { requests: { cpu: '1' } } }] });
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers } } },
    };
    const stored = JSON.stringify(specOf(deployment));
    expect(stored).not.toContain('requests');
  });

  it('a volume without a source is an emptyDir, and modes are filled in', () => {
    const volumes = [{ name: 'a' }, { name: 'b', secret: { secretName: 's' } }, { name: 'c', hostPath: { path: '/x' } }];
    expect(specOf(pod({ volumes }))).toMatchObject({
      volumes: [{ emptyDir: {} }, { secret: { defaultMode: 420 } }, { hostPath: { type: '' } }],
    });
  });

  it('pod-level requests come from pod-level limits or from the containers', () => {
    expect(specOf(pod({ resources: { limits: { cpu: '2' } } }))).toMatchObject({ resources: { requests: { cpu: '2' } } });
    const containers = [{ name: 'a', image: 'x:1', resources: { requests: { cpu: '500m' } } }];
    expect(specOf(pod({ containers, resources: { limits: { cpu: '2' } } }))).toMatchObject({
      resources: { requests: { cpu: '500m' } },
    });
  });

  it.each<[string, object, object]>([
    ['none', {}, { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }],
    [
      'zero stays',
      { strategy: { rollingUpdate: { maxUnavailable: 0 } } },
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    ],
    ['Recreate', { strategy: { type: 'Recreate' } }, { type: 'Recreate' }],
  ])('strategy: %s', (_, spec, strategy) => {
    expect(applyDefaults({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec }).spec).toMatchObject({
      strategy,
    });
  });

  it('never changes its input, changes nothing the second time, and shares what it left alone', () => {
    const sent = pod({ tolerations: [{ key: 'a', operator: 'Exists' }], affinity: { nodeAffinity: {} } });
    deepFreeze(sent);
    const once = applyDefaults(sent);
    expect(once).not.toBe(sent);
    expect((once.spec as { affinity: unknown }).affinity).toBe((sent.spec as { affinity: unknown }).affinity);
    expect(applyDefaults(once)).toBe(once);
    deepFreeze(once);
    expect(applyDefaults(once)).toBe(once);
    expect(applyDefaults({ ...once, metadata: { ...once.metadata, labels: {} } }).metadata).toEqual(once.metadata);
  });

  it('leaves kinds alone that have no defaults here', () => {
    const slice = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: 's' }, spec: { a: null } };
    expect(applyDefaults(slice)).toBe(slice);
  });
});

describe('prepareForCreate', () => {
  it('starts a gated pod with its condition and class', () => {
    const stored = prepareForCreate(applyDefaults(pod({ schedulingGates: [{ name: 'g' }] })), '2026-01-01T00:00:00Z');
    expect(stored.metadata.generation).toBe(1);
    expect(stored.status).toEqual({
      phase: 'Pending',
      qosClass: 'BestEffort',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    });
  });
  it('empties a status that was sent, except a node brings its own', () => {
    const sent = { ...pod(), status: { phase: 'Running' } };
    expect(prepareForCreate(sent, 't').status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { capacity: { cpu: '4' } } };
    expect(prepareForCreate(applyDefaults(node), 't').status).toMatchObject({
      capacity: { cpu: '4' },
      allocatable: { cpu: '4' },
    });
  });
});

import { describe, expect, test } from 'vitest';
import type { HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import { defaultAutoscaler } from '../defaulting/hpa.ts';
import { validateAutoscaler, validateAutoscalerStatus, validateAutoscalerUpdate } from './hpa.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function hpa(spec: Record<string, unknown>): HorizontalPodAutoscaler {
  return defaultAutoscaler({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h', namespace: 'default' },
    spec: { scaleTargetRef: target, maxReplicas: 5, ...spec },
  } as unknown as HorizontalPodAutoscaler);
}

const texts = (errors: readonly { field: string; message: string }[]) =>
  errors.map(({ field, message }) => `${field}: ${message}`);
const metric = (one: Record<string, unknown>) => ({ metrics: [one] });
const rules = (one: Record<string, unknown>) => ({ behavior: { scaleDown: one } });

describe('rules of autoscalers beyond the captured ones', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['a sound one', {}, []],
    [
      'negative maximum',
      { maxReplicas: -1 },
      [
        'maxReplicas: Required value: must be set and greater than 0',
        'maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
      ],
    ],
    ['a ReplicationController needs no group', { scaleTargetRef: { kind: 'ReplicationController', name: 'web' } }, []],
    [
      'slashes in names',
      { scaleTargetRef: { ...target, name: 'a/b', kind: '..' } },
      [
        'scaleTargetRef.kind: Invalid value: "..": may not be \'..\'',
        'scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\'',
      ],
    ],
    [
      'an object without target amount',
      metric({
        type: 'Object',
        object: { describedObject: { kind: 'Service', name: 's' }, metric: { name: 'x' }, target: { type: 'Value' } },
      }),
      ['metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue'],
    ],
    [
      'an external one without amount, with a zero utilisation',
      metric({ type: 'External', external: { metric: { name: 'a%b' }, target: { type: 'Value', averageUtilization: 0 } } }),
      [
        'metrics[0].external.metric.name: Invalid value: "a%b": may not contain \'%\'',
        'metrics[0].external.target.averageUtilization: Invalid value: 0: must be greater than 0',
        'metrics[0].external.target.averageValue: Required value: must set either a target value for metric or a per-pod target',
      ],
    ],
    [
      'a container resource of no standard',
      metric({
        type: 'ContainerResource',
        containerResource: { name: 'wine', container: 'A_b', target: { type: 'AverageValue', averageValue: '0' } },
      }),
      [
        'metrics[0].containerResource.name: Invalid value: "wine": must be a standard resource type or fully qualified',
        'metrics[0].containerResource.name: Invalid value: "wine": must be a standard resource for containers',
        "metrics[0].containerResource.container: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'metrics[0].containerResource.target.averageValue: Invalid value: "0": must be positive',
      ],
    ],
    [
      'an unknown type beside a source',
      metric({ type: 'Magic', pods: { metric: { name: 'x' }, target: { type: 'AverageValue', averageValue: '1' } } }),
      [
        'metrics[0].type: Unsupported value: "Magic": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
        'metrics[0].type: Unsupported value: "Magic": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      ],
    ],
    [
      'a policy of nothing',
      rules({ policies: [{}] }),
      [
        'behavior.scaleDown.policies[0].type: Unsupported value: "": supported values: "Percent", "Pods"',
        'behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
        'behavior.scaleDown.policies[0].periodSeconds: Invalid value: 0: must be greater than zero',
      ],
    ],
  ])('%s', (_name, spec, expected) => {
    expect(texts(validateAutoscaler(hpa(spec)))).toEqual(expected.map((text) => `spec.${text}`));
  });

  test('what was stored before a rule existed may stay', () => {
    const old = hpa({ minReplicas: 0, scaleTargetRef: { ...target, apiVersion: 'v1' } });
    const metrics = [{ type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '1' } } }];
    const next = hpa({ minReplicas: 0, metrics, scaleTargetRef: { ...target, apiVersion: 'v1', name: 'other' } });
    expect(validateAutoscalerUpdate(next, old)).toEqual([]);
    expect(texts(validateAutoscalerUpdate(next, hpa({})))).toEqual([
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
    ]);
  });

  test('sizes in the status are not negative', () => {
    const now = { ...hpa({}), status: { currentReplicas: -1, desiredReplicas: -2 } } as unknown as HorizontalPodAutoscaler;
    expect(texts(validateAutoscalerStatus(now, hpa({})))).toEqual([
      'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
      'status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0',
    ]);
  });
});

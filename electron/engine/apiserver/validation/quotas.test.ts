import { describe, expect, it } from 'vitest';
import { createTestCluster } from '../../testing/harness.ts';

function complaints(kind: string, spec: object): string[] {
  const { client } = createTestCluster();
  const made = client.create({ apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'default' }, spec } as never, {
    dryRun: true,
  });
  return made.ok ? [] : (made.error.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('LimitRange', () => {
  it.each([
    [
      { type: 'Container', default: { 'nvidia.com/gpu': '2' }, defaultRequest: { 'nvidia.com/gpu': '1' } },
      'default value 2 must equal to defaultRequest value 1 in nvidia.com/gpu',
    ],
    [
      { type: 'Pod', defaultRequest: { cpu: '1' } },
      "spec.limits[0].defaultRequest: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    [
      { type: 'example.com/Box', max: { gizmos: '1' } },
      'spec.limits[0].max[gizmos]: Invalid value: "gizmos": must be a standard resource type or fully qualified',
    ],
    [{ type: 'Pod', max: { pods: '1' } }, 'must be a standard resource for containers'],
  ])('%j', (item, text) => {
    expect(complaints('LimitRange', { limits: [item] }).join('\n')).toContain(text);
  });

  it('takes other types and claims with one bound', () => {
    expect(
      complaints('LimitRange', {
        limits: [{ type: 'example.com/Box' }, { type: 'PersistentVolumeClaim', min: { storage: '1' } }],
      }),
    ).toEqual([]);
  });
});

describe('ResourceQuota', () => {
  const selector = (...matchExpressions: object[]) => ({ hard: { pods: '1' }, scopeSelector: { matchExpressions } });

  it.each([
    [
      selector({ scopeName: 'BestEffort', operator: 'In', values: ['a'] }),
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exist\' when scope is any of',
    ],
    [selector({ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }), 'must be no value when `operator` is'],
    [
      selector({ scopeName: 'PriorityClass', operator: 'Near' }),
      'operator: Invalid value: "Near": not a valid selector operator',
    ],
    [selector({ scopeName: 'Weird', operator: 'Exists' }), 'scopeName: Invalid value: "Weird": unsupported scope'],
    [
      selector({ scopeName: 'Terminating', operator: 'Exists' }, { scopeName: 'NotTerminating', operator: 'Exists' }),
      'conflicting scopes',
    ],
    [{ hard: { services: '1' }, scopes: ['VolumeAttributesClass'] }, 'unsupported scope applied to resource'],
    [{ hard: { storage: '1Gi' } }, 'must be a standard resource for quota'],
    [{ hard: { 'requests.example.com/gpu': '1.5' } }, ''],
  ])('%j', (spec, text) => {
    const found = complaints('ResourceQuota', spec).join('\n');
    if (text === '') expect(found).toBe('');
    else expect(found).toContain(text);
  });
});

import { describe, expect, it } from 'vitest';
import type { KubeObject } from '#shared/kube/types.ts';
import { createTestCluster } from '../../testing/harness.ts';
import { createPolicyStatusController } from './index.ts';

function statusOf(spec: object): unknown {
  const cluster = createTestCluster({ components: (context) => [createPolicyStatusController(context)] });
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec,
  } as unknown as KubeObject;
  cluster.create(policy);
  cluster.settle();
  return cluster.get('ValidatingAdmissionPolicy', '', 'p').status;
}

const rules = (apiVersions: string[], resources: string[] = ['deployments'], apiGroups: string[] = ['apps']): object => ({
  resourceRules: [{ apiGroups, apiVersions, operations: ['CREATE'], resources }],
});

describe('type check of policies', () => {
  it('names fields that a kind does not have', () => {
    const status = statusOf({ matchConstraints: rules(['v1']), validations: [{ expression: 'object.spec.replicaz <= 3' }] });
    expect(status).toEqual({
      observedGeneration: 1,
      typeChecking: {
        expressionWarnings: [
          {
            fieldRef: 'spec.validations[0].expression',
            warning:
              "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replicaz'\n | object.spec.replicaz <= 3\n | ...........^\n",
          },
        ],
      },
    });
  });

  it('says nothing about rules with wildcards', () => {
    const status = statusOf({ matchConstraints: rules(['*']), validations: [{ expression: 'object.spec.replicaz <= 3' }] });
    expect(status).toEqual({ observedGeneration: 1, typeChecking: {} });
  });

  it('checks every kind, messages and variables too', () => {
    const status = statusOf({
      matchConstraints: rules(['v1'], ['statefulsets', 'deployments', 'deployments/scale']),
      variables: [{ name: 'n', expression: 'object.spec.serviceName' }],
      validations: [
        { expression: 'object.spec.serviceName == "x"', messageExpression: '"n is " + variables.n + object.spec.nope' },
      ],
    }) as { typeChecking: { expressionWarnings: { fieldRef: string; warning: string }[] } };
    const [first, second] = status.typeChecking.expressionWarnings;
    expect(first?.warning).toContain("apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'serviceName'");
    expect(first?.warning).not.toContain('StatefulSet');
    expect(second?.fieldRef).toBe('spec.validations[0].messageExpression');
    expect(second?.warning).toContain('Kind=StatefulSet');
  });
});

import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { about, configMap, policyObject, SHOP } from '../policies/testing.ts';
import { admitWith } from '../testing.ts';
import { validatingPolicyPlugin } from './index.ts';

const binding = (spec: object = {}): AnyObject =>
  policyObject('ValidatingAdmissionPolicyBinding', 'b', { policyName: 'p', validationActions: ['Deny'], ...spec });

/** What a policy says about a new ConfigMap, and the warnings. */
function ask(
  spec: object,
  bindingSpec: object = {},
  more: readonly AnyObject[] = [],
): { message: string; code: number; warnings: string[] } {
  const policy = policyObject('ValidatingAdmissionPolicy', 'p', { matchConstraints: about('configmaps'), ...spec });
  const warnings: string[] = [];
  const { refusal } = admitWith(
    validatingPolicyPlugin,
    { operation: 'CREATE', object: configMap('cm', { data: { n: '5' } }), warn: (text) => warnings.push(text) },
    [SHOP, policy, binding(bindingSpec), ...more],
  );
  const prefix = "configmaps \"cm\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";
  return { message: (refusal?.message ?? '').replace(prefix, ''), code: refusal?.code ?? 0, warnings };
}

describe('validating policies', () => {
  it('cost no look at anything while no binding is stored', () => {
    const asked: string[] = [];
    const access = {
      get: () => undefined,
      list: (kind: string) => {
        asked.push(kind);
        return [];
      },
    };
    const request = {
      operation: 'CREATE',
      object: configMap('cm'),
      old: null,
      user: 'x',
      dryRun: false,
      warn: () => undefined,
    } as const;
    expect(validatingPolicyPlugin.validate?.(request, access)).toBeNull();
    expect(asked).toEqual(['ValidatingAdmissionPolicyBinding']);
  });

  it.each([
    [{ validations: [{ expression: "object.data.n == '5'" }] }, '', 0],
    [{ validations: [{ expression: "object.data.n == '6'" }] }, "failed expression: object.data.n == '6'", 422],
    [{ validations: [{ expression: 'false', message: ' no ', reason: 'Forbidden' }] }, 'no', 403],
    [{ validations: [{ expression: 'false', messageExpression: "' '", message: 'plain' }] }, 'plain', 422],
    [{ validations: [{ expression: "object.x == '5'" }] }, "expression 'object.x == '5'' resulted in error: no such key: x", 422],
    [{ validations: [{ expression: "object.x == '5'" }], failurePolicy: 'Ignore' }, '', 0],
    [{ validations: [{ expression: 'false' }], matchConditions: [{ name: 'c', expression: 'false' }] }, '', 0],
    [
      {
        validations: [{ expression: 'true' }],
        matchConditions: [
          { name: 'a', expression: 'object.x' },
          { name: 'b', expression: 'object.y' },
        ],
      },
      "[expression 'object.x' resulted in error: no such key: x, expression 'object.y' resulted in error: no such key: y]",
      422,
    ],
    [
      {
        variables: [
          { name: 'a', expression: 'object.x' },
          { name: 'b', expression: 'variables.a' },
        ],
        validations: [{ expression: 'variables.b == 1' }],
      },
      'expression \'variables.b == 1\' resulted in error: composited variable "b" fails to evaluate: composited variable "a" fails to evaluate: no such key: x',
      422,
    ],
    [{ variables: [{ name: 'unused', expression: 'object.x' }], validations: [{ expression: 'true' }] }, '', 0],
    [{ validations: [{ expression: "namespaceObject.metadata.labels.env == 'prod'" }] }, '', 0],
    [
      {
        validations: [{ expression: "request.operation == 'CREATE' && request.userInfo.username == 'test' && !request.dryRun" }],
      },
      '',
      0,
    ],
    [
      { auditAnnotations: [{ key: 'k', valueExpression: 'object.x' }] },
      "expression 'object.x' resulted in error: no such key: x",
      422,
    ],
    [{ auditAnnotations: [{ key: 'k', valueExpression: "'noted'" }] }, '', 0],
    [
      { validations: [{ expression: "authorizer.group('').resource('secrets').check('get').allowed()", message: 'not you' }] },
      'not you',
      422,
    ],
  ])('%j', (spec, message, code) => {
    expect(ask(spec)).toMatchObject({ message, code });
  });

  it('only warns where the binding says so', () => {
    const { code, warnings } = ask(
      { validations: [{ expression: 'false', message: 'hm' }] },
      { validationActions: ['Warn', 'Audit'] },
    );
    expect([code, warnings]).toEqual([0, ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': hm"]]);
  });

  it.each([
    [{ name: 'limits', parameterNotFoundAction: 'Deny' }, 'max is 3', 422],
    [{ name: 'limits', namespace: 'other', parameterNotFoundAction: 'Allow' }, '', 0],
    [
      { name: 'ghost', parameterNotFoundAction: 'Deny' },
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
      422,
    ],
    [{ selector: { matchLabels: { a: 'b' } }, parameterNotFoundAction: 'Deny' }, 'max is 3', 422],
  ])('parameters by %j', (paramRef, message, code) => {
    const limits = configMap('limits', {
      metadata: { name: 'limits', namespace: 'shop', labels: { a: 'b' } },
      data: { max: '3' },
    });
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [
        { expression: 'int(object.data.n) <= int(params.data.max)', messageExpression: "'max is ' + params.data.max" },
      ],
    };
    expect(ask(spec, { paramRef }, [limits])).toMatchObject({ message, code });
  });

  it('a kind of parameters that nobody serves is a fault of the policy', () => {
    const spec = { paramKind: { apiVersion: 'x.io/v1', kind: 'Limit' }, validations: [{ expression: 'true' }] };
    expect(ask(spec).message).toBe(
      "configmaps \"cm\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'x.io/v1, Kind=Limit'",
    );
  });

  it('has no say about policies themselves', () => {
    const policy = policyObject('ValidatingAdmissionPolicy', 'p', {
      matchConstraints: about('*', '*'),
      validations: [{ expression: 'false' }],
    });
    const { refusal } = admitWith(validatingPolicyPlugin, { operation: 'CREATE', object: policy }, [policy, binding()]);
    expect(refusal).toBeNull();
  });
});

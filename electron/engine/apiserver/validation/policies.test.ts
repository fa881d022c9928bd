import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { applyDefaults } from '../defaulting/index.ts';
import { validateCreate } from './index.ts';

const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

/** Complaints about a new object of a kind, defaults filled in. */
function complaints(kind: string, body: object): string[] {
  const object = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'p' }, ...body };
  return validateCreate(applyDefaults(object as unknown as AnyObject)).map(({ field, message }) => `${field}: ${message}`);
}

describe('validating policies', () => {
  const fine = { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'true' }] };
  it.each([
    [{}, []],
    [{ matchConstraints: {} }, ['spec.matchConstraints.resourceRules: Required value']],
    [{ paramKind: { kind: 'ConfigMap' } }, ['spec.paramKind.apiVersion: Required value']],
    [
      { paramKind: { apiVersion: 'a/b/c', kind: 'X' } },
      ['spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
    ],
    [{ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: "params.data.x == 'y'" }] }, []],
    [
      { variables: [{ name: 'in', expression: '1' }] },
      ['spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier'],
    ],
    [
      {
        variables: [
          { name: 'n', expression: 'object.x.size()' },
          { name: 'm', expression: 'variables.n + 1' },
        ],
        validations: [{ expression: 'variables.m > 1' }],
      },
      [],
    ],
    [
      { validations: [{ expression: 'object.spec.paused' }] },
      ['spec.validations[0].expression: Invalid value: "object.spec.paused": must evaluate to bool but got dyn'],
    ],
    [
      { validations: [{ expression: 'true', message: 'a\nb' }] },
      ['spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks'],
    ],
    [
      { validations: [{ expression: 'true', messageExpression: ' ' }] },
      ['spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified'],
    ],
    [
      { validations: [], auditAnnotations: [{ key: 'a', valueExpression: '1' }] },
      ['spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int'],
    ],
    [
      {
        matchConditions: [
          { name: 'a', expression: 'true' },
          { name: 'a', expression: '' },
        ],
      },
      ['spec.matchConditions[1].expression: Required value', 'spec.matchConditions[1].name: Duplicate value: "a"'],
    ],
  ])('%j', (more, expected) => {
    expect(complaints('ValidatingAdmissionPolicy', { spec: { ...fine, ...more } })).toEqual(expected);
  });
});

describe('rules', () => {
  it.each([
    [{ operations: [] }, ['operations: Required value']],
    [
      { operations: ['*', 'CREATE'] },
      ['operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations'],
    ],
    [
      { apiGroups: ['*', 'apps'] },
      ['apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other API groups'],
    ],
    [{ apiVersions: [''] }, ['apiVersions[0]: Required value']],
    [
      { resources: ['*/*', 'pods'] },
      ['resources: Invalid value: ["*/*","pods"]: if \'*/*\' is present, must not specify other resources'],
    ],
    [
      { resources: ['pods/*', 'pods/status'] },
      ['resources[1]: Invalid value: "pods/status": if \'pods/*\' is present, must not specify pods/status'],
    ],
    [
      { resources: ['*', 'pods'] },
      ['resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources'],
    ],
    [{ scope: 'Here' }, ['scope: Unsupported value: "Here": supported values: "*", "Cluster", "Namespaced"']],
    [{ resourceNames: ['a', 'a'] }, ['resourceNames[1]: Duplicate value: "a"']],
  ])('%j', (more, expected) => {
    const spec = { matchConstraints: { resourceRules: [{ ...RULE, ...more }] }, validations: [{ expression: 'true' }] };
    const found = complaints('ValidatingAdmissionPolicy', { spec });
    expect(found.map((one) => one.replace('spec.matchConstraints.resourceRules[0].', ''))).toEqual(expected);
  });
});

describe('mutating policies', () => {
  const spec = (mutation: object): object => ({
    matchConstraints: { resourceRules: [RULE] },
    reinvocationPolicy: 'Never',
    mutations: [mutation],
  });
  it.each([
    [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }, []],
    [
      { patchType: 'JSONPatch', jsonPatch: { expression: '[]' } },
      ['spec.mutations[0].jsonPatch.expression: Invalid value: "[]": must evaluate to list(JSONPatch) but got list(dyn)'],
    ],
    [{ applyConfiguration: { expression: 'Object{}' } }, ['spec.mutations[0].patchType: Required value']],
    [
      { patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } },
      [
        'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
        'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      ],
    ],
    [
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object.metadata{}' } },
      [
        'spec.mutations[0].applyConfiguration.expression: Invalid value: "Object.metadata{}": must evaluate to Object but got Object.metadata',
      ],
    ],
  ])('%j', (mutation, expected) => {
    expect(complaints('MutatingAdmissionPolicy', { spec: spec(mutation) })).toEqual(expected);
  });
});

describe('webhooks', () => {
  const hook = {
    name: 'w.example.com',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { url: 'https://x.example.com/v' },
    rules: [RULE],
  };
  const service = (more: object): object => ({ clientConfig: { service: { name: 's', namespace: 'n', ...more } } });
  it.each([
    [{}, []],
    [{ name: '' }, ['webhooks[0].name: Required value']],
    [{ sideEffects: undefined }, ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun']],
    [
      { admissionReviewVersions: ['v2'] },
      ['webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1'],
    ],
    [
      { clientConfig: { url: 'https://u@x.example.com/v?a=b#c' } },
      [
        'webhooks[0].clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "c": fragments are not permitted in the URL',
        'webhooks[0].clientConfig.url: Invalid value: "a=b": query parameters are not permitted in the URL',
      ],
    ],
    [
      service({ port: 70_000 }),
      ['webhooks[0].clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive'],
    ],
    [service({ path: 'x' }), ['webhooks[0].clientConfig.service.path: Invalid value: "x": must start with a \'/\'']],
    [service({ path: '/a//b' }), ['webhooks[0].clientConfig.service.path: Invalid value: "/a//b": segment[1] may not be empty']],
    [service({ path: '/a/' }), []],
  ])('%j', (more, expected) => {
    expect(complaints('ValidatingWebhookConfiguration', { webhooks: [{ ...hook, ...more }] })).toEqual(expected);
  });

  it('may not share a name', () => {
    expect(complaints('MutatingWebhookConfiguration', { webhooks: [hook, hook] })).toEqual([
      'webhooks[1].name: Duplicate value: "w.example.com"',
    ]);
  });
});

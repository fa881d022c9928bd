import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createTestCluster } from '../../testing/harness.ts';
import { applyDefaults } from '../defaulting/index.ts';
import { validateCreate, validateStatusUpdate, validateUpdate } from './index.ts';

const app = { name: 'app', image: 'x:1' };

function object(kind: string, spec: object): AnyObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [app] } };
  const isSet = kind === 'DaemonSet';
  return {
    apiVersion: isSet ? 'apps/v1' : 'v1',
    kind,
    metadata: { name: 'd', namespace: 'default' },
    spec: { ...(isSet ? { selector: { matchLabels: { a: 'b' } } } : {}), template, ...spec },
  };
}

const daemonSet = (spec: object = {}) => object('DaemonSet', spec);
const rc = (spec: object = {}) => object('ReplicationController', spec);
const rolling = (rollingUpdate: object, type = 'RollingUpdate') => daemonSet({ updateStrategy: { type, rollingUpdate } });
const podTemplate = (spec: object) => ({ template: { metadata: { labels: { a: 'b' } }, spec: { containers: [app], ...spec } } });

const texts = (errors: { field: string; message: string }[]) => errors.map(({ field, message }) => `${field}: ${message}`);
const create = (one: AnyObject) => texts(validateCreate(applyDefaults(one)));

const LIMIT = 'spec.updateStrategy.rollingUpdate';

describe('a new object', () => {
  it.each<[string, AnyObject, string[]]>([
    ['plain', daemonSet(), []],
    ['OnDelete', daemonSet({ updateStrategy: { type: 'OnDelete' } }), []],
    ['surge alone', rolling({ maxSurge: '10%', maxUnavailable: 0 }), []],
    [
      'both limits',
      rolling({ maxSurge: 1, maxUnavailable: 1 }),
      [`${LIMIT}.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero`],
    ],
    [
      'neither limit',
      rolling({ maxSurge: '0%', maxUnavailable: 0 }),
      [`${LIMIT}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0`],
    ],
    [
      'more than all',
      rolling({ maxUnavailable: '101%' }),
      [`${LIMIT}.maxUnavailable: Invalid value: "101%": must not be greater than 100%`],
    ],
    [
      'below nothing',
      rolling({ maxUnavailable: -1 }),
      [`${LIMIT}.maxUnavailable: Invalid value: -1: must be greater than or equal to 0`],
    ],
    [
      'unknown strategy',
      daemonSet({ updateStrategy: { type: 'Recreate' } }),
      [
        'spec.updateStrategy: Unsupported value: {"Type":"Recreate","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
    [
      'selector of other labels',
      daemonSet({ selector: { matchLabels: { x: 'y' } } }),
      ['spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`'],
    ],
    [
      'empty selector',
      daemonSet({ selector: {} }),
      ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
    ],
    [
      'restart policy and deadline',
      daemonSet(podTemplate({ restartPolicy: 'Never', activeDeadlineSeconds: 5 })),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
      ],
    ],
    [
      'negative numbers',
      daemonSet({ minReadySeconds: -1, revisionHistoryLimit: -2 }),
      [
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.revisionHistoryLimit: Invalid value: -2: must be greater than or equal to 0',
      ],
    ],
    ['plain controller', rc(), []],
    [
      'controller without a template',
      rc({ template: undefined }),
      ['spec.selector: Required value', 'spec.template: Required value'],
    ],
    [
      'controller with other labels',
      rc({ selector: { x: 'y' }, replicas: -1 }),
      [
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'controller of pods that end',
      rc(podTemplate({ restartPolicy: 'OnFailure' })),
      ['spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"'],
    ],
    [
      'revision without data',
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: 'r', namespace: 'default' },
        revision: -1,
      } as AnyObject,
      ['data: Required value: data is mandatory', 'revision: Invalid value: -1: must be greater than or equal to 0'],
    ],
  ])('%s', (_name, one, expected) => {
    expect(create(one)).toEqual(expected);
  });
});

describe('a changed object', () => {
  const stored = (one: AnyObject) => ({ ...applyDefaults(one), metadata: { ...one.metadata, resourceVersion: '1', uid: 'u' } });
  it('keeps the selector of a DaemonSet, not that of a ReplicationController', () => {
    const other = {
      selector: { matchLabels: { c: 'd' } },
      template: { metadata: { labels: { c: 'd' } }, spec: { containers: [app] } },
    };
    expect(texts(validateUpdate(stored(daemonSet(other)), stored(daemonSet())))).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"c":"d"}}: field is immutable',
    ]);
    expect(texts(validateUpdate(stored(rc({ ...other, selector: { c: 'd' } })), stored(rc())))).toEqual([]);
  });
  it('keeps the data of a revision and the counts of a status', () => {
    const revision = (data: unknown): AnyObject =>
      ({
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: 'r', namespace: 'default', resourceVersion: '1' },
        data,
        revision: 1,
      }) as AnyObject;
    expect(texts(validateUpdate(revision({ a: 2 }), revision({ a: 1 })))).toEqual([
      'data: Invalid value: {"a":2}: field is immutable',
    ]);
    const withStatus = (status: object) => ({ ...stored(daemonSet()), status });
    expect(texts(validateStatusUpdate(withStatus({ numberReady: -1 }), withStatus({ collisionCount: 2 })))).toEqual([
      'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
      'status.collisionCount: Invalid value: 0: cannot be decremented',
    ]);
  });
});

describe('as stored', () => {
  const ANNOTATION = 'deprecated.daemonset.template.generation';
  it('counts changes of the template and of the spec, whatever the client says', () => {
    const { client } = createTestCluster();
    const sent = { ...daemonSet(), status: { numberReady: 7 } };
    const created = client.create(sent);
    if (!created.ok) throw new Error(created.error.message);
    expect(created.value).toMatchObject({
      metadata: { generation: 1, annotations: { [ANNOTATION]: '1' } },
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      },
      status: { numberReady: 0 },
    });
    const ref = { kind: 'DaemonSet', namespace: 'default', name: 'd' };
    const stand = (patch: unknown, subresource?: 'status') => {
      const patched = client.patch(ref, 'merge', patch, subresource === undefined ? {} : { subresource });
      if (!patched.ok) throw new Error(patched.error.message);
      return [patched.value.metadata.generation, patched.value.metadata.annotations?.[ANNOTATION]];
    };
    expect(stand({ metadata: { annotations: { [ANNOTATION]: '9' } } })).toEqual([1, '1']);
    expect(stand({ spec: { minReadySeconds: 3 } })).toEqual([2, '1']);
    expect(stand({ spec: { template: { metadata: { annotations: { x: 'y' } } } } })).toEqual([3, '2']);
    expect(stand({ metadata: { annotations: null }, status: { numberReady: 1 } }, 'status')).toEqual([3, '2']);
  });
});

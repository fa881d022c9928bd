import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { prepareForCreate } from '../defaulting/create.ts';
import { applyDefaults } from '../defaulting/index.ts';
import { statefulSetStrategy } from '../kinds/statefulSet.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './statefulSet.ts';

const claimTemplate = (name = 'data', spec: object = {}) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

/** A set as the API server completes it; `null` takes a field away. */
function web(spec: Record<string, unknown> = {}, pod: Record<string, unknown> = {}, name = 'web'): StatefulSet {
  const containers = [{ name: 'app', image: 'x:1' }];
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers, ...pod } };
  const given = { serviceName: 'web', selector: { matchLabels: { app: 'web' } }, template, ...spec };
  const object: AnyObject = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, namespace: 'default' }, spec: given };
  return applyDefaults(object) as unknown as StatefulSet;
}

const texts = (errors: readonly { field: string; message: string }[]) =>
  errors.map(({ field, message }) => `${field}: ${message}`);

describe('defaults', () => {
  it('fill what a minimal set leaves open', () => {
    expect(web({ volumeClaimTemplates: [claimTemplate()] }).spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
      ],
    });
  });

  it.each([
    [{ type: 'OnDelete' }, { type: 'OnDelete' }],
    // A strategy that is named gets no rollingUpdate of its own.
    [{ type: 'RollingUpdate' }, { type: 'RollingUpdate' }],
    [
      { type: 'RollingUpdate', rollingUpdate: {} },
      { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    ],
    [{ rollingUpdate: { partition: 3 } }, { type: 'RollingUpdate', rollingUpdate: { partition: 3 } }],
  ])('strategy %j', (updateStrategy, expected) => {
    expect(web({ updateStrategy }).spec.updateStrategy).toEqual(expected);
  });
});

describe('strategy', () => {
  const asked = web({ updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }) as unknown as AnyObject;

  it('drops maxUnavailable, whose gate is off', () => {
    const created = prepareForCreate(asked, '') as unknown as StatefulSet;
    expect(created.spec.updateStrategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
    expect(created.status).toEqual({ replicas: 0, availableReplicas: 0 });
    const updated = statefulSetStrategy.prepareForUpdate?.(asked, web() as unknown as AnyObject) as unknown as StatefulSet;
    expect(updated.spec.updateStrategy?.rollingUpdate?.maxUnavailable).toBeUndefined();
  });

  it('keeps it where it is stored already', () => {
    expect(statefulSetStrategy.prepareForUpdate?.(asked, asked)).toBe(asked);
  });
});

describe('a new set', () => {
  it.each<[string, StatefulSet, string[]]>([
    ['sound', web({ volumeClaimTemplates: [claimTemplate()] }), []],
    ['without a service', web({ serviceName: undefined }), []],
    [
      'policy',
      web({ podManagementPolicy: 'Sideways' }),
      ["spec.podManagementPolicy: Invalid value: \"Sideways\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'strategy',
      web({ updateStrategy: { type: 'Recreate' } }),
      ['spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\''],
    ],
    [
      'rollingUpdate of OnDelete',
      web({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
      [
        'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy \'RollingUpdate\'',
      ],
    ],
    [
      'negative numbers',
      web({ replicas: -1, minReadySeconds: -2, ordinals: { start: -3 }, updateStrategy: { rollingUpdate: { partition: -4 } } }),
      [
        'spec.updateStrategy.rollingUpdate.partition: Invalid value: -4: must be greater than or equal to 0',
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0',
        'spec.ordinals.start: Invalid value: -3: must be greater than or equal to 0',
      ],
    ],
    ['a negative history limit keeps all', web({ revisionHistoryLimit: -1 }), []],
    [
      'retention',
      web({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Maybe' } }),
      ['spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Maybe": supported values: "Retain", "Delete"'],
    ],
    ['no selector', web({ selector: undefined }), ['spec.selector: Required value']],
    ['empty selector', web({ selector: {} }), ['spec.selector: Invalid value: {}: empty selector is invalid for statefulset']],
    [
      'foreign labels',
      web({ selector: { matchLabels: { app: 'x' } } }),
      ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ],
    [
      'restart policy and deadline',
      web({}, { restartPolicy: 'Never', activeDeadlineSeconds: 5 }),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
      ],
    ],
    [
      'claim template',
      web({ volumeClaimTemplates: [claimTemplate(), claimTemplate('log', { accessModes: [] })] }),
      ['spec.volumeClaimTemplates[1].spec.accessModes: Required value: at least 1 access mode is required'],
    ],
    ['no containers', web({}, { containers: [] }), ['spec.template.spec.containers: Required value']],
  ])('%s', (_what, set, expected) => {
    expect(texts(validateStatefulSet(set))).toEqual(expected);
  });

  it('has a name and a service that are DNS labels', () => {
    expect(validateStatefulSet(web({}, {}, 'a.b')).map(({ field }) => field)).toEqual(['metadata.name']);
    expect(validateStatefulSet(web({ serviceName: 'Not_A_Label' })).map(({ field }) => field)).toEqual(['spec.serviceName']);
  });

  it('may mount its claim templates, which hide volumes of the same name', () => {
    const volumeMounts = [{ name: 'data', mountPath: '/data' }];
    const pod = { containers: [{ name: 'app', image: 'x:1', volumeMounts }], volumes: [{ name: 'data', emptyDir: {} }] };
    expect(validateStatefulSet(web({ volumeClaimTemplates: [claimTemplate()] }, pod))).toEqual([]);
    expect(texts(validateStatefulSet(web({}, { ...pod, volumes: [] })))).toEqual([
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ]);
  });
});

describe('a changed set', () => {
  const fixed =
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'what may change',
      {
        replicas: 5,
        ordinals: { start: 1 },
        updateStrategy: { type: 'OnDelete' },
        revisionHistoryLimit: 1,
        persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' },
        minReadySeconds: 3,
      },
      [],
    ],
    ['service', { serviceName: 'other' }, [fixed]],
    ['policy', { podManagementPolicy: 'Parallel' }, [fixed]],
    ['claim templates', { volumeClaimTemplates: [claimTemplate()] }, [fixed]],
    ['broken number', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  ])('%s', (_what, change, expected) => {
    expect(texts(validateStatefulSetUpdate(web(change), web()))).toEqual(expected);
  });

  it('is not held up by what was accepted long ago', () => {
    const stored = web({ serviceName: 'Not_A_Label' }, { containers: [] });
    expect(validateStatefulSetUpdate({ ...stored, spec: { ...stored.spec, replicas: 2 } }, stored)).toEqual([]);
    expect(texts(validateStatefulSetUpdate(web({}, { containers: [] }), web()))).toEqual([
      'spec.template.spec.containers: Required value',
    ]);
  });
});

it('status counts fit together', () => {
  const before: StatefulSet = { ...web(), status: { replicas: 1, collisionCount: 2 } };
  const status = {
    replicas: 1,
    readyReplicas: 1,
    availableReplicas: 2,
    currentReplicas: -1,
    updatedReplicas: 3,
    collisionCount: 1,
  };
  expect(validateStatefulSetStatus(before, before)).toEqual([]);
  expect(texts(validateStatefulSetStatus({ ...before, status }, before))).toEqual([
    'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
    'status.updatedReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas',
    'status.collisionCount: Invalid value: 1: cannot be decremented',
  ]);
});

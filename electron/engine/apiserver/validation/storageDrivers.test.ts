import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { warningsOf } from '../warnings.ts';

const NAMESPACED = ['CSIStorageCapacity', 'PersistentVolumeClaim'];
const CORE = ['PersistentVolumeClaim', 'PersistentVolume'];

function make(kind: string, more: object): AnyObject {
  const metadata = { name: 'x', ...(NAMESPACED.includes(kind) ? { namespace: 'default' } : {}) };
  return { apiVersion: CORE.includes(kind) ? 'v1' : 'storage.k8s.io/v1', kind, metadata, ...more };
}

/** What a create answers: the complaints, or nothing. */
function refusal(object: AnyObject): string {
  const answer = createTestCluster().client.create<AnyObject>(object);
  return answer.ok ? '' : (answer.error.message ?? '').replace(/^.* "x" is invalid: /, '');
}

const attachment = (source: object, more: object = {}) =>
  make('VolumeAttachment', { spec: { attacher: 'd.example.com', nodeName: 'n', source, ...more } });
const claim = (spec: object) =>
  make('PersistentVolumeClaim', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
const ONE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

describe('refused', () => {
  it.each<[string, AnyObject, string]>([
    [
      'policy for groups',
      make('CSIDriver', { spec: { fsGroupPolicy: 'x' } }),
      'spec.fsGroupPolicy: Unsupported value: "x": supported values: "File", "None", "ReadWriteOnceWithFSType"',
    ],
    [
      'life of volumes',
      make('CSIDriver', { spec: { volumeLifecycleModes: ['x'] } }),
      'spec.volumeLifecycleModes: Unsupported value: "x": supported values: "Ephemeral", "Persistent"',
    ],
    [
      'tokens',
      make('CSIDriver', { spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 5 }, { audience: 'a' }] } }),
      '[spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes, spec.tokenRequests[1].audience: Duplicate value: "a"]',
    ],
    ['attachment of nothing', attachment({}), `spec.source: Required value: ${ONE}`],
    [
      'attachment of two',
      attachment({ persistentVolumeName: 'a', inlineVolumeSpec: { capacity: { storage: '1Gi' } } }),
      `spec.source: Forbidden: ${ONE}`,
    ],
    ['attached by nobody', attachment({ persistentVolumeName: 'a' }, { attacher: '' }), 'spec.attacher: Required value'],
    ['attributes of no driver', make('VolumeAttributesClass', { parameters: { a: 'b' } }), 'driverName: Required value'],
    ['no attributes', make('VolumeAttributesClass', { driverName: 'd.example.com' }), 'parameters: Required value'],
    [
      'less than nothing left',
      make('CSIStorageCapacity', { storageClassName: 'fast', capacity: '-1' }),
      'capacity: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      'a source that is no claim',
      claim({ dataSourceRef: { kind: 'Pod', name: 'p' } }),
      `spec.dataSourceRef: Invalid value: "Pod": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
    ],
    [
      'two sources',
      claim({
        dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' },
      }),
      'spec: Invalid value: "spec.dataSource": must match dataSourceRef',
    ],
    [
      'attributes without a driver',
      make('PersistentVolume', {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          hostPath: { path: '/x' },
          volumeAttributesClassName: 'gold',
        },
      }),
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
    [
      'a place twice',
      make('StorageClass', {
        provisioner: 'd.example.com',
        allowedTopologies: [
          { matchLabelExpressions: [{ key: 'zone', values: ['a', 'b', 'a'] }] },
          { matchLabelExpressions: [{ key: 'zone', values: ['b', 'a'] }] },
        ],
      }),
      '[allowedTopologies[0].matchLabelExpressions[0].values[2]: Duplicate value: "a", allowedTopologies[1].matchLabelExpressions: Duplicate value: ""]',
    ],
    [
      'a parameter without a name',
      make('StorageClass', { provisioner: 'd.example.com', parameters: { '': 'x' } }),
      'parameters: Invalid value: "": field can not be empty.',
    ],
  ])('%s', (_what, object, expected) => expect(refusal(object)).toBe(expected));
});

it('a driver is completed', () => {
  const made = unwrap(createTestCluster().client.create<AnyObject>(make('CSIDriver', { spec: { podInfoOnMount: true } })));
  expect(made.spec).toEqual({
    attachRequired: true,
    podInfoOnMount: true,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
    volumeLifecycleModes: ['Persistent'],
  });
});

describe('changes', () => {
  const attributes = make('VolumeAttributesClass', { driverName: 'd.example.com', parameters: { iops: '1' } });
  it.each<[string, AnyObject, object, string]>([
    ['parameters', attributes, { parameters: { iops: '2' } }, 'parameters: Invalid value: {"iops":"2"}: field is immutable'],
    ['where an attachment goes', attachment({ persistentVolumeName: 'a' }), { spec: { nodeName: 'm' } }, 'field is immutable'],
    [
      'whether a driver attaches',
      make('CSIDriver', { spec: {} }),
      { spec: { attachRequired: false } },
      'spec.attachedRequired: Invalid value: false: field is immutable',
    ],
    [
      'class of an amount',
      make('CSIStorageCapacity', { storageClassName: 'fast' }),
      { storageClassName: 'slow' },
      'storageClassName: Invalid value: "slow": field is immutable',
    ],
  ])('%s', (_what, object, patch, expected) => {
    const { client } = createTestCluster();
    unwrap(client.create<AnyObject>(object));
    const { kind, metadata } = object;
    const answer = client.patch({ kind, namespace: metadata.namespace ?? '', name: 'x' }, 'merge', patch);
    expect(answer.ok ? 'accepted' : answer.error.message).toContain(expected);
  });

  it('a bound claim takes another class of attributes, never none', () => {
    const { client } = createTestCluster();
    const made = unwrap(client.create<AnyObject>(claim({ volumeAttributesClassName: 'a' })));
    const ref = { kind: made.kind, namespace: 'default', name: 'x' };
    const change = (name: string | null) => {
      const answer = client.patch(ref, 'merge', { spec: { volumeAttributesClassName: name } });
      return answer.ok ? 'accepted' : (answer.error.message ?? '');
    };
    expect(change('b')).toContain('spec is immutable after creation');
    unwrap(client.updateStatus<AnyObject>({ ...made, status: { phase: 'Bound' } }));
    expect(change('b')).toBe('accepted');
    expect(change('')).toContain('update from non-nil value to an empty string is forbidden');
    expect(change(null)).toContain('update from non-nil value to nil is forbidden');
  });
});

describe('said of what is taken', () => {
  const volume = (spec: object, annotations = {}) => ({
    ...make('PersistentVolume', {
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, ...spec },
    }),
    metadata: { name: 'x', annotations },
  });
  const zone = 'failure-domain.beta.kubernetes.io/zone';
  const old = 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead';
  const term = { matchExpressions: [{ key: zone, operator: 'In', values: ['a'] }] };
  it.each<[string, AnyObject, string[]]>([
    [
      'recycled volumes',
      volume({ persistentVolumeReclaimPolicy: 'Recycle' }),
      [
        'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      ],
    ],
    [
      'class in an annotation',
      volume({}, { 'volume.beta.kubernetes.io/storage-class': 'a' }),
      [
        'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      ],
    ],
    [
      'old label',
      volume({ nodeAffinity: { required: { nodeSelectorTerms: [term] } } }),
      [`spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: ${zone} is ${old}`],
    ],
    [
      'parts of a byte',
      claim({ resources: { requests: { storage: '1500m' } } }),
      ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer'],
    ],
    [
      'old place',
      make('StorageClass', { allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ['a'] }] }] }),
      [`allowedTopologies[0].matchLabelExpressions[0].key: ${old}`],
    ],
    ['nothing', claim({}), []],
  ])('%s', (_what, object, expected) => expect(warningsOf(object)).toEqual(expected));
});

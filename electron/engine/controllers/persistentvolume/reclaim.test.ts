import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import { createScheduler } from '../../scheduler/index.ts';
import { node, pod } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { claim, storageClass, volume } from '../../testing/storage.ts';
import { createVolumeProtection } from '../volumeprotection/index.ts';
import { createPersistentVolumeController } from './index.ts';
import { deleterOf, driverOf, provisioningFault } from './plugins.ts';
import { createProvisioner } from './provisioner.ts';

const RECYCLER = { kind: 'Pod', namespace: 'default', name: 'recycler-for-a' };

function cluster() {
  const test = createTestCluster({
    components: (ctx) => [
      createScheduler(ctx),
      createPersistentVolumeController(ctx),
      createVolumeProtection(ctx),
      createProvisioner(ctx),
    ],
  });
  const volumed = (name: string) => test.get('PersistentVolume', '', name) as unknown as PersistentVolume;
  return {
    ...test,
    volumed,
    volumeNames: () => test.list('PersistentVolume').map(({ metadata }) => metadata.name),
    dropClaim: () => {
      unwrap(test.client.delete({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c' }));
      test.settle();
    },
    endRecycler: (status: object) => {
      const found = test.get('Pod', 'default', RECYCLER.name);
      unwrap(test.client.updateStatus({ ...found, status: { ...found.status, ...status } }));
      test.settle();
    },
  };
}

/** A volume of one source, bound to claim `c`. */
function bound(spec: Partial<PersistentVolume['spec']>, annotations: Record<string, string> = {}) {
  const test = cluster();
  const { csi: _csi, hostPath: _path, ...plain } = volume('a').spec;
  const made = { ...volume('a'), spec: { ...plain, ...spec } };
  test.create({ ...made, metadata: { ...made.metadata, annotations } } as PersistentVolume, claim('c'));
  test.settle();
  expect(test.volumed('a').status?.phase).toBe('Bound');
  return test;
}

describe('Delete', () => {
  const fault = 'error getting deleter volume plugin for volume "a": ';
  const cases: [string, Partial<PersistentVolume['spec']>, Record<string, string>, string | undefined][] = [
    ['hostPath under /tmp', { hostPath: { path: '/tmp/x' } }, {}, undefined],
    ['hostPath elsewhere', { hostPath: { path: '/x' } }, {}, 'host_path deleter only supports /tmp/.+ but received provided /x'],
    ['NFS', { nfs: { server: 's', path: '/' } }, {}, `${fault}no deletable volume plugin matched`],
    [
      'a plugin that is not there',
      { iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2001-04.com.x:y', lun: 0 } },
      {},
      `${fault}no volume plugin matched`,
    ],
    [
      'made by an unknown plugin',
      { nfs: { server: 's', path: '/' } },
      { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/x' },
      'no volume plugin matched name: kubernetes.io/x',
    ],
  ];
  it.each(cases)('%s', (_what, spec, annotations, message) => {
    const test = bound({ ...spec, persistentVolumeReclaimPolicy: 'Delete' }, annotations);
    test.dropClaim();
    if (message === undefined) {
      expect(test.volumeNames()).toEqual([]);
      return;
    }
    expect([test.volumed('a').status?.phase, test.volumed('a').status?.message]).toEqual(['Failed', message]);
    test.runFor(60_000);
    expect(test.events('a')).toEqual([`Warning VolumeFailedDelete ${message}`]);
  });

  it.each<[string, Partial<PersistentVolume['spec']>, Record<string, string>]>([
    ['of a driver', { csi: { driver: 'd.example.com', volumeHandle: 'a' } }, {}],
    ['made by something outside', { nfs: { server: 's', path: '/' } }, { 'pv.kubernetes.io/provisioned-by': 'd.example.com' }],
  ])('is left to others: %s', (_what, spec, annotations) => {
    const test = bound({ ...spec, persistentVolumeReclaimPolicy: 'Delete' }, annotations);
    test.dropClaim();
    expect([test.volumed('a').status?.phase, test.events('a')]).toEqual(['Released', []]);
  });

  it('a provisioner keeps its volume until it has deleted it, also when somebody deletes the volume first', () => {
    const test = cluster();
    test.create(storageClass('fast', { volumeBindingMode: 'Immediate' }), claim('c'));
    test.settle();
    const [name = ''] = test.volumeNames();
    expect(test.volumed(name).metadata.finalizers).toEqual([
      'external-provisioner.volume.kubernetes.io/finalizer',
      'kubernetes.io/pv-protection',
    ]);
    unwrap(test.client.delete({ kind: 'PersistentVolume', namespace: '', name }));
    test.settle();
    expect(test.volumed(name).status?.phase).toBe('Bound');
    test.dropClaim();
    expect(test.volumeNames()).toEqual([]);
  });
});

describe('Recycle', () => {
  const recycled = () => {
    const test = bound({ hostPath: { path: '/data' }, persistentVolumeReclaimPolicy: 'Recycle', capacity: { storage: '3Gi' } });
    test.create(node('n1'));
    test.dropClaim();
    return test;
  };

  it('a pod empties the volume, which is told on the volume; then the volume is available', () => {
    const test = recycled();
    expect(test.volumed('a').status?.phase).toBe('Released');
    expect(test.get('Pod', 'default', RECYCLER.name).spec).toMatchObject({ activeDeadlineSeconds: 90, nodeName: 'n1' });
    test.endRecycler({ phase: 'Succeeded' });
    expect([test.volumed('a').status?.phase, test.volumed('a').spec.claimRef]).toEqual(['Available', undefined]);
    expect(test.events('a')).toEqual([
      'Normal RecyclerPod Recycler pod: Successfully assigned default/recycler-for-a to n1',
      'Normal VolumeRecycled Volume recycled',
    ]);
    expect(test.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([]);
  });

  it('a pod that fails leaves the volume as Failed, and another try follows', () => {
    const test = recycled();
    test.endRecycler({ phase: 'Failed', message: 'disk on fire' });
    expect(test.volumed('a').status).toMatchObject({
      phase: 'Failed',
      message: 'Recycle failed: failed to recycle volume: disk on fire',
    });
    test.client.delete(RECYCLER, { gracePeriodSeconds: 0 });
    test.runFor(20_000);
    test.endRecycler({ phase: 'Succeeded' });
    expect(test.volumed('a').status).not.toHaveProperty('message');
    expect(test.volumed('a').status?.phase).toBe('Available');
  });

  it('a pod that somebody takes away counts as failed', () => {
    const test = recycled();
    unwrap(test.client.delete(RECYCLER, { gracePeriodSeconds: 0 }));
    test.settle();
    expect(test.events('a')).toContain(
      'Warning VolumeFailedRecycle Recycle failed: failed to recycle volume: recycler pod was deleted',
    );
  });

  it('a volume that pods still name is not emptied', () => {
    const test = bound({ hostPath: { path: '/data' }, persistentVolumeReclaimPolicy: 'Recycle' });
    test.create(pod('user', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } }));
    test.dropClaim();
    expect(test.events('a')).toEqual(['Normal VolumeFailedRecycle Volume is used by pods: default/user']);
    expect(test.client.get('Pod', 'default', RECYCLER.name).ok).toBe(false);
  });

  it('volumes of drivers cannot be emptied', () => {
    const test = bound({ csi: { driver: 'd.example.com', volumeHandle: 'a' }, persistentVolumeReclaimPolicy: 'Recycle' });
    test.dropClaim();
    expect(test.events('a')).toEqual(['Warning VolumeFailedRecycle No recycler plugin found for the volume!']);
  });
});

describe('claims', () => {
  const claimed = (test: ReturnType<typeof cluster>) =>
    test.get('PersistentVolumeClaim', 'default', 'c') as unknown as PersistentVolumeClaim;

  it('one whose volume was freed by hand gets it back', () => {
    const test = bound({ hostPath: { path: '/data' } });
    unwrap(test.client.patch({ kind: 'PersistentVolume', namespace: '', name: 'a' }, 'merge', { spec: { claimRef: null } }));
    test.runFor(20_000);
    expect(test.volumed('a').spec.claimRef?.uid).toBe(claimed(test).metadata.uid);
    expect(test.volumed('a').status?.phase).toBe('Bound');
  });

  it('one without a class takes a volume without a class before it takes the default class', () => {
    const test = cluster();
    const { storageClassName: _none, ...spec } = claim('c').spec;
    test.create(volume('a', { spec: { storageClassName: '' } }), { ...claim('c'), spec });
    const std = storageClass('std');
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    test.create({ ...std, metadata: { ...std.metadata, annotations } });
    test.settle();
    expect([claimed(test).spec.storageClassName, claimed(test).spec.volumeName]).toEqual([undefined, 'a']);
  });

  it('one of a delayed class with a chosen node waits for its provisioner, whatever is free', () => {
    const test = cluster();
    const wanted = claim('c');
    const annotations = { 'volume.kubernetes.io/selected-node': 'n1' };
    test.create(storageClass('fast', { provisioner: 'other.example.com' }), volume('a'));
    test.create({ ...wanted, metadata: { ...wanted.metadata, annotations } });
    test.settle();
    expect(claimed(test).spec.volumeName).not.toBe('a');
  });
});

it.each<[string, string | undefined, string]>([
  ['kubernetes.io/no-provisioner', 'no volume plugin matched name: kubernetes.io/no-provisioner', 'kubernetes.io/no-provisioner'],
  ['kubernetes.io/nfs', 'no provisionable volume plugin matched', 'kubernetes.io/nfs'],
  ['kubernetes.io/aws-ebs', undefined, 'ebs.csi.aws.com'],
  ['d.example.com', undefined, 'd.example.com'],
])('provisioner %s', (name, fault, driver) => {
  expect([provisioningFault(name), driverOf(name)]).toEqual([fault, driver]);
});

it('a volume said to be made by hostPath that has no path cannot be deleted', () => {
  const made = {
    ...volume('a'),
    metadata: { name: 'a', annotations: { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' } },
  };
  const { hostPath: _none, ...spec } = made.spec;
  expect(deleterOf({ ...made, spec })).toMatchObject({ by: 'nobody' });
});

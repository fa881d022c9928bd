import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import { createScheduler } from '../../scheduler/index.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { claim, podWithClaims, storageClass, volume } from '../../testing/storage.ts';
import { createVolumeProtection } from '../volumeprotection/index.ts';
import { createPersistentVolumeController } from './index.ts';
import { createProvisioner } from './provisioner.ts';

function cluster(provisioner = true) {
  const test = createTestCluster({
    components: (ctx) => [
      createScheduler(ctx),
      createPersistentVolumeController(ctx),
      createVolumeProtection(ctx),
      ...(provisioner ? [createProvisioner(ctx)] : []),
    ],
  });
  const claimed = (name: string) => test.get('PersistentVolumeClaim', 'default', name) as unknown as PersistentVolumeClaim;
  const volumed = (name: string) => test.get('PersistentVolume', '', name) as unknown as PersistentVolume;
  return {
    ...test,
    claimed,
    volumed,
    stateOf: (name: string) => [claimed(name).status?.phase, claimed(name).spec.volumeName],
    phaseOf: (name: string) => volumed(name).status?.phase,
    nodeOf: (name: string) => test.get('Pod', 'default', name).spec.nodeName,
  };
}

describe('immediate binding', () => {
  it.each<[string, PersistentVolume[], PersistentVolumeClaim, string | undefined]>([
    [
      'smallest that fits',
      [volume('a', { size: '10Gi' }), volume('b', { size: '2Gi' }), volume('c', { size: '500Mi' })],
      claim('c'),
      'b',
    ],
    [
      'fewest access modes before size',
      [
        volume('a', { size: '1Gi', spec: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] } }),
        volume('b', { size: '5Gi', spec: { accessModes: ['ReadWriteOnce'] } }),
      ],
      claim('c'),
      'b',
    ],
    ['every mode asked for', [volume('a')], claim('c', { spec: { accessModes: ['ReadWriteMany'] } }), undefined],
    ['its class', [volume('a', { spec: { storageClassName: 'slow' } })], claim('c'), undefined],
    ['its mode', [volume('a', { spec: { volumeMode: 'Block' } })], claim('c'), undefined],
    [
      'its selector',
      [volume('a', { labels: { tier: 'silver' } }), volume('b', { labels: { tier: 'gold' } })],
      claim('c', { spec: { selector: { matchLabels: { tier: 'gold' } } } }),
      'b',
    ],
    [
      'the one reserved for it',
      [volume('a'), volume('b', { size: '9Gi', spec: { claimRef: { namespace: 'default', name: 'c' } } })],
      claim('c'),
      'b',
    ],
    ['the one it names', [volume('a'), volume('b', { size: '9Gi' })], claim('c', { spec: { volumeName: 'b' } }), 'b'],
  ])('%s', (_name, volumes, wanted, expected) => {
    const test = cluster();
    test.create(...volumes);
    test.settle();
    test.create(wanted);
    test.settle();
    const bound = test.claimed('c').status?.phase === 'Bound' ? test.claimed('c').spec.volumeName : undefined;
    expect(bound).toBe(expected);
    if (expected !== undefined) expect(test.volumed(expected).spec.claimRef?.uid).toBe(test.claimed('c').metadata.uid);
    for (const { metadata } of volumes)
      expect(test.phaseOf(metadata.name)).toBe(metadata.name === expected ? 'Bound' : 'Available');
  });

  it('tries a waiting claim again within the period when a volume comes, and says why it waits', () => {
    const test = cluster();
    test.create(claim('c', { spec: { storageClassName: '' } }));
    test.settle();
    expect(test.stateOf('c')).toEqual(['Pending', undefined]);
    expect(test.events('c')).toEqual([
      'Normal FailedBinding no persistent volumes available for this claim and no storage class is set',
    ]);
    test.create(volume('a', { spec: { storageClassName: '' } }));
    test.settle();
    expect(test.stateOf('c')).toEqual(['Bound', 'a']);
    expect(test.claimed('c').status?.capacity).toEqual({ storage: '1Gi' });
  });

  it('releases the volume with its claim, and tells a claim that its volume is lost', () => {
    const test = cluster();
    test.create(volume('a'), claim('c'));
    test.settle();
    unwrap(test.client.delete({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c' }));
    test.settle();
    expect(test.phaseOf('a')).toBe('Released');
    test.create(volume('b'), claim('d'));
    test.settle();
    unwrap(test.client.delete({ kind: 'PersistentVolume', namespace: '', name: 'b' }));
    test.settle();
    expect(test.stateOf('d')).toEqual(['Bound', 'b']);
    const { finalizers: _protection, ...metadata } = test.volumed('b').metadata;
    unwrap(test.client.update({ ...test.volumed('b'), metadata }));
    test.settle();
    expect(test.stateOf('d')).toEqual(['Lost', 'b']);
    expect(test.events('d')).toContain(
      'Warning ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
  });

  it.each<[string, PersistentVolume['spec']['storageClassName'], Partial<PersistentVolumeClaim['spec']>, string]>([
    ['too small', 'fast', { resources: { requests: { storage: '5Gi' } } }, 'requested PV is too small'],
    ['another class', 'slow', {}, 'storageClassName does not match'],
    ['another mode', 'fast', { volumeMode: 'Block' }, 'incompatible volumeMode'],
    ['access mode', 'fast', { accessModes: ['ReadWriteMany'] }, 'incompatible accessMode'],
  ])('refuses the volume a claim names: %s', (_name, storageClassName, spec, why) => {
    const test = cluster();
    test.create(volume('a', { spec: { storageClassName: storageClassName ?? '' } }));
    test.create(claim('c', { spec: { volumeName: 'a', ...spec } }));
    test.settle();
    expect(test.events('c')).toEqual([`Warning VolumeMismatch Cannot bind to requested volume "a": ${why}`]);
    expect(test.claimed('c').status?.phase).toBe('Pending');
  });
});

describe('with a pod', () => {
  it('binds the volume of the chosen node, then places the pod', () => {
    const test = cluster();
    test.create(node('n1'), node('n2'));
    test.create(storageClass('fast', { provisioner: 'kubernetes.io/no-provisioner' }), claim('c'));
    test.settle();
    expect(test.events('c')).toEqual(['Normal WaitForFirstConsumer waiting for first consumer to be created before binding']);
    test.create(podWithClaims('p', ['c']));
    test.settle();
    const none = "2 node(s) didn't find available persistent volumes to bind";
    expect(test.events('p')).toEqual([
      `Warning FailedScheduling 0/2 nodes are available: ${none}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.`,
    ]);
    test.create(volume('local', { node: 'n2' }));
    test.settle();
    expect([test.nodeOf('p'), ...test.stateOf('c'), test.phaseOf('local')]).toEqual(['n2', 'Bound', 'local', 'Bound']);
    expect(test.volumed('local').metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
  });

  it('provisions a volume for the selected node after a while', () => {
    const test = cluster();
    test.create(node('n1', { labels: { 'topology.kubernetes.io/zone': 'a' } }));
    test.create(node('n2', { labels: { 'topology.kubernetes.io/zone': 'b' } }));
    const allowedTopologies = [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values: ['b'] }] }];
    test.create(storageClass('fast', { allowedTopologies }), claim('c'), podWithClaims('p', ['c']));
    test.runFor(1500);
    expect([test.nodeOf('p'), test.claimed('c').metadata.annotations?.['volume.kubernetes.io/selected-node']]).toEqual([
      undefined,
      'n2',
    ]);
    test.settle();
    const made = `pvc-${test.claimed('c').metadata.uid}`;
    expect([test.nodeOf('p'), ...test.stateOf('c')]).toEqual(['n2', 'Bound', made]);
    expect(test.volumed(made).spec.nodeAffinity?.required?.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['b'] }] },
    ]);
    expect(test.events('c').slice(-2)).toEqual([
      'Normal Provisioning External provisioner is provisioning volume for claim "default/c"',
      `Normal ProvisioningSucceeded Successfully provisioned volume ${made}`,
    ]);
    unwrap(test.client.delete({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c' }));
    test.settle();
    expect(test.claimed('c').metadata.deletionTimestamp).toBeDefined();
    unwrap(test.client.delete({ kind: 'Pod', namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 }));
    test.settle();
    expect([test.list('PersistentVolumeClaim'), test.list('PersistentVolume')]).toEqual([[], []]);
  });

  it('gives the pod up when nobody provisions in time, and the node back', () => {
    const test = cluster(false);
    test.create(node('n1'), storageClass(), claim('c'), podWithClaims('p', ['c']));
    test.runFor(599_000);
    expect(test.events('p')).toEqual([]);
    test.runFor(4_000);
    expect([test.nodeOf('p'), test.events('p')]).toEqual([
      undefined,
      ['Warning FailedScheduling running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'],
    ]);
  });

  it('lets a pod whose claim must be bound first wait until it is', () => {
    const test = cluster();
    test.create(node('n1'), storageClass('fast', { volumeBindingMode: 'Immediate' }), claim('c'), podWithClaims('p', ['c']));
    test.settle();
    expect(test.events('p')[0]).toBe(
      'Warning FailedScheduling 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
    );
    expect(test.nodeOf('p')).toBe('n1');
  });

  it('gives two pods two volumes, also when they are decided on one after the other', () => {
    const test = cluster();
    test.create(node('n1'), storageClass('fast', { provisioner: 'kubernetes.io/no-provisioner' }));
    test.create(volume('a'), volume('b'), claim('c1'), claim('c2'));
    test.create(podWithClaims('p1', ['c1']), podWithClaims('p2', ['c2']));
    test.settle();
    expect([test.nodeOf('p1'), test.nodeOf('p2')]).toEqual(['n1', 'n1']);
    expect([test.claimed('c1').spec.volumeName, test.claimed('c2').spec.volumeName].sort()).toEqual(['a', 'b']);
  });
});

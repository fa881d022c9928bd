import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { claim, podWithClaims, storageClass, volume } from '../../testing/storage.ts';
import { createPersistentVolumeController } from '../persistentvolume/index.ts';
import { WAITING_FOR_NODE } from './claims.ts';
import { createVolumeExpandController } from './index.ts';
import { createResizer } from './resizer.ts';

const OF_CLAIM = { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c' };
const DRIVER = { csi: { driver: 'd.example.com', volumeHandle: 'a' } };

/** Claim `c` bound to volume `a` of a class that lets it grow. */
function cluster(source: Partial<PersistentVolume['spec']> = DRIVER, spec: Partial<PersistentVolumeClaim['spec']> = {}) {
  const test = createTestCluster({
    components: (ctx) => [createPersistentVolumeController(ctx), createVolumeExpandController(ctx), createResizer(ctx)],
  });
  const { hostPath, ...plain } = volume('a').spec;
  const volumeMode = spec.volumeMode === undefined ? {} : { volumeMode: spec.volumeMode };
  const own = source.csi === undefined ? { hostPath: { path: '/data' } } : source;
  test.create(node('n1'), storageClass('fast', { volumeBindingMode: 'Immediate', allowVolumeExpansion: true }));
  test.create({ ...volume('a'), spec: { ...plain, ...own, ...volumeMode } } as PersistentVolume, claim('c', { spec }));
  test.settle();
  const claimed = () => test.get('PersistentVolumeClaim', 'default', 'c') as unknown as PersistentVolumeClaim;
  return {
    ...test,
    claimed,
    grow: (storage: string) => unwrap(test.client.patch(OF_CLAIM, 'merge', { spec: { resources: { requests: { storage } } } })),
    sizes: () => [
      claimed().status?.capacity?.storage,
      (test.get('PersistentVolume', '', 'a') as unknown as PersistentVolume).spec.capacity?.storage,
      claimed().status?.allocatedResourceStatuses?.storage,
    ],
    conditions: () => claimed().status?.conditions?.map(({ type, message }) => [type, message]),
    annotation: () =>
      test.get('PersistentVolume', '', 'a').metadata.annotations?.['volume.alpha.kubernetes.io/pre-resize-capacity'],
    run: () => {
      test.create(podWithClaims('p', ['c'], { nodeName: 'n1' }));
      const pod = test.get('Pod', 'default', 'p');
      unwrap(test.client.updateStatus({ ...pod, status: { ...pod.status, phase: 'Running' } }));
    },
  };
}

it('a larger request is said to wait for somebody outside, a smaller one is not', () => {
  const test = cluster({});
  test.grow('3Gi');
  test.settle();
  test.grow('2Gi');
  test.settle();
  expect(test.events('c')).toEqual(['Normal ExternalExpanding waiting for an external controller to expand this PVC']);
  expect(test.sizes()).toEqual(['1Gi', '1Gi', undefined]);
});

describe('a driver', () => {
  it('enlarges the volume, then the node its file system, once a pod runs with it', () => {
    const test = cluster();
    test.grow('2Gi');
    test.runFor(1000);
    expect([test.sizes(), test.conditions()]).toEqual([['1Gi', '1Gi', 'ControllerResizeInProgress'], [['Resizing', undefined]]]);
    test.runFor(600_000);
    expect([test.sizes(), test.conditions(), test.annotation()]).toEqual([
      ['1Gi', '2Gi', 'NodeResizePending'],
      [['FileSystemResizePending', WAITING_FOR_NODE]],
      '1Gi',
    ]);
    test.run();
    test.runFor(10_000);
    expect([test.sizes(), test.conditions(), test.annotation()]).toEqual([['2Gi', '2Gi', undefined], undefined, undefined]);
    expect(test.events('c')).toEqual([
      'Normal ExternalExpanding waiting for an external controller to expand this PVC',
      'Normal Resizing External resizer is resizing volume a',
      'Normal FileSystemResizeRequired Require file system resize of volume on node',
      'Normal FileSystemResizeSuccessful MountVolume.NodeExpandVolume succeeded for volume "a" n1',
    ]);
  });

  it('needs no node for a block volume', () => {
    const test = cluster(DRIVER, { volumeMode: 'Block' });
    test.grow('2Gi');
    test.settle();
    expect([test.sizes(), test.conditions(), test.annotation()]).toEqual([['2Gi', '2Gi', undefined], undefined, undefined]);
    expect(test.events('c').at(-1)).toBe('Normal VolumeResizeSuccessful Resize volume succeeded');
  });

  it('takes a second enlargement before the node has done the first', () => {
    const test = cluster();
    test.grow('2Gi');
    test.settle();
    test.grow('4Gi');
    test.settle();
    expect(test.sizes()).toEqual(['1Gi', '4Gi', 'NodeResizePending']);
    test.run();
    test.settle();
    expect(test.sizes()).toEqual(['4Gi', '4Gi', undefined]);
  });

  it('goes on after a restart in the middle', () => {
    const test = cluster();
    test.run();
    test.grow('2Gi');
    test.runFor(1000);
    for (const component of test.components) component.stop();
    for (const component of test.components) component.start();
    test.settle();
    expect(test.sizes()).toEqual(['2Gi', '2Gi', undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { claim, podWithClaims, volume } from '../../testing/storage.ts';
import { createVolumeProtection } from './index.ts';

const cluster = () => createTestCluster({ components: (ctx) => [createVolumeProtection(ctx)] });
const ofClaim = { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c' };

describe('claims', () => {
  it.each<[string, (one: Pod) => Pod, boolean]>([
    ['a placed pod holds it', (one) => ({ ...one, spec: { ...one.spec, nodeName: 'n' } }), true],
    ['a pod without a node does not', (one) => one, false],
  ])('%s', (_name, change, held) => {
    const test = cluster();
    test.create(node('n'), claim('c'), change(podWithClaims('p', ['c'])));
    unwrap(test.client.delete(ofClaim));
    test.settle();
    expect(test.list('PersistentVolumeClaim').length).toBe(held ? 1 : 0);
  });

  const placed = () => {
    const test = cluster();
    test.create(node('n'), claim('c'), podWithClaims('p', ['c'], { nodeName: 'n' }));
    unwrap(test.client.delete(ofClaim));
    test.settle();
    expect(test.get('PersistentVolumeClaim', 'default', 'c').metadata.deletionTimestamp).toBeDefined();
    return test;
  };

  it('a pod that has ended still holds it', () => {
    const test = placed();
    const pod = test.get('Pod', 'default', 'p');
    unwrap(test.client.updateStatus({ ...pod, status: { ...pod.status, phase: 'Succeeded' } }));
    test.settle();
    expect(test.list('PersistentVolumeClaim').length).toBe(1);
  });

  it('let go when the pod is gone', () => {
    const test = placed();
    unwrap(test.client.delete({ kind: 'Pod', namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 }));
    test.settle();
    expect(test.list('PersistentVolumeClaim')).toEqual([]);
  });
});

it('volumes go once they are not bound', () => {
  const test = cluster();
  test.create(volume('a'), volume('b'));
  const bound = test.get('PersistentVolume', '', 'b');
  unwrap(test.client.updateStatus({ ...bound, status: { phase: 'Bound' } }));
  for (const name of ['a', 'b']) unwrap(test.client.delete({ kind: 'PersistentVolume', namespace: '', name }));
  test.settle();
  expect(test.list('PersistentVolume').map(({ metadata }) => metadata.name)).toEqual(['b']);
  unwrap(test.client.updateStatus({ ...test.get('PersistentVolume', '', 'b'), status: { phase: 'Released' } }));
  test.settle();
  expect(test.list('PersistentVolume')).toEqual([]);
});

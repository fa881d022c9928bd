import { expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { claim, storageClass, volume } from '../../../testing/storage.ts';
import { admitWith } from '../testing.ts';
import { storageObjectInUseProtection } from './index.ts';

it.each<[string, unknown, string[] | undefined]>([
  ['volume', volume('v'), ['kubernetes.io/pv-protection']],
  ['claim', claim('c'), ['kubernetes.io/pvc-protection']],
  ['class', storageClass(), undefined],
  [
    'claim with finalizers',
    { ...claim('c'), metadata: { name: 'c', finalizers: ['a/b', 'kubernetes.io/pvc-protection'] } },
    ['a/b', 'kubernetes.io/pvc-protection'],
  ],
])('new %s', (_name, object, expected) => {
  const { object: admitted } = admitWith(storageObjectInUseProtection, { operation: 'CREATE', object: object as AnyObject });
  expect(admitted?.metadata.finalizers).toEqual(expected);
});

it('does not put a protection back that was taken off', () => {
  const object = claim('c') as unknown as AnyObject;
  const { object: admitted } = admitWith(storageObjectInUseProtection, { operation: 'UPDATE', object, old: object });
  expect(admitted).toBe(object);
});

import { expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { claim, storageClass } from '../../../testing/storage.ts';
import { admitWith } from '../testing.ts';
import { defaultStorageClassPlugin } from './index.ts';

const marked = (name: string, creationTimestamp: string, value = 'true') =>
  ({
    ...storageClass(name),
    metadata: { name, creationTimestamp, annotations: { 'storageclass.kubernetes.io/is-default-class': value } },
  }) as unknown as AnyObject;
const without = () => {
  const { storageClassName: _class, ...spec } = claim('c').spec;
  return { ...claim('c'), spec } as unknown as AnyObject;
};

it.each<[string, AnyObject, AnyObject[], string | undefined]>([
  ['no class in the claim', without(), [marked('a', '2026-01-01T00:00:00Z')], 'a'],
  ['no default', without(), [marked('a', '2026-01-01T00:00:00Z', 'false')], undefined],
  ['the newest default', without(), [marked('a', '2026-01-01T00:00:00Z'), marked('b', '2026-01-02T00:00:00Z')], 'b'],
  [
    'the first by name of equally old ones',
    without(),
    [marked('b', '2026-01-01T00:00:00Z'), marked('a', '2026-01-01T00:00:00Z')],
    'a',
  ],
  ['the empty class is a choice', claim('c', { spec: { storageClassName: '' } }) as unknown as AnyObject, [marked('a', 'x')], ''],
])('%s', (_name, object, stored, expected) => {
  const { object: admitted } = admitWith(defaultStorageClassPlugin, { operation: 'CREATE', object }, stored);
  expect(admitted?.spec).toMatchObject(expected === undefined ? {} : { storageClassName: expected });
  expect(Object.hasOwn(admitted?.spec ?? {}, 'storageClassName')).toBe(expected !== undefined);
});

it('leaves updates alone', () => {
  const object = without();
  expect(admitWith(defaultStorageClassPlugin, { operation: 'UPDATE', object, old: object }, [marked('a', 'x')]).object).toBe(
    object,
  );
});

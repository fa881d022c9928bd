import { expect, it } from 'vitest';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { podWithClaims } from '../../testing/storage.ts';
import { podsByClaim } from './podsByClaim.ts';

it('knows the pods that name a claim, those from before included, until they are gone', () => {
  const test = createTestCluster();
  test.create(podWithClaims('b', ['c', 'd']));
  const users = podsByClaim(test.ctx);
  const names = (claim: string) => users.of('default', claim).map(({ metadata }) => metadata.name);
  const stop = users.follow();
  test.create(podWithClaims('a', ['c']));
  test.settle();
  expect([names('c'), names('d'), users.of('other', 'c')]).toEqual([['a', 'b'], ['b'], []]);
  unwrap(test.client.delete({ kind: 'Pod', namespace: 'default', name: 'b' }, { gracePeriodSeconds: 0 }));
  test.settle();
  expect([names('c'), names('d')]).toEqual([['a'], []]);
  stop();
  unwrap(test.client.delete({ kind: 'Pod', namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 }));
  users.follow();
  expect(names('c')).toEqual([]);
});

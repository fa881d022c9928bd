import { expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { pod } from '../testing/builders.ts';
import { isReplaced } from './owner.ts';

const owned = (kind: string | undefined, phase = 'Running'): Pod => {
  const built = pod('p');
  const ownerReferences = kind === undefined ? [] : [{ apiVersion: 'v1', kind, name: 'o', uid: 'u', controller: true }];
  return { ...built, metadata: { ...built.metadata, ownerReferences }, status: { ...built.status, phase } };
};

it.each<[string, Pod, boolean]>([
  ['of a ReplicaSet', owned('ReplicaSet'), true],
  ['of a StatefulSet', owned('StatefulSet'), true],
  ['of a Job under way', owned('Job'), true],
  ['of a DaemonSet, which comes back to its node only', owned('DaemonSet'), false],
  ['of nobody', owned(undefined), false],
  ['evicted before, and replaced then', owned('ReplicaSet', 'Failed'), false],
  ['of a Job, done', owned('Job', 'Succeeded'), false],
])('a pod %s', (_name, one, replaced) => {
  expect(isReplaced(one)).toBe(replaced);
});

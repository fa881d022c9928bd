import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import { statefulSet } from '../../testing/builders.ts';
import { identityMatches, inOrdinalRange, newPod, parentAndOrdinal, storageMatches, takesCurrentRevision } from './identity.ts';

const web = (workload: Record<string, unknown> = {}, replicas = 3): StatefulSet => ({
  ...statefulSet('web', { replicas, workload }),
  metadata: { name: 'web', namespace: 'ns', uid: 'u-web' },
});

const template = (name: string) => ({ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'] } });

describe('parentAndOrdinal', () => {
  it.each([
    ['web-0', 'web', 0],
    ['a-b-12', 'a-b', 12],
    ['web-007', 'web', 7],
    ['web', '', -1],
    ['web-x', '', -1],
    ['web-', '', -1],
    ['-5', '', 5],
    ['web-2147483648', 'web', -1],
  ])('%s', (name, parent, ordinal) => {
    expect(parentAndOrdinal(name)).toEqual({ parent, ordinal });
  });
});

describe('ordinals', () => {
  it.each([
    [undefined, 3, 0, true],
    [undefined, 3, 2, true],
    [undefined, 3, 3, false],
    [{ start: 5 }, 2, 4, false],
    [{ start: 5 }, 2, 5, true],
    [{ start: 5 }, 2, 6, true],
    [{ start: 5 }, 2, 7, false],
    [undefined, 0, 0, false],
  ])('start %j, %i replicas: %i is in range: %s', (ordinals, replicas, ordinal, inside) => {
    expect(inOrdinalRange(web(ordinals === undefined ? {} : { ordinals }, replicas), ordinal)).toBe(inside);
  });
});

describe('takesCurrentRevision', () => {
  const rolling = (rollingUpdate: Record<string, unknown> | undefined) => ({
    updateStrategy: { type: 'RollingUpdate', ...(rollingUpdate === undefined ? {} : { rollingUpdate }) },
  });
  it.each([
    ['below the partition', rolling({ partition: 2 }), 1, true],
    ['at the partition', rolling({ partition: 2 }), 2, false],
    ['without a partition', rolling({}), 0, false],
    ['below a partition that counts from the start', { ...rolling({ partition: 1 }), ordinals: { start: 5 } }, 5, true],
    ['above it', { ...rolling({ partition: 1 }), ordinals: { start: 5 } }, 6, false],
    ['among the current ones', rolling(undefined), 1, true],
    ['beyond the current ones', rolling(undefined), 2, false],
    ['OnDelete', { updateStrategy: { type: 'OnDelete' } }, 0, false],
  ])('%s', (_what, workload, ordinal, current) => {
    const set: StatefulSet = { ...web(workload), status: { replicas: 3, currentReplicas: 2 } };
    expect(takesCurrentRevision(set, ordinal)).toBe(current);
  });
});

describe('newPod', () => {
  const set = web({ volumeClaimTemplates: [template('data')] });
  const spec = {
    containers: [{ name: 'app', image: 'x:1' }],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
  const pod = newPod(set, { metadata: { labels: { app: 'web' }, annotations: { a: 'b' } }, spec }, 'web-abc', 2);

  it('has a stable name, labels and owner', () => {
    expect(pod.metadata).toEqual({
      name: 'web-2',
      generateName: 'web-',
      namespace: 'ns',
      labels: {
        app: 'web',
        'apps.kubernetes.io/pod-index': '2',
        'controller-revision-hash': 'web-abc',
        'statefulset.kubernetes.io/pod-name': 'web-2',
      },
      annotations: { a: 'b' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u-web', controller: true, blockOwnerDeletion: true },
      ],
    });
    expect(pod.spec).toMatchObject({ hostname: 'web-2', subdomain: 'web' });
    expect(newPod(web({ serviceName: '' }), { spec }, 'r', 0).spec.subdomain).toBeUndefined();
  });

  it('mounts its claims instead of volumes of the same name', () => {
    expect(pod.spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-web-2' } },
      { name: 'tmp', emptyDir: {} },
    ]);
  });

  it('matches itself and nobody else', () => {
    expect(identityMatches(set, pod)).toBe(true);
    expect(storageMatches(set, pod)).toBe(true);
    const { labels: _labels, ...bare } = pod.metadata;
    expect(identityMatches(set, { ...pod, metadata: bare })).toBe(false);
    expect(storageMatches(set, { ...pod, spec: { ...pod.spec, volumes: [] } })).toBe(false);
  });
});

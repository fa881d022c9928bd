import { describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim, Pod } from '#shared/kube/types.ts';
import { pod as buildPod } from '../testing/builders.ts';
import { claimErrors } from './claims.ts';

const pod = (volumes: NonNullable<Pod['spec']['volumes']>): Pod => {
  const built = buildPod('p');
  return { ...built, metadata: { ...built.metadata, namespace: 'default' }, spec: { ...built.spec, volumes } };
};
const claim = (fields: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'default' },
  spec: { volumeName: 'v' },
  status: { phase: 'Bound' },
  ...fields,
});
const data = { name: 'data', persistentVolumeClaim: { claimName: 'c' } };

describe('claims of a pod that is to start', () => {
  it.each<[string, PersistentVolumeClaim | undefined, string | undefined]>([
    ['bound', claim(), undefined],
    ['missing', undefined, 'failed to fetch PVC from API server: persistentvolumeclaims "c" not found'],
    ['pending', claim({ spec: {}, status: { phase: 'Pending' } }), 'PVC is not bound'],
    ['named but not bound yet', claim({ status: { phase: 'Pending' } }), 'PVC is not bound'],
    [
      'being deleted',
      claim({ metadata: { name: 'c', namespace: 'default', deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      "can't start pod because PVC is being deleted",
    ],
  ])('%s', (_name, stored, fault) => {
    const errors = claimErrors(pod([data]), () => stored);
    expect(errors).toEqual(fault === undefined ? [] : [{ volume: 'data', message: `error processing PVC default/c: ${fault}` }]);
  });

  it('an ephemeral volume has a claim named after pod and volume; other volumes have none', () => {
    const asked: string[] = [];
    claimErrors(
      pod([
        { name: 'scratch', ephemeral: {} },
        { name: 'tmp', emptyDir: {} },
      ]),
      (_namespace, name) => {
        asked.push(name);
        return claim();
      },
    );
    expect(asked).toEqual(['p-scratch']);
  });
});

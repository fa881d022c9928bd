import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { createScheduler } from '../../scheduler/index.ts';
import { node, pod } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { claim, storageClass } from '../../testing/storage.ts';
import { createGarbageCollector } from '../garbagecollector/index.ts';
import { createPersistentVolumeController } from '../persistentvolume/index.ts';
import { createProvisioner } from '../persistentvolume/provisioner.ts';
import { createVolumeProtection } from '../volumeprotection/index.ts';
import { createEphemeralVolumeController } from './index.ts';

const template = claim('x').spec;
const scratch = (name: string): Pod =>
  pod(name, {
    spec: {
      volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: template } } }],
    },
  });
const cluster = () =>
  createTestCluster({
    components: (ctx) => [
      createScheduler(ctx),
      createEphemeralVolumeController(ctx),
      createPersistentVolumeController(ctx),
      createProvisioner(ctx),
      createVolumeProtection(ctx),
      createGarbageCollector(ctx),
    ],
  });

describe('generic ephemeral volumes', () => {
  it('come with the pod and go with it', () => {
    const test = cluster();
    test.create(node('n'), storageClass(), scratch('p'));
    test.settle();
    const made = test.get('PersistentVolumeClaim', 'default', 'p-tmp');
    expect([made.metadata.labels, made.metadata.ownerReferences?.[0]?.name, made.status?.phase]).toEqual([
      { a: 'b' },
      'p',
      'Bound',
    ]);
    expect(test.get('Pod', 'default', 'p').spec.nodeName).toBe('n');
    unwrap(test.client.delete({ kind: 'Pod', namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 }));
    test.settle();
    expect([test.list('PersistentVolumeClaim'), test.list('PersistentVolume')]).toEqual([[], []]);
  });

  it("leave somebody else's claim of that name alone", () => {
    const test = cluster();
    test.create(node('n'), storageClass(), claim('p-tmp'), scratch('p'));
    test.runFor(5_000);
    const fault = 'PVC default/p-tmp was not created for pod default/p (pod is not owner)';
    expect(test.get('PersistentVolumeClaim', 'default', 'p-tmp').metadata.ownerReferences).toBeUndefined();
    expect(test.events('p')).toEqual(
      expect.arrayContaining([
        `Warning FailedBinding ephemeral volume tmp: ${fault}`,
        `Warning FailedScheduling 0/1 nodes are available: ${fault}. not found`,
      ]),
    );
  });
});

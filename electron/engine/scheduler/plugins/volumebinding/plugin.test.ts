import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { boundClaim, claim, podWithClaims, storageClass, volume } from '../../../testing/storage.ts';
import { action } from '../../framework/events.ts';
import { createOfflineScheduler } from '../../offline.ts';

const waitsForHands = storageClass('fast', { provisioner: 'kubernetes.io/no-provisioner' });
const unresolvable = (text: string) => `UnschedulableAndUnresolvable: ${text}`;
const none = unresolvable("node(s) didn't find available persistent volumes to bind");
const elsewhere = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const available = (one: PersistentVolume): PersistentVolume => ({ ...one, status: { phase: 'Available' } });
const ephemeral = (name: string, uid: string): Pod => {
  const template = { spec: { accessModes: ['ReadWriteOnce'] } };
  const made = pod(name, { spec: { volumes: [{ name: 'e', ephemeral: { volumeClaimTemplate: template } }] } });
  return { ...made, metadata: { ...made.metadata, uid } };
};
const ownedBy = (uid: string): PersistentVolumeClaim => {
  const made = claim('p-e');
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid, controller: true };
  return { ...made, metadata: { ...made.metadata, ownerReferences: [owner] } };
};
const deleting = (one: PersistentVolumeClaim): PersistentVolumeClaim => ({
  ...one,
  metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
});

describe('PreFilter', () => {
  it.each<[string, Pod, KubeObject[], string]>([
    ['no claims', pod('p'), [], 'Skip'],
    ['missing', podWithClaims('p', ['c']), [], 'persistentvolumeclaim "c" not found'],
    [
      'lost',
      podWithClaims('p', ['c']),
      [{ ...boundClaim('c', 'v'), status: { phase: 'Lost' } } as KubeObject],
      'persistentvolumeclaim "c" bound to non-existent persistentvolume "v"',
    ],
    ['being deleted', podWithClaims('p', ['c']), [deleting(claim('c'))], 'persistentvolumeclaim "c" is being deleted'],
    [
      'to be bound at once',
      podWithClaims('p', ['c']),
      [claim('c'), storageClass('fast', { volumeBindingMode: 'Immediate' })],
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'half bound by hand',
      podWithClaims('p', ['c']),
      [claim('c', { spec: { volumeName: 'v' } }), storageClass()],
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'ephemeral, not made yet',
      ephemeral('p', 'u'),
      [],
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-e"',
    ],
    [
      'ephemeral, of another pod',
      ephemeral('p', 'u'),
      [ownedBy('other'), storageClass()],
      'PVC default/p-e was not created for pod default/p (pod is not owner)',
    ],
    ['ephemeral, its own', ephemeral('p', 'u'), [ownedBy('u'), storageClass()], 'ok'],
  ])('%s', (_name, wanted, others, expected) => {
    const table = pluginTable('VolumeBinding', { nodes: [node('a')], others });
    expect(table.filter(wanted, 'a')).toBe(expected === 'ok' || expected === 'Skip' ? expected : unresolvable(expected));
  });
});

describe('Filter', () => {
  it.each<[string, KubeObject[], string, string]>([
    ['bound, usable here', [boundClaim('c', 'v'), volume('v', { node: 'a' })], 'ok', elsewhere],
    ['nothing to bind', [claim('c'), waitsForHands], none, none],
    ['a free one here', [claim('c'), waitsForHands, available(volume('v', { node: 'a' }))], 'ok', none],
    ['not available yet', [claim('c'), waitsForHands, volume('v')], none, none],
    ['too small', [claim('c', { size: '2Gi' }), waitsForHands, available(volume('v'))], none, none],
    ['of another class', [claim('c'), waitsForHands, available(volume('v', { spec: { storageClassName: 'slow' } }))], none, none],
    [
      'reserved for another',
      [claim('c'), waitsForHands, available(volume('v', { spec: { claimRef: { namespace: 'default', name: 'd' } } }))],
      none,
      none,
    ],
    [
      'reserved for it, on that node alone',
      [
        claim('c'),
        storageClass(),
        available(volume('v', { node: 'b', spec: { claimRef: { namespace: 'default', name: 'c' } } })),
        available(volume('w', { node: 'a' })),
      ],
      // Without a usable volume the class may provision another one: upstream lets it.
      'ok',
      'ok',
    ],
    ['to be provisioned', [claim('c'), storageClass()], 'ok', 'ok'],
    [
      'provisioned in the zone of a only',
      [
        claim('c'),
        storageClass('fast', {
          allowedTopologies: [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: ['a', 'z'] }] }],
        }),
      ],
      'ok',
      none,
    ],
    [
      'node selected before',
      [claim('c', { annotations: { 'volume.kubernetes.io/selected-node': 'b' } }), storageClass()],
      none,
      'ok',
    ],
    [
      'capacity of the driver',
      [
        claim('c', { size: '5Gi' }),
        storageClass(),
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'CSIDriver',
          metadata: { name: 'csi.example.com' },
          spec: { storageCapacity: true },
        } as KubeObject,
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'CSIStorageCapacity',
          metadata: { name: 's', namespace: 'default' },
          storageClassName: 'fast',
          capacity: '10Gi',
          nodeTopology: { matchLabels: { 'kubernetes.io/hostname': 'a' } },
        } as KubeObject,
      ],
      'ok',
      unresolvable('node(s) did not have enough free storage'),
    ],
  ])('%s', (_name, others, onA, onB) => {
    const table = pluginTable('VolumeBinding', { nodes: [node('a'), node('b')], others });
    expect([table.filter(podWithClaims('p', ['c']), 'a'), table.filter(podWithClaims('p', ['c']), 'b')]).toEqual([onA, onB]);
  });

  it('gives each claim of a pod a volume of its own, the smallest claim first', () => {
    const others = [claim('big', { size: '5Gi' }), claim('small'), waitsForHands, available(volume('v', { size: '9Gi' }))];
    const filter = (...more: KubeObject[]) =>
      pluginTable('VolumeBinding', { nodes: [node('a')], others: [...others, ...more] }).filter(
        podWithClaims('p', ['big', 'small']),
        'a',
      );
    expect(filter()).toBe(none);
    expect(filter(available(volume('w')))).toBe('ok');
    expect(filter(available(volume('w', { size: '10Gi' })))).toBe('ok');
  });

  it('names both reasons, the bound volume first', () => {
    const others = [boundClaim('c', 'v'), volume('v', { node: 'b' }), claim('d'), waitsForHands];
    const scheduler = createOfflineScheduler({ nodes: [node('a')], others });
    const status = scheduler.decide(podWithClaims('p', ['c', 'd'])).statuses.get('a');
    expect(status.reasons).toEqual([
      "node(s) didn't match PersistentVolume's node affinity",
      "node(s) didn't find available persistent volumes to bind",
    ]);
  });
});

it('costs nothing at Reserve and PreBind when all is bound, and never scores', () => {
  const others = [boundClaim('c', 'v'), volume('v')];
  const { framework, decide } = createOfflineScheduler({ nodes: [node('a'), node('b')], others });
  const decision = decide(podWithClaims('p', ['c']));
  expect(decision.scores?.map(({ plugin }) => plugin)).not.toContain('VolumeBinding');
  expect(framework.reserve(decision.state, decision.pod, 'a')).toBe(null);
  expect(framework.preBind(decision.state, decision.pod, 'a')).toBe(null);
});

it('believes a reservation until it is taken back', () => {
  const others = [claim('c'), claim('d'), waitsForHands, available(volume('v'))];
  const { framework, decide } = createOfflineScheduler({ nodes: [node('a')], others });
  const first = decide(podWithClaims('p', ['c']));
  framework.reserve(first.state, first.pod, 'a');
  expect(decide(podWithClaims('q', ['d'])).selected).toBe(undefined);
  framework.unreserve(first.state, first.pod, 'a');
  expect(decide(podWithClaims('q', ['d'])).selected).toBe('a');
});

it('is woken by its claims, by volumes, by classes and nodes', () => {
  const table = pluginTable('VolumeBinding', { nodes: [] });
  const waiting = podWithClaims('p', ['c']);
  const update = (kind: string, before: KubeObject, after: KubeObject) =>
    table.wakes(waiting, kind, action.updateOther, before, after);
  expect(update('PersistentVolumeClaim', claim('c'), boundClaim('c', 'v'))).toBe(true);
  expect(update('PersistentVolumeClaim', claim('d'), boundClaim('d', 'v'))).toBe(false);
  expect(update('PersistentVolume', volume('v'), volume('v'))).toBe(true);
  expect(update('StorageClass', storageClass(), storageClass('fast', { allowVolumeExpansion: true }))).toBe(false);
  expect(update('StorageClass', storageClass(), storageClass('fast', { allowedTopologies: [] }))).toBe(true);
  expect(table.wakes(waiting, 'Node', action.updateNodeLabel, node('n'), node('n'))).toBe(true);
  expect(table.wakes(waiting, 'Node', action.updateNodeTaint, node('n'), node('n'))).toBe(false);
});

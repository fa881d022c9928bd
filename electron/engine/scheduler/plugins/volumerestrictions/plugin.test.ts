import { describe, expect, it } from 'vitest';
import type { PodVolume } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { boundClaim, podWithClaims, volume } from '../../../testing/storage.ts';
import { action } from '../../framework/events.ts';
import { createOfflineScheduler } from '../../offline.ts';

type Source = Omit<PodVolume, 'name'>;
const mounting = (name: string, ...sources: Source[]) =>
  pod(name, { spec: { volumes: sources.map((source, i) => ({ name: `v${i}`, ...source })) } });
const on = (nodeName: string, one: Pod): Pod => ({ ...one, spec: { ...one.spec, nodeName } });
const gce = (pdName: string, readOnly = false): Source => ({ gcePersistentDisk: { pdName, readOnly } });
const rbd = (monitors: string[], image: string, readOnly = false): Source => ({ rbd: { monitors, image, readOnly } });
const no = 'Unschedulable: node(s) had no available disk';

it.each<[string, Source, Source, string]>([
  ['no disk', { emptyDir: {} }, { emptyDir: {} }, 'Skip'],
  ['one disk twice', gce('d'), gce('d'), no],
  ['both read', gce('d', true), gce('d', true), 'ok'],
  ['one writes', gce('d', true), gce('d'), no],
  ['other disks', gce('d'), gce('e'), 'ok'],
  [
    'Amazon, even when read',
    { awsElasticBlockStore: { volumeID: 'v', readOnly: true } },
    { awsElasticBlockStore: { volumeID: 'v', readOnly: true } },
    no,
  ],
  ['one target', { iscsi: { iqn: 'i', lun: 0, targetPortal: 'a' } }, { iscsi: { iqn: 'i', lun: 1, targetPortal: 'b' } }, no],
  ['image by a shared monitor', rbd(['m1', 'm2'], 'i'), rbd(['m2'], 'i'), no],
  ['image of another cluster', rbd(['m1'], 'i'), rbd(['m2'], 'i'), 'ok'],
  ['kinds of disk do not mix', gce('v'), { awsElasticBlockStore: { volumeID: 'v' } }, 'ok'],
])('%s', (_name, held, wanted, expected) => {
  const table = pluginTable('VolumeRestrictions', { nodes: [node('a')], pods: [on('a', mounting('q', held))] });
  expect(table.filter(mounting('p', wanted), 'a')).toBe(expected);
});

describe('claims for one pod only', () => {
  const single = boundClaim('c', 'v', { accessModes: ['ReadWriteOncePod'] });
  const used =
    'Unschedulable: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
  const uses = (name: string, settings = {}) => podWithClaims(name, ['c'], settings);

  it.each<[string, Pod[], string]>([
    ['used on the other node', [uses('q', { nodeName: 'b' })], used],
    ['used by nobody', [], 'Skip'],
    ['a claim of that name elsewhere', [uses('q', { nodeName: 'b', namespace: 'other' })], 'Skip'],
  ])('%s', (_name, pods, expected) => {
    const table = pluginTable('VolumeRestrictions', { nodes: [node('a'), node('b')], pods, others: [single] });
    expect(table.filter(uses('p'), 'a')).toBe(expected);
  });

  it('shared claims do not matter, missing ones are named', () => {
    const table = pluginTable('VolumeRestrictions', {
      nodes: [node('a')],
      pods: [uses('q', { nodeName: 'a' })],
      others: [boundClaim('c', 'v')],
    });
    expect(table.filter(uses('p'), 'a')).toBe('Skip');
    expect(table.filter(podWithClaims('p', ['gone']), 'a')).toBe(
      'UnschedulableAndUnresolvable: persistentvolumeclaim "gone" not found',
    );
  });

  it('preemption takes the claim from a less important pod', () => {
    const holder = { ...uses('q', { nodeName: 'b', spec: { priority: 0 } }) };
    const scheduler = createOfflineScheduler({
      nodes: [node('a'), node('b')],
      pods: [{ ...holder, metadata: { ...holder.metadata, uid: 'q' } }],
      others: [single, volume('v')],
    });
    const decision = scheduler.decide(uses('p', { spec: { priority: 10 } }));
    const report = decision.postFilter?.preemption;
    expect(report?.candidates.map((one) => [one.node, one.victims.map(({ key }) => key)])).toEqual([['b', ['default/q']]]);
  });
});

it('is woken by pods that gave up the disk or the claim, by new nodes, by its claim', () => {
  const table = pluginTable('VolumeRestrictions', { nodes: [] });
  const disk = mounting('p', gce('d'));
  const claims = podWithClaims('p', ['c']);
  const gone = (one: Pod) => [one, undefined] as const;
  expect(table.wakes(disk, 'AssignedPod', action.delete, ...gone(mounting('q', gce('d'))))).toBe(true);
  expect(table.wakes(disk, 'AssignedPod', action.delete, ...gone(mounting('q', gce('e'))))).toBe(false);
  expect(table.wakes(claims, 'AssignedPod', action.delete, ...gone(podWithClaims('q', ['c'])))).toBe(true);
  expect(table.wakes(claims, 'AssignedPod', action.delete, ...gone(podWithClaims('q', ['c'], { namespace: 'x' })))).toBe(false);
  expect(table.wakes(claims, 'Node', action.add, undefined, node('n'))).toBe(true);
  expect(table.wakes(claims, 'PersistentVolumeClaim', action.add, undefined, boundClaim('c', 'v'))).toBe(true);
  expect(table.wakes(claims, 'PersistentVolumeClaim', action.add, undefined, boundClaim('d', 'v'))).toBe(false);
});

import { expect, it } from 'vitest';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { boundClaim, claim, podWithClaims, storageClass, volume } from '../../../testing/storage.ts';
import { action } from '../../framework/events.ts';

const driver = 'csi.example.com';
const csiNode = (count: number | undefined, annotations?: Record<string, string>, name = driver): KubeObject =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: 'n', ...(annotations === undefined ? {} : { annotations }) },
    spec: { drivers: [{ name, nodeID: 'n', ...(count === undefined ? {} : { allocatable: { count } }) }] },
  }) as KubeObject;
const csi = (name: string, by = driver) => volume(name, { spec: { csi: { driver: by, volumeHandle: `h-${name}` } } });
const attachment = (volumeName: string, nodeName = 'n'): KubeObject =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: `${volumeName}-${nodeName}` },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName: volumeName } },
  }) as KubeObject;
const stored = ['a', 'b', 'c'].flatMap((name) => [boundClaim(name, `v-${name}`), csi(`v-${name}`)]);
const running = (...claims: string[]) => podWithClaims('q', claims, { nodeName: 'n' });
const no = 'Unschedulable: node(s) exceed max volume count';

it.each<[string, Pod[], KubeObject[], string[], string]>([
  ['room for one more', [running('a')], [csiNode(2)], ['b'], 'ok'],
  ['no room', [running('a', 'b')], [csiNode(2)], ['c'], no],
  ['two at once', [running('a')], [csiNode(2)], ['b', 'c'], no],
  ['a volume that is attached already', [running('a', 'b')], [csiNode(2)], ['a'], 'ok'],
  ['no limit known', [running('a', 'b')], [csiNode(undefined)], ['c'], 'ok'],
  ['no CSINode', [running('a', 'b')], [], ['c'], 'ok'],
  ['limit of another driver', [running('a')], [csiNode(1, {}, 'other')], ['b'], 'ok'],
  ['attached without a pod', [], [csiNode(1), attachment('v-b')], ['a'], no],
  ['attached to another node', [], [csiNode(1), attachment('v-b', 'm')], ['a'], 'ok'],
  ['a running pod whose claim is gone', [running('gone')], [csiNode(1)], ['a'], 'ok'],
  ['a claim to be provisioned counts', [running('a')], [csiNode(1), claim('w'), storageClass()], ['w'], no],
])('%s', (_name, pods, others, wanted, expected) => {
  const table = pluginTable('NodeVolumeLimits', { nodes: [node('n')], pods, others: [...stored, ...others] });
  expect(table.filter(podWithClaims('p', wanted), 'n')).toBe(expected);
});

it('counts in-tree disks only on nodes whose driver took them over', () => {
  const disk = (name: string, volumeID: string, nodeName?: string) =>
    pod(name, {
      ...(nodeName === undefined ? {} : { nodeName }),
      spec: { volumes: [{ name: 'd', awsElasticBlockStore: { volumeID } }] },
    });
  const filter = (annotations?: Record<string, string>) =>
    pluginTable('NodeVolumeLimits', {
      nodes: [node('n')],
      pods: [disk('q', 'vol-1', 'n')],
      others: [csiNode(1, annotations, 'ebs.csi.aws.com')],
    }).filter(disk('p', 'vol-2'), 'n');
  expect(filter()).toBe('ok');
  expect(filter({ 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/gce-pd,kubernetes.io/aws-ebs' })).toBe(no);
});

it('skips pods without such volumes, names a missing claim', () => {
  const table = pluginTable('NodeVolumeLimits', { nodes: [node('n')], others: [csiNode(1)] });
  expect(table.filter(pod('p', { spec: { volumes: [{ name: 'e', emptyDir: {} }] } }), 'n')).toBe('Skip');
  expect(table.filter(podWithClaims('p', ['gone']), 'n')).toBe(
    'UnschedulableAndUnresolvable: looking up PVC default/gone: persistentvolumeclaim "gone" not found',
  );
});

it('is woken by higher limits, by pods and attachments that went, by its claim', () => {
  const table = pluginTable('NodeVolumeLimits', { nodes: [], others: stored });
  const waiting = podWithClaims('p', ['a']);
  expect(table.wakes(waiting, 'CSINode', action.add, undefined, csiNode(1))).toBe(true);
  expect(table.wakes(waiting, 'CSINode', action.updateOther, csiNode(1), csiNode(2))).toBe(true);
  expect(table.wakes(waiting, 'CSINode', action.updateOther, csiNode(2), csiNode(1))).toBe(false);
  expect(table.wakes(waiting, 'AssignedPod', action.delete, running('b'), undefined)).toBe(true);
  expect(table.wakes(waiting, 'AssignedPod', action.delete, pod('q', { nodeName: 'n' }), undefined)).toBe(false);
  expect(table.wakes(waiting, 'PersistentVolumeClaim', action.add, undefined, claim('a'))).toBe(true);
  expect(table.wakes(waiting, 'VolumeAttachment', action.delete, attachment('v-a'), undefined)).toBe(true);
  expect(table.wakes(waiting, 'VolumeAttachment', action.delete, attachment('v-b'), undefined)).toBe(false);
});

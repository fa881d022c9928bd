import { expect, it } from 'vitest';
import type { KubeObject } from '#shared/kube/types.ts';
import { node } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { boundClaim, claim, podWithClaims, storageClass, volume } from '../../../testing/storage.ts';
import { action } from '../../framework/events.ts';

const zone = 'topology.kubernetes.io/zone';
const oldZone = 'failure-domain.beta.kubernetes.io/zone';
const region = 'topology.kubernetes.io/region';
const no = 'UnschedulableAndUnresolvable: node(s) had no available volume zone';

it.each<[string, Record<string, string>, Record<string, string>, string]>([
  ['volume without labels', {}, { [zone]: 'a' }, 'Skip'],
  ['same zone', { [zone]: 'a' }, { [zone]: 'a' }, 'ok'],
  ['another zone', { [zone]: 'a' }, { [zone]: 'b' }, no],
  ['one of several zones', { [zone]: 'a__b' }, { [zone]: 'b' }, 'ok'],
  ['node without any place', { [zone]: 'a' }, {}, 'ok'],
  ['node with a region only', { [zone]: 'a' }, { [region]: 'r' }, no],
  ['old label of the volume, present one of the node', { [oldZone]: 'a' }, { [zone]: 'a' }, 'ok'],
  ['old label of the node does not serve the present one', { [zone]: 'a' }, { [oldZone]: 'a' }, no],
  ['zone fits, region does not', { [zone]: 'a', [region]: 'r' }, { [zone]: 'a', [region]: 's' }, no],
  ['an empty zone spoils the label', { [zone]: 'a__' }, { [zone]: 'b' }, 'Skip'],
])('%s', (_name, labels, nodeLabels, expected) => {
  const table = pluginTable('VolumeZone', {
    nodes: [node('n', { labels: nodeLabels })],
    others: [boundClaim('c', 'v'), volume('v', { labels })],
  });
  expect(table.filter(podWithClaims('p', ['c']), 'n')).toBe(expected);
});

it.each<[string, KubeObject[], string]>([
  ['missing claim', [], 'persistentvolumeclaim "c" not found'],
  ['missing volume', [boundClaim('c', 'v')], 'persistentvolume "v" not found'],
  [
    'neither volume nor class',
    [claim('c', { spec: { storageClassName: '' } })],
    'PersistentVolumeClaim had no pv name and storageClass name',
  ],
  ['missing class', [claim('c')], 'storageclass.storage.k8s.io "fast" not found'],
  [
    'must be bound at once',
    [claim('c'), storageClass('fast', { volumeBindingMode: 'Immediate' })],
    'PersistentVolume had no name',
  ],
])('PreFilter: %s', (_name, others, expected) => {
  const table = pluginTable('VolumeZone', { nodes: [node('n')], others });
  expect(table.filter(podWithClaims('p', ['c']), 'n')).toBe(`UnschedulableAndUnresolvable: ${expected}`);
});

it('leaves claims alone that wait for the pod, and is woken by what can change its mind', () => {
  const table = pluginTable('VolumeZone', { nodes: [node('n')], others: [claim('c'), storageClass()] });
  const waiting = podWithClaims('p', ['c']);
  expect(table.filter(waiting, 'n')).toBe('Skip');
  const moved = volume('v', { labels: { [zone]: 'b' } });
  expect(table.wakes(waiting, 'PersistentVolume', action.updateOther, volume('v'), moved)).toBe(true);
  expect(
    table.wakes(waiting, 'PersistentVolume', action.updateOther, moved, { ...moved, spec: volume('v').spec } as KubeObject),
  ).toBe(false);
  expect(table.wakes(waiting, 'StorageClass', action.add, undefined, storageClass())).toBe(true);
  const immediate = storageClass('fast', { volumeBindingMode: 'Immediate' });
  expect(table.wakes(waiting, 'StorageClass', action.add, undefined, immediate)).toBe(false);
  expect(table.wakes(waiting, 'PersistentVolumeClaim', action.updateOther, claim('c'), claim('c'))).toBe(true);
  expect(table.wakes(waiting, 'Node', action.updateNodeLabel, node('n'), node('n'))).toBe(true);
});

import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '#shared/kube/types.ts';
import { buildLineage, ownerKeyOf } from '../store/lineage.ts';
import { node, pod, replicaSet } from '../testing/frames.ts';
import { boundedChips, labelChips, taintChips } from './filter.ts';
import { barResources, cardModel, requestedOn } from './model.ts';
import { ownerColor, podLook, podState } from './podLook.ts';
import { amountText, bytesText, cpuText } from './units.ts';

const asNode = (object: unknown): Node => object as Node;

describe('podState', () => {
  const rows: [string, Pod, ReturnType<typeof podState>][] = [
    ['not bound', pod('a'), 'pending'],
    ['bound, not started', pod('a', { on: 'n', phase: 'Pending' }), 'creating'],
    ['ready', pod('a', { on: 'n' }), 'running'],
    ['running, not ready', pod('a', { on: 'n', ready: false }), 'unready'],
    ['going', pod('a', { on: 'n', meta: { deletionTimestamp: '2026-01-01T00:00:30Z' } }), 'terminating'],
    ['failed', pod('a', { on: 'n', phase: 'Failed' }), 'failed'],
    ['finished', pod('a', { on: 'n', phase: 'Succeeded' }), 'succeeded'],
    [
      'crash loop',
      pod('a', { on: 'n', status: { containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] } }),
      'crashing',
    ],
    ['evicted by its kubelet', pod('a', { on: 'n', phase: 'Failed', status: { phase: 'Failed', reason: 'Evicted' } }), 'evicted'],
    [
      'its init containers run',
      pod('a', { on: 'n', status: { phase: 'Pending', initContainerStatuses: [{ state: { running: {} } }] } }),
      'init',
    ],
    [
      'its init containers have not begun',
      pod('a', {
        on: 'n',
        status: { phase: 'Pending', initContainerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }] },
      }),
      'creating',
    ],
    [
      'bad image',
      pod('a', {
        on: 'n',
        phase: 'Pending',
        status: { containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      }),
      'failed',
    ],
  ];
  for (const [name, given, state] of rows) it(name, () => expect(podState(given)).toBe(state));
});

describe('podLook', () => {
  const lineage = buildLineage(
    new Map([
      ['ReplicaSet/default/web-abc', replicaSet('web-abc', 'web', 1) as never],
      ['ReplicaSet/default/web-def', replicaSet('web-def', 'web', 2) as never],
    ]),
  );
  const owners = new Map([['Deployment/default/web', 0]]);
  it('marks the older revision, and gives revisions different colours', () => {
    const old = podLook(pod('x', { on: 'n', set: 'web-abc' }), owners, lineage);
    const fresh = podLook(pod('y', { on: 'n', set: 'web-def' }), owners, lineage);
    expect([old.old, fresh.old]).toEqual([true, false]);
    expect(old.className).toBe('pod running old');
    expect(old.color).not.toBe(fresh.color);
  });
  it('shows priority both ways', () => {
    expect(podLook(pod('x', { spec: { priority: 100 } }), owners, lineage).className).toBe('pod pending hi');
    expect(podLook(pod('x', { spec: { priority: -10 } }), owners, lineage).className).toBe('pod pending lo');
  });
  it('repeats no colour for the first fourteen owners', () => {
    expect(new Set(Array.from({ length: 14 }, (_, index) => ownerColor(index, 1))).size).toBe(14);
  });
  it('names the family', () => {
    expect(ownerKeyOf(pod('web-abc-1', { set: 'web-abc' }))).toBe('Deployment/default/web');
    expect(ownerKeyOf(pod('job-12'))).toBe('Pod/default/job');
    expect(ownerKeyOf(pod('x', { meta: { labels: { app: 'shop' } } }))).toBe('Pod/default/shop');
  });
});

describe('bars', () => {
  it('sums unfinished pods only', () => {
    const sum = requestedOn([
      pod('a', { on: 'n', cpu: '1' }),
      pod('b', { on: 'n', cpu: '250m' }),
      pod('c', { on: 'n', cpu: '4', phase: 'Succeeded' }),
    ]);
    expect(sum).toMatchObject({ cpu: 1250, memory: 2 * 2 ** 30, pods: 2 });
  });
  it('shows extended resources, not local storage', () => {
    const gpu = asNode(
      node('n', { allocatable: { 'nvidia.com/gpu': '2', 'ephemeral-storage': '10Gi', 'example.com/foo': '0' } }),
    );
    expect(barResources(gpu)).toEqual(['cpu', 'memory', 'pods', 'nvidia.com/gpu']);
  });
  it('builds a card', () => {
    const model = cardModel(
      asNode(node('n', { zone: 'zone-a', spec: { unschedulable: true } })),
      [pod('a', { on: 'n', cpu: '1' })],
      new Map(),
      new Map(),
    );
    expect(model).toMatchObject({ name: 'n', zone: 'zone-a', ready: 'ready', cordoned: true, sizeText: '4 CPU' });
    expect(model.bars[0]).toEqual({ resource: 'cpu', used: 1000, total: 4000, text: '1 / 4' });
    expect(model.pods[0]?.key).toBe('Pod/default/a');
  });
});

describe('chips', () => {
  it('leaves out what every node has', () => {
    const labels = {
      'kubernetes.io/hostname': 'n',
      'topology.kubernetes.io/zone': 'z',
      'node.kubernetes.io/instance-type': 'm',
      disk: 'ssd',
      flag: '',
    };
    expect(labelChips(labels).map((chip) => chip.text)).toEqual(['disk=ssd', 'flag', 'instance-type=m']);
  });
  it('says a cordon in words, not as a taint', () => {
    const taints = [
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
      { key: 'example.com/gpu', value: 'yes', effect: 'NoExecute' },
    ];
    expect(taintChips(asNode(node('n', { spec: { taints } }))).map((chip) => [chip.text, chip.title])).toEqual([
      ['gpu=yes:NoExecute', 'example.com/gpu=yes:NoExecute'],
    ]);
  });
  it('bounds a line and counts the rest', () => {
    const chips = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'].map((text) => ({ id: text, text, title: text }));
    const { shown, hidden } = boundedChips(chips, 28);
    expect([shown.length, hidden.length]).toEqual([2, 1]);
    expect(boundedChips(chips.slice(0, 1), 1).shown).toHaveLength(1);
  });
});

describe('units', () => {
  it('writes CPU', () =>
    expect([0, 50, 500, 1000, 3700, 16_000, 15_600].map(cpuText)).toEqual(['0', '50m', '0.5', '1', '3.7', '16', '16']));
  it('writes bytes', () =>
    expect([0, 512 * 2 ** 20, 9.8 * 2 ** 30, 128 * 2 ** 30].map(bytesText)).toEqual(['0', '512Mi', '9.8Gi', '128Gi']));
  it('leaves counted things alone', () => expect(amountText('nvidia.com/gpu', 2)).toBe('2'));
});

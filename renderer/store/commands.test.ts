import { describe, expect, it } from 'vitest';
import type { Command } from '#shared/protocol/index.ts';
import { node, pod } from '../testing/frames.ts';
import { commandLine } from './commandLine.ts';
import { copyManifest, machineManifest } from './manifests.ts';
import { copyName, freshName } from './naming.ts';
import { comboOf } from './shortcuts.ts';

describe('commandLine', () => {
  const ref = { kind: 'Deployment', namespace: 'default', name: 'web' };
  const rows: [Command, string][] = [
    [{ type: 'cordon', node: 'a' }, 'kubectl cordon a'],
    [
      { type: 'drain', node: 'a', options: { ignoreDaemonSets: true, force: true, timeoutSeconds: 60 } },
      'kubectl drain a --ignore-daemonsets --force --timeout=60s',
    ],
    [
      { type: 'taint', node: 'a', add: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }], remove: [{ key: 'old' }] },
      'kubectl taint nodes a gpu=yes:NoSchedule old-',
    ],
    [{ type: 'scale', ref: { ...ref, namespace: 'shop' }, replicas: 4 }, 'kubectl scale deployment/web -n shop --replicas=4'],
    [{ type: 'setImage', ref, container: 'app', image: 'nginx:2' }, 'kubectl set image deployment/web app=nginx:2'],
    [{ type: 'rolloutUndo', ref, toRevision: 2 }, 'kubectl rollout undo deployment/web --to-revision=2'],
    [
      { type: 'label', ref, set: { a: 'b c' }, remove: ['d'], overwrite: true },
      "kubectl label deployment/web 'a=b c' d- --overwrite",
    ],
    [
      { type: 'delete', refs: [ref], gracePeriodSeconds: 0, force: true },
      'kubectl delete deployment/web --grace-period=0 --force',
    ],
    [{ type: 'setLoad', ref, load: { cpu: '2' } }, `kubectl annotate deployment/web 'stowage.dev/load={"cpu":"2"}' --overwrite`],
    [{ type: 'setLoad', ref, load: null }, 'kubectl annotate deployment/web stowage.dev/load-'],
    [
      { type: 'setLoad', ref: { kind: 'Pod', namespace: 'shop', name: 'a' }, load: null },
      'kubectl annotate pod/a -n shop stowage.dev/usage-',
    ],
    [
      {
        type: 'setProbe',
        ref: { kind: 'Pod', namespace: 'default', name: 'a' },
        container: 'app',
        probe: 'liveness',
        outcome: 'fail',
      },
      'kubectl annotate pod/a stowage.dev/liveness.app=fail --overwrite',
    ],
    [
      { type: 'setProbe', ref: { kind: 'Pod', namespace: 'default', name: 'a' }, probe: 'readiness', outcome: 'pass' },
      'kubectl annotate pod/a stowage.dev/readiness=pass stowage.dev/ready- --overwrite',
    ],
    [{ type: 'crashNode', node: 'a' }, '# crashNode a'],
  ];
  for (const [command, line] of rows) it(line, () => expect(commandLine(command)).toBe(line));
});

describe('names', () => {
  const taken = new Set(['node-1', 'node-2', 'node-4']);
  it('finds the first free number', () => expect(freshName('node', (name) => taken.has(name))).toBe('node-3'));
  it('counts a copy on', () => expect(copyName('node-4', (name) => taken.has(name))).toBe('node-3'));
  it('numbers the copy of a plain name', () => expect(copyName('web', () => false)).toBe('web-1'));
});

describe('manifests', () => {
  it('copies a pod without what the cluster filled in', () => {
    const copy = copyManifest(pod('x', { on: 'n', set: 'web-abc', spec: { priority: 5, priorityClassName: 'high' } }), 'x-1');
    expect(copy.metadata).toEqual({ name: 'x-1', namespace: 'default' });
    expect(copy.spec).toMatchObject({ priorityClassName: 'high' });
    expect(copy.spec).not.toHaveProperty('nodeName');
    expect(copy.spec).not.toHaveProperty('priority');
    expect(copy).not.toHaveProperty('status');
  });
  it('copies a node with its size and own taints, not its troubles', () => {
    const taints = [
      { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
      { key: 'gpu', effect: 'NoSchedule' },
    ];
    const copy = copyManifest(
      node('a', { labels: { 'kubernetes.io/hostname': 'a', disk: 'ssd' }, spec: { taints, unschedulable: true } }),
      'b',
    );
    expect(copy.spec).toEqual({ taints: [{ key: 'gpu', effect: 'NoSchedule' }] });
    expect(copy.metadata.labels).toEqual({ 'kubernetes.io/hostname': 'b', disk: 'ssd' });
    expect(copy.status).toMatchObject({ allocatable: { cpu: '4' } });
  });
  it('makes a machine in its zone', () => {
    const machine = machineManifest('gpu', 'gpu-1', 'zone-b');
    expect(machine.metadata.labels).toMatchObject({ 'topology.kubernetes.io/zone': 'zone-b', 'kubernetes.io/hostname': 'gpu-1' });
    expect(machine.status).toMatchObject({ allocatable: { 'nvidia.com/gpu': '2' } });
  });
});

describe('comboOf', () => {
  const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    ...held,
  });
  it('names keys alike on both systems', () => {
    expect(comboOf(press('k', { ctrlKey: true }), false)).toBe('mod+k');
    expect(comboOf(press('k', { metaKey: true }), true)).toBe('mod+k');
    expect(comboOf(press('k', { ctrlKey: true }), true)).toBeNull();
    expect(comboOf(press('Z', { metaKey: true, shiftKey: true }), true)).toBe('mod+shift+z');
  });
  it('takes shifted signs as they are written', () => {
    expect(comboOf(press('?', { shiftKey: true }), false)).toBe('?');
    expect(comboOf(press('+', { shiftKey: true }), false)).toBe('+');
  });
  it('knows space, delete and backspace', () => {
    expect([press(' '), press('Delete'), press('Backspace')].map((one) => comboOf(one, false))).toEqual([
      'space',
      'delete',
      'delete',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { AnyObject, KubeObject, Pod } from '#shared/kube/types.ts';
import type { Command, CommandPreview } from '#shared/protocol/index.ts';
import { createSimulation } from '../index.ts';
import { budget, deployment, node, pod } from '../testing/builders.ts';
import { unwrap } from '../testing/harness.ts';
import type { Simulation } from '../types.ts';

const MINUTE = 60_000;

function running(...objects: KubeObject[]): Simulation {
  const simulation = createSimulation({ seed: 3 });
  const loaded = simulation.load(objects as AnyObject[]);
  if (!loaded.ok) throw new Error(loaded.error.map(({ status }) => status.message).join('\n'));
  simulation.run({ untilMs: MINUTE });
  return simulation;
}

const pods = (simulation: Simulation): Pod[] => simulation.objects().filter(({ kind }) => kind === 'Pod') as unknown as Pod[];
const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;

/** Where pods are: the sorted list of `prefix node`, names without what a ReplicaSet adds to them. */
function placesOf(list: readonly { name: string; node: string | undefined }[]): string[] {
  return list.map(({ name, node: at }) => `${name.split('-')[0]} ${at ?? 'pending'}`).sort();
}

/** The state that a preview foretells: who stays where, who moves, who waits. */
function foretold(simulation: Simulation, preview: CommandPreview): string[] {
  const leaving = new Map(preview.leave.filter(({ blocked }) => !blocked).map((one) => [one.pod, one]));
  const pending = new Map(preview.pending.map((one) => [one.pod, one]));
  const places: { name: string; node: string | undefined }[] = [];
  for (const one of pods(simulation)) {
    const left = leaving.get(keyOf(one));
    if (left === undefined) {
      const moved = pending.get(keyOf(one));
      places.push({ name: one.metadata.name, node: one.spec.nodeName ?? moved?.to });
    } else if (left.replaced) places.push({ name: one.metadata.name, node: left.to });
  }
  for (const { owner, to } of preview.arrive) places.push({ name: owner.split('/')[1] ?? '', node: to });
  return placesOf(places);
}

const actual = (simulation: Simulation): string[] =>
  placesOf(pods(simulation).map((one) => ({ name: one.metadata.name, node: one.spec.nodeName })));

const evicts = { ignoreDaemonSets: true, force: true, deleteEmptyDirData: true };
const drain = (name: string): Command => ({ type: 'drain', node: name, options: evicts });
const taint = (name: string, effect: 'NoSchedule' | 'NoExecute'): Command => ({
  type: 'taint',
  node: name,
  add: [{ key: 'maintenance', value: 'yes', effect }],
  remove: [],
});
const stays = (tolerationSeconds?: number) => ({
  tolerations: [
    {
      key: 'maintenance',
      operator: 'Exists',
      effect: 'NoExecute',
      ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
    },
  ],
});

/** Nodes are of different sizes so that no two are equally good, and no draw decides. */
const scenarios: Record<string, { objects: KubeObject[]; command: Command }> = {
  'drain with room elsewhere': {
    objects: [
      node('a', { cpu: '4' }),
      node('b', { cpu: '8', unschedulable: false }),
      deployment('web', { replicas: 3, cpu: '1' }),
    ],
    command: drain('b'),
  },
  'drain without room elsewhere': {
    objects: [node('a', { cpu: '1500m' }), node('b', { cpu: '8' }), deployment('web', { replicas: 4, cpu: '1' })],
    command: drain('b'),
  },
  'drain that a budget lets through one by one': {
    objects: [
      node('a', { cpu: '4' }),
      node('b', { cpu: '16' }),
      deployment('web', { replicas: 3, cpu: '1' }),
      budget('keep', { app: 'web' }, { maxUnavailable: 1 }),
    ],
    command: drain('b'),
  },
  'drain that a budget stops half way': {
    objects: [
      node('a', { cpu: '1500m' }),
      node('b', { cpu: '16' }),
      deployment('web', { replicas: 4, cpu: '1' }),
      budget('keep', { app: 'web' }, { maxUnavailable: 1 }),
    ],
    command: drain('b'),
  },
  'drain that a budget forbids': {
    objects: [
      node('a'),
      node('b', { cpu: '16' }),
      deployment('web', { replicas: 2, cpu: '1' }),
      budget('keep', { app: 'web' }, { minAvailable: 2 }),
    ],
    command: drain('b'),
  },
  'drain that kubectl refuses': {
    objects: [node('a'), pod('alone', { nodeName: 'a' })],
    command: { type: 'drain', node: 'a', options: {} },
  },
  'a NoExecute taint and those who tolerate it': {
    objects: [
      node('a', { cpu: '16' }),
      node('b', { cpu: '2' }),
      deployment('web', { replicas: 3, cpu: '1' }),
      deployment('calm', { replicas: 1, cpu: '1', spec: stays() }),
      deployment('slow', { replicas: 1, cpu: '500m', spec: stays(20) }),
    ],
    command: taint('a', 'NoExecute'),
  },
  'a NoSchedule taint': {
    objects: [node('a'), deployment('web', { replicas: 3, cpu: '1' })],
    command: taint('a', 'NoSchedule'),
  },
  'a taint removed': {
    objects: [
      node('a', { taints: [{ key: 'maintenance', value: 'yes', effect: 'NoSchedule' }] }),
      deployment('web', { replicas: 6, cpu: '1' }),
    ],
    command: { type: 'taint', node: 'a', add: [], remove: [{ key: 'maintenance' }] },
  },
  uncordon: {
    objects: [node('a', { unschedulable: true, cpu: '2' }), deployment('web', { replicas: 3, cpu: '1' })],
    command: { type: 'uncordon', node: 'a' },
  },
  cordon: { objects: [node('a'), deployment('web', { replicas: 3, cpu: '1' })], command: { type: 'cordon', node: 'a' } },
  'a label': {
    objects: [node('a'), deployment('web', { replicas: 2, cpu: '1', spec: { nodeSelector: { disk: 'ssd' } } })],
    command: { type: 'label', ref: { kind: 'Node', namespace: '', name: 'a' }, set: { disk: 'ssd' }, remove: [] },
  },
  'a smaller Deployment makes room for another': {
    objects: [
      node('a', { cpu: '3' }),
      deployment('big', { replicas: 3, cpu: '1' }),
      { ...deployment('late', { replicas: 1, cpu: '900m' }), metadata: { name: 'late', namespace: 'default' } },
    ],
    command: { type: 'scale', ref: { kind: 'Deployment', namespace: 'default', name: 'big' }, replicas: 1 },
  },
  'a larger Deployment, more than fits': {
    objects: [node('a', { cpu: '3' }), deployment('web', { replicas: 1, cpu: '1' })],
    command: { type: 'scale', ref: { kind: 'Deployment', namespace: 'default', name: 'web' }, replicas: 5 },
  },
  'a pod deleted that nobody makes anew': {
    objects: [node('a', { cpu: '1' }), pod('alone', { nodeName: 'a', cpu: '1' }), deployment('web', { replicas: 1, cpu: '1' })],
    command: { type: 'delete', refs: [{ kind: 'Pod', namespace: 'default', name: 'alone' }] },
  },
};

describe('a preview equals what really happens', () => {
  it.each(Object.entries(scenarios))('%s', (_name, { objects, command }) => {
    const simulation = running(...objects);
    const before = [simulation.digest(), simulation.revision];
    const preview = unwrap(simulation.preview(command));
    expect([simulation.digest(), simulation.revision]).toEqual(before);
    const expected = foretold(simulation, preview);
    unwrap(simulation.execute(command));
    simulation.run({ untilMs: simulation.nowMs + 10 * MINUTE });
    expect(actual(simulation)).toEqual(expected);
  });

  it('says when each pod leaves', () => {
    const { objects, command } = scenarios['a NoExecute taint and those who tolerate it']!;
    const { leave, stay } = unwrap(running(...objects).preview(command));
    const when = leave.map(({ pod: name, afterSeconds }) => `${name.split(/[/-]/)[1]} ${afterSeconds}`);
    expect([[...new Set(when)], stay.map(({ pod: name }) => name.split(/[/-]/)[1])]).toEqual([['web 0', 'slow 20'], ['calm']]);
  });

  it('says why a pod stays pending, in the scheduler’s words', () => {
    const { objects, command } = scenarios['drain without room elsewhere']!;
    const { leave } = unwrap(running(...objects).preview(command));
    const [message] = leave.flatMap((one) => one.message ?? []);
    expect(message).toMatch(/^0\/2 nodes are available: 1 Insufficient cpu, 1 node\(s\) were unschedulable\./);
  });
});

describe('budgets in the way', () => {
  it('names them, and the remedies work', () => {
    const { objects } = scenarios['drain that a budget forbids']!;
    const preview = unwrap(running(...objects).preview(drain('b')));
    expect(preview.leave.map(({ budget: name, blocked }) => [name, blocked])).toEqual([['keep', true]]);
    expect(preview.remedies.map(({ kind }) => kind)).toEqual(['loosenBudget', 'deleteBudget']);
    for (const { command } of preview.remedies) {
      const simulation = running(...objects);
      unwrap(simulation.execute(command));
      simulation.run({ untilMs: simulation.nowMs + MINUTE });
      const after = unwrap(simulation.preview(drain('b')));
      expect(after.leave.map(({ blocked, to }) => [blocked, to])).toEqual([[false, 'a']]);
    }
  });

  it('refuses what it has no preview of', () => {
    const simulation = running(node('a'));
    expect(simulation.preview({ type: 'crashNode', node: 'a' })).toMatchObject({ ok: false, error: { code: 400 } });
    expect(simulation.preview(drain('nobody'))).toMatchObject({ ok: false, error: { code: 404 } });
  });
});

import { describe, expect, test } from 'vitest';
import type { NodeGroup } from '#shared/kube/nodeGroups.ts';
import type { ConfigMap, Pod, PodDisruptionBudget } from '#shared/kube/types.ts';
import { budget, node, pod } from '../../testing/builders.ts';
import { GroupBackoff } from './backoff.ts';
import { type DrainRules, fateOf } from './drainability.ts';
import { wasteOf } from './expander.ts';
import { areSimilar } from './groups.ts';
import { readLedger } from './ledger.ts';
import { groupPods, isExpendable, isUnschedulable } from './pending.ts';
import { utilizationOf } from './planner.ts';
import { printOrders } from './scaleUp.ts';

const owner = (kind: string) => [{ apiVersion: 'apps/v1', kind, name: 'x', uid: 'u', controller: true }];

interface Given {
  kind?: string;
  namespace?: string;
  annotations?: Record<string, string>;
  volumes?: object[];
  phase?: string;
  deleted?: number;
  finished?: boolean;
}

function made({
  kind = 'ReplicaSet',
  namespace = 'default',
  annotations = {},
  volumes = [],
  phase = 'Running',
  deleted,
}: Given): Pod {
  const one = pod('p', { namespace, annotations, labels: { app: 'web' } });
  return {
    ...one,
    metadata: {
      ...one.metadata,
      ...(kind === '' ? {} : { ownerReferences: owner(kind) }),
      ...(deleted === undefined ? {} : { deletionTimestamp: String(deleted) }),
    },
    spec: { ...one.spec, volumes },
    status: { phase },
  } as unknown as Pod;
}

const spent = { ...budget('web', { app: 'web' }, { minAvailable: 1 }), status: { disruptionsAllowed: 0 } } as PodDisruptionBudget;
const generous = { ...spent, status: { disruptionsAllowed: 1 } } as PodDisruptionBudget;
const system = { ...generous, metadata: { ...generous.metadata, namespace: 'kube-system' } } as PodDisruptionBudget;
const rules = (more: Partial<DrainRules> = {}): DrainRules => ({
  budgets: [],
  skipNodesWithLocalStorage: true,
  skipNodesWithSystemPods: true,
  nowMs: 100_000,
  parseMs: Number,
  ...more,
});
const safe = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' };
const local = [{ name: 'scratch', emptyDir: {} }];

describe('what becomes of a pod when its node goes', () => {
  test.each<[string, Given, Partial<DrainRules>, string]>([
    ['a replica moves', {}, {}, 'move'],
    ['a mirror pod goes with its node', { kind: 'Node', annotations: { 'kubernetes.io/config.mirror': 'x' } }, {}, 'leave'],
    ['a daemon pod too', { kind: 'DaemonSet' }, {}, 'leave'],
    ['a pod without a controller stays', { kind: '' }, {}, 'NotReplicated'],
    ['one of an unknown controller stays', { kind: 'Gizmo' }, {}, 'NotReplicated'],
    ['unless it is declared safe', { kind: '', annotations: safe }, {}, 'move'],
    ['a finished one does not count', { kind: '', phase: 'Succeeded' }, {}, 'move'],
    ['one that should be long gone neither', { kind: '', deleted: 60_000 }, {}, 'leave'],
    ['one that is just going counts', { kind: '', deleted: 80_000 }, {}, 'NotReplicated'],
    [
      'declared unsafe',
      { annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' } },
      {},
      'NotSafeToEvictAnnotation',
    ],
    ['a system pod without a budget', { namespace: 'kube-system' }, {}, 'UnmovableKubeSystemPod'],
    ['with a budget', { namespace: 'kube-system' }, { budgets: [system] }, 'move'],
    ['when told not to mind', { namespace: 'kube-system' }, { skipNodesWithSystemPods: false }, 'move'],
    ['local data', { volumes: local }, {}, 'LocalStorageRequested'],
    ['data on the machine', { volumes: [{ name: 'h', hostPath: { path: '/' } }] }, {}, 'LocalStorageRequested'],
    ['data in memory', { volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }] }, {}, 'move'],
    [
      'local data declared dispensable',
      { volumes: local, annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'a, scratch' } },
      {},
      'move',
    ],
    ['local data when told not to mind', { volumes: local }, { skipNodesWithLocalStorage: false }, 'move'],
    ['a spent budget', {}, { budgets: [spent] }, 'NotEnoughPdb'],
    ['a spent budget, even if safe', { annotations: safe }, { budgets: [spent] }, 'NotEnoughPdb'],
    ['a budget that allows one', {}, { budgets: [generous] }, 'move'],
  ])('%s', (_name, given, more, expected) => {
    const fate = fateOf(made(given), rules(more));
    expect(fate.kind === 'block' ? fate.reason : fate.kind).toBe(expected);
  });
});

describe('pods that wait', () => {
  const waiting = (reason: string, more: object = {}) =>
    ({ ...pod('p'), status: { conditions: [{ type: 'PodScheduled', status: 'False', reason }] }, ...more }) as unknown as Pod;

  test('only those a scheduler has found no node for', () => {
    expect(isUnschedulable(waiting('Unschedulable'))).toBe(true);
    expect(isUnschedulable(waiting('SchedulingGated'))).toBe(false);
    expect(isUnschedulable(pod('p'))).toBe(false);
  });

  test.each([
    [-11, undefined, true],
    [-10, undefined, false],
    [-11, 'Never', false],
    [undefined, undefined, false],
  ])('priority %s, %s: expendable %s', (priority, preemptionPolicy, expected) => {
    const spec = {
      ...(priority === undefined ? {} : { priority }),
      ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
    };
    expect(isExpendable(pod('p', { spec: spec as never }), -10)).toBe(expected);
  });

  test('equal pods of one controller go together, whatever their token volumes are called', () => {
    const replica = (name: string, cpu: string, token: string) => {
      const one = pod(name, { cpu, labels: { app: 'web' } });
      const volumes = [{ name: `kube-api-access-${token}`, projected: {} }];
      return {
        ...one,
        metadata: { ...one.metadata, ownerReferences: owner('ReplicaSet') },
        spec: { ...one.spec, volumes },
      } as unknown as Pod;
    };
    const groups = groupPods([replica('b', '1', 'x'), replica('a', '1', 'y'), replica('c', '2', 'z')]);
    expect(groups.map(({ pods }) => pods.map(({ metadata }) => metadata.name))).toEqual([['a', 'b'], ['c']]);
  });
});

describe('numbers', () => {
  const group = (name: string, cpu: string, memory: string, labels = {}): NodeGroup => ({
    name,
    min: 0,
    max: 9,
    template: { labels, capacity: { cpu, memory, pods: '10' } },
  });

  test('waste is the unused share of cpu plus that of memory', () => {
    const state = { group: group('a', '4', '8Gi'), nodes: [], ordered: 0, size: 0 };
    const pods = [pod('p', { cpu: '1', memory: '2Gi' }), pod('q', { cpu: '2', memory: '2Gi' })];
    expect(wasteOf({ state, count: 1, pods })).toBe(0.25 + 0.5);
    expect(wasteOf({ state, count: 2, pods })).toBe(0.625 + 0.75);
  });

  test('utilisation is the larger share', () => {
    expect(utilizationOf(node('n', { cpu: '4', memory: '8Gi' }), [pod('p', { cpu: '1', memory: '6Gi' })])).toBe(0.75);
  });

  test.each<[string, NodeGroup, boolean]>([
    ['itself', group('b', '4', '8Gi'), true],
    ['another zone', group('b', '4', '8Gi', { 'topology.kubernetes.io/zone': 'z' }), true],
    ['a little less memory', group('b', '4', '8100Mi'), true],
    ['less memory', group('b', '4', '7Gi'), false],
    ['another cpu', group('b', '5', '8Gi'), false],
    ['another label', group('b', '4', '8Gi', { disk: 'ssd' }), false],
  ])('similar to %s: %s', (_name, other, expected) => expect(areSimilar(group('a', '4', '8Gi'), other)).toBe(expected));

  test('backoff doubles to half an hour, and starts anew after three', () => {
    const clock = { nowMs: 0 };
    const backoff = new GroupBackoff(clock);
    const length = () => {
      backoff.fail('a');
      const start = clock.nowMs;
      while (backoff.isBackedOff('a')) clock.nowMs += 60_000;
      return (clock.nowMs - start) / 60_000;
    };
    expect([length(), length(), length(), length(), length()]).toEqual([5, 10, 20, 30, 30]);
    clock.nowMs += 10_800_000;
    expect(length()).toBe(5);
  });

  test('orders print as Go prints them', () => {
    const order = { group: 'a', from: 1, to: 2, max: 5 };
    expect(printOrders([order, { ...order, group: 'b' }])).toBe('[{a 1->2 (max: 5)} {b 1->2 (max: 5)}]');
  });

  test.each<[Record<string, string>, number, number | undefined]>([
    [{ machines: 'nonsense', lastScaleUpMs: '5' }, 0, 5],
    [{ machines: '[{"group":"a","name":"a-1","orderedMs":1,"readyMs":2},{"group":"a"}]' }, 1, undefined],
    [{ lastScaleUpMs: 'soon' }, 0, undefined],
  ])('books %j', (data, machines, last) => {
    const ledger = readLedger({ data } as unknown as ConfigMap);
    expect([ledger.machines.length, ledger.lastScaleUpMs]).toEqual([machines, last]);
  });
});

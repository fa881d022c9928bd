import { describe, expect, it } from 'vitest';
import type { AnyObject, Deployment, KubeObject } from '#shared/kube/types.ts';
import { budget, deployment, node, pod, replicaSet } from '../testing/builders.ts';
import type { Simulation, StoredChange } from '../types.ts';
import { brokenBudgets, forbiddenSteps, unavailableExceeded } from './changes.ts';
import { checkConverged, checkInvariants } from './index.ts';
import { impossible, overcommitted, surgeExceeded, unconverged } from './state.ts';

/** The checkers must speak up: each case is a state that the engine must never reach. */
function stored<T extends KubeObject>(object: T, metadata: object = {}, status?: object): AnyObject {
  const uid = `${object.kind}-${object.metadata.name}`;
  const own = status === undefined ? {} : { status };
  return { status: {}, ...object, ...own, metadata: { uid, ...object.metadata, ...metadata } } as unknown as AnyObject;
}

function ownedBy(owner: AnyObject): object {
  const reference = {
    apiVersion: 'apps/v1',
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
  };
  return { ownerReferences: [reference] };
}

/** A simulation of which only the past is asked. */
function withPast(states: Record<number, AnyObject[]>): Simulation {
  const partial: Pick<Simulation, 'stateAt' | 'objects' | 'components'> = {
    components: () => [],
    stateAt: (revision) => states[revision],
    objects: () => states[0] ?? [],
  };
  return partial as Simulation;
}

describe('state invariants', () => {
  it('see a node asked for more than it has, terminal pods left out', () => {
    const n = stored(node('n', { cpu: '1', pods: '2' }));
    const a = stored(pod('a', { cpu: '600m', nodeName: 'n' }));
    const b = stored(pod('b', { cpu: '600m', nodeName: 'n' }));
    expect(overcommitted([n, a, b])).toEqual(['node n: cpu 1200 asked for, 1000 allocatable']);
    expect(overcommitted([n, a, stored(b as never, {}, { phase: 'Failed' })])).toEqual([]);
    const many = [1, 2, 3].map((index) => stored(pod(`p${index}`, { nodeName: 'n' })));
    expect(overcommitted([n, ...many])).toEqual(['node n: pods 3 asked for, 2 allocatable']);
  });

  it('see uids given twice, pods that run nowhere, and two controllers', () => {
    const a = stored(pod('a'), { uid: 'same' }, { phase: 'Running' });
    const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true };
    const b = stored(pod('b'), { uid: 'same', ownerReferences: [owner, { ...owner, uid: 'y' }] });
    expect(impossible([a, b])).toEqual([
      'Pod default/b has the uid of Pod default/a',
      'Pod default/b has 2 controllers',
      'Pod default/a runs on no node',
    ]);
  });

  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
  const web = (observedGeneration: number): AnyObject =>
    stored(deployment('web', { replicas: 3, workload: { strategy } }), { generation: 2 }, { observedGeneration });

  it('see more pods wanted than surge allows, once the controller has seen the spec', () => {
    const sets = [2, 3].map((replicas, index) => stored(replicaSet(`web-${index}`, { replicas }), ownedBy(web(2))));
    expect(surgeExceeded([web(2), ...sets])).toEqual(['deployment default/web: 5 pods wanted, at most 4 allowed']);
    expect(surgeExceeded([web(1), ...sets])).toEqual([]);
    expect(checkInvariants(withPast({ 0: [web(2), ...sets] }))[0]).toBe(
      'deployment default/web: 5 pods wanted, at most 4 allowed',
    );
  });

  it('see what has not come to rest', () => {
    const set = stored(replicaSet('set', { replicas: 2 }), ownedBy(web(2)), { replicas: 1 });
    const lost = stored(pod('lost', { nodeName: 'gone' }), ownedBy(set));
    const orphan = stored(pod('orphan'), ownedBy(stored(replicaSet('other'))));
    const faults = unconverged([web(2), set, lost, orphan]);
    expect(faults).toEqual([
      'replica set default/set: 1 pods, 2 wanted',
      'deployment default/web: status says 0, replica sets want 2',
      'pod default/lost stays on node gone, which is gone',
      'pod default/orphan outlives ReplicaSet other',
    ]);
    expect(checkConverged(withPast({ 0: [set] }))).toHaveLength(3);
  });
});

describe('change invariants', () => {
  const change = (before: AnyObject, object: AnyObject): StoredChange => ({
    revision: 5,
    atMs: 0,
    key: `${object.kind}/default/${object.metadata.name}`,
    before,
    object,
  });

  it.each<[string, AnyObject, AnyObject]>([
    ['moved to another node', stored(pod('a', { nodeName: 'x' })), stored(pod('a', { nodeName: 'y' }), { resourceVersion: '2' })],
    [
      'went from Failed to Running',
      stored(pod('a'), {}, { phase: 'Failed' }),
      stored(pod('a'), { resourceVersion: '2' }, { phase: 'Running' }),
    ],
    ['came back from deletion', stored(pod('a'), { deletionTimestamp: 't' }), stored(pod('a'), { resourceVersion: '2' })],
    ['the generation shrank', stored(pod('a'), { generation: 3 }), stored(pod('a'), { generation: 2, resourceVersion: '2' })],
    ['the version did not grow', stored(pod('a'), { resourceVersion: '2' }), stored(pod('a'), { resourceVersion: '2' })],
  ])('%s', (what, before, after) => {
    const first = { ...before, metadata: { resourceVersion: '1', ...before.metadata } } as AnyObject;
    expect(forbiddenSteps(change(first, after))).toEqual([`revision 5, Pod/default/a: ${what}`]);
  });

  it('see an eviction that breaks a budget', () => {
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const pods = ['a', 'b'].map((name) => stored(pod(name, { nodeName: 'n', labels: { app: 'web' } }), {}, ready));
    const guard = stored(budget('guard', { app: 'web' }, { minAvailable: 2 }), {}, { desiredHealthy: 2 });
    const marked = {
      ...ready,
      conditions: [...ready.conditions, { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }],
    };
    const evicted = stored(pods[0] as never, {}, marked);
    const past = (desiredHealthy: number): Simulation =>
      withPast({ 4: [...pods, { ...guard, status: { desiredHealthy } } as AnyObject] });
    const eviction = change(pods[0] as AnyObject, evicted);
    expect(brokenBudgets(past(2), eviction)).toEqual(['revision 5: evicting default/a left 1 of 2 for budget default/guard']);
    expect(brokenBudgets(past(1), eviction)).toEqual([]);
    expect(brokenBudgets(past(2), change(evicted, evicted))).toEqual([]);
  });

  it('see a roll-out that takes away pods it must keep', () => {
    const workload = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    const web = stored(deployment('web', { replicas: 3, workload }) as Deployment);
    const old = (replicas: number): AnyObject =>
      stored(replicaSet('web-old', { replicas }), ownedBy(web), { availableReplicas: 3 });
    const fresh = (availableReplicas: number): AnyObject =>
      stored(replicaSet('web-new', { replicas: 1 }), ownedBy(web), { availableReplicas });
    const scaleDown = change(old(3), old(2));
    const past = (available: number): Simulation => withPast({ 5: [web, old(2), fresh(available)] });
    expect(unavailableExceeded(past(0), scaleDown)).toEqual([
      'revision 5: scaling down default/web-old left 2 available, 3 must be',
    ]);
    expect(unavailableExceeded(past(1), scaleDown)).toEqual([]);
    const resized = { ...old(2).metadata, annotations: { 'deployment.kubernetes.io/desired-replicas': '1' } };
    expect(unavailableExceeded(past(0), change(old(3), { ...old(2), metadata: resized }))).toEqual([]);
  });
});

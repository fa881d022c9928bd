import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { createLab } from '../../conformance/deployments/lab.ts';
import { pod, replicaSet } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import { DELETION_COST, podsToDelete } from '../common/replicas/ranking.ts';
import { advance, beginSlowStart, type SlowStart } from '../common/replicas/slowStart.ts';

const moments = { nowMs: 1_000_000, parseMs: (text: string) => Number(text) };

interface Shape {
  node?: string;
  phase?: string;
  ready?: number;
  cost?: string;
  restarts?: number;
  created?: number;
}

function shaped(name: string, { node = 'n1', phase = 'Running', ready, cost, restarts = 0, created = 500_000 }: Shape = {}): Pod {
  const built = pod(name, { nodeName: node, ...(cost === undefined ? {} : { annotations: { [DELETION_COST]: cost } }) });
  return {
    ...built,
    metadata: { ...built.metadata, uid: `uid-${name}`, creationTimestamp: String(created) },
    status: {
      phase,
      conditions: ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: String(ready) }],
      containerStatuses: [{ name: 'app', image: '', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

const order = (pods: Pod[], related: Pod[] = pods) =>
  podsToDelete(pods, related, pods.length - 1, moments).map(({ metadata }) => metadata.name);

describe('which pod goes first', () => {
  it.each<[string, Shape, Shape]>([
    ['unplaced before placed', { node: '' }, { phase: 'Pending' }],
    ['pending before running', { phase: 'Pending' }, { phase: 'Running' }],
    ['unknown before running', { phase: 'Unknown' }, { phase: 'Running' }],
    ['unready before ready', {}, { ready: 1 }],
    ['cheaper before dearer', { ready: 1, cost: '-1' }, { ready: 1 }],
    ['invalid cost counts as none', { ready: 1 }, { ready: 1, cost: '1' }],
    ['ready for less time before long ready', { ready: 999_000 }, { ready: 1 }],
    ['more restarts before fewer', { ready: 1, restarts: 3 }, { ready: 1, restarts: 2 }],
    ['younger before older', { ready: 1, created: 999_000 }, { ready: 1, created: 0 }],
  ])('%s', (_name, first, second) => {
    expect(order([shaped('z', first), shaped('a', second)])).toEqual(['z']);
  });

  it('takes from the crowded node', () => {
    const pods = [shaped('a', { ready: 1, node: 'n2' }), shaped('b', { ready: 1 })];
    expect(order(pods, [...pods, shaped('c', { ready: 1 }), shaped('gone', { phase: 'Succeeded', node: 'n2' })])).toEqual(['b']);
  });

  it('lets the uid decide between similar ages', () => {
    expect(order([shaped('b', { ready: 500_001 }), shaped('a', { ready: 500_000 })])).toEqual(['a']);
  });
});

describe('slow start', () => {
  it('doubles its batches', () => {
    const batches: number[] = [];
    let state: SlowStart | undefined = beginSlowStart(10);
    while (state !== undefined) {
      if (state.inBatch === state.batch) batches.push(state.batch);
      state = advance(state, true);
    }
    expect(batches).toEqual([1, 2, 4, 3]);
  });

  it('finishes the batch of a failure and stops', () => {
    const second = advance(beginSlowStart(10), true);
    const failed = second && advance(second, false);
    expect(failed).toMatchObject({ inBatch: 1, failed: true });
    expect(failed && advance(failed, true)).toBeUndefined();
    expect(advance(beginSlowStart(1), false)).toBeUndefined();
  });
});

describe('ReplicaSet controller', () => {
  it('makes one write per task', () => {
    const lab = createLab();
    lab.cluster.create(replicaSet('rs', { replicas: 8 }));
    const pods = () => lab.cluster.list('Pod').length;
    let most = 0;
    for (let at = 0; at < 200; at++) {
      const before = pods();
      lab.cluster.run({ untilMs: lab.cluster.nowMs, maxTasks: 1 });
      most = Math.max(most, pods() - before);
    }
    expect(pods()).toBe(8);
    expect(most).toBe(1);
  });

  it('reports refused pods with few attempts and takes the report back', () => {
    const lab = createLab();
    lab.cluster.create(replicaSet('rs', { replicas: 20, priorityClassName: 'later' }));
    lab.settle(0);
    const failed = lab.cluster.get('ReplicaSet', 'default', 'rs').status.conditions?.[0];
    expect(failed).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' });
    expect(failed?.message).toContain('no PriorityClass with name later was found');
    lab.cluster.create({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'later' },
      value: 5,
    } as never);
    lab.cluster.runFor(60_000);
    const { status } = lab.cluster.get('ReplicaSet', 'default', 'rs');
    expect(status.conditions).toBeUndefined();
    expect(status.readyReplicas).toBe(20);
  });

  it('counts a pod as available after minReadySeconds', () => {
    const lab = createLab();
    lab.cluster.create(replicaSet('rs', { replicas: 2, workload: { minReadySeconds: 5 } }));
    lab.settle();
    expect(lab.cluster.get('ReplicaSet', 'default', 'rs').status).toMatchObject({ readyReplicas: 2 });
    expect(lab.cluster.get('ReplicaSet', 'default', 'rs').status.availableReplicas).toBeUndefined();
    lab.cluster.runFor(5000);
    expect(lab.cluster.get('ReplicaSet', 'default', 'rs').status.availableReplicas).toBe(2);
  });

  it('replaces ended pods and leaves those of others alone', () => {
    const lab = createLab();
    const labels = { app: 'rs' };
    lab.cluster.create(replicaSet('rs', { replicas: 1, labels }), pod('other', { labels: { app: 'x' } }));
    lab.settle();
    const [own] = lab.cluster.list('Pod').filter(({ metadata }) => metadata.name !== 'other');
    if (own === undefined) throw new Error('no pod');
    unwrap(lab.cluster.client.updateStatus({ ...own, status: { ...own.status, phase: 'Failed' } }));
    lab.settle();
    expect(lab.cluster.list('Pod').length).toBe(3);
    expect(lab.cluster.get('ReplicaSet', 'default', 'rs').status.replicas).toBe(1);
  });
});

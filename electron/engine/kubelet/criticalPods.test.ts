import { describe, expect, it } from 'vitest';
import { getCondition } from '#shared/kube/conditions.ts';
import type { Pod } from '#shared/kube/types.ts';
import { createFaults } from '../faults/index.ts';
import { node, pod } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { podsToPreempt } from './criticalPods.ts';
import { createKubelets } from './index.ts';

const critical = pod('critical', { spec: { priority: 2_000_000_000 } });
function sized(name: string, milli: number, memory: number, kind: 'Guaranteed' | 'Burstable', priority = 0): Pod {
  const amounts = { cpu: `${milli}m`, memory: `${memory}Mi` };
  const resources = kind === 'Guaranteed' ? { requests: amounts, limits: amounts } : { requests: amounts };
  return pod(name, { spec: { priority, containers: [{ name: 'app', image: 'x', resources }] } });
}
const Mi = 1024 * 1024;
const best = pod('best');
const small = sized('small', 100, 50, 'Burstable');
const big = sized('big', 1000, 500, 'Burstable');
const sure = sized('sure', 1000, 500, 'Guaranteed');
const system = sized('system', 4000, 4000, 'Burstable', 2_000_001_000);

describe('room for a critical pod', () => {
  const table: [string, Pod[], Record<string, number>, string[] | undefined][] = [
    ['one slot: the pod without requests goes', [big, best, small, sure], { pods: 1 }, ['best']],
    ['the smallest that is enough', [big, small, sure], { cpu: 90 }, ['small']],
    ['the nearest when one is not enough', [small, big], { cpu: 1050 }, ['big', 'small']],
    ['guaranteed ones last', [sure, big, small], { cpu: 900 }, ['big']],
    ['guaranteed ones when nothing else helps', [sure, small], { cpu: 900 }, ['sure']],
    ['several resources', [big, small], { cpu: 50, memory: 300 * Mi }, ['big']],
    ['other critical pods stay', [system], { cpu: 50 }, undefined],
    ['all together are too little', [small, big], { cpu: 5000 }, undefined],
  ];
  it.each(table)('%s', (_, pods, missing, wanted) => {
    expect(podsToPreempt(critical, pods, missing)?.map((one) => one.metadata.name)).toEqual(wanted);
  });

  it('is made by the kubelet, which then takes the pod', () => {
    const cluster = createTestCluster({ components: (ctx) => [createKubelets(ctx, createFaults())] });
    cluster.create(node('n1', { cpu: '1' }));
    cluster.create(pod('a', { nodeName: 'n1', cpu: '600m' }));
    cluster.settle();
    cluster.create(
      pod('b', { nodeName: 'n1', cpu: '600m', namespace: 'kube-system', priorityClassName: 'system-node-critical' }),
    );
    cluster.settle();
    const victim = cluster.get('Pod', 'default', 'a').status;
    expect([victim.phase, victim.reason, victim.message]).toEqual([
      'Failed',
      'Preempting',
      'Preempted in order to admit critical pod',
    ]);
    expect(getCondition(victim.conditions, 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet' });
    expect(cluster.events('a')).toContain('Warning Preempting Preempted in order to admit critical pod');
    expect(cluster.get('Pod', 'kube-system', 'b').status.phase).toBe('Running');
  });

  it('is not made for an ordinary pod', () => {
    const cluster = createTestCluster({ components: (ctx) => [createKubelets(ctx, createFaults())] });
    cluster.create(node('n1', { cpu: '1' }));
    cluster.create(pod('a', { nodeName: 'n1', cpu: '600m' }), pod('b', { nodeName: 'n1', cpu: '600m' }));
    cluster.settle();
    expect(cluster.list('Pod').map((one) => [one.metadata.name, one.status.phase, one.status.reason])).toEqual([
      ['a', 'Running', undefined],
      ['b', 'Failed', 'OutOfcpu'],
    ]);
  });
});

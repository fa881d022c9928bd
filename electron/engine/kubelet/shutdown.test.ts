import { describe, expect, it } from 'vitest';
import { getCondition } from '#shared/kube/conditions.ts';
import { createFaults } from '../faults/index.ts';
import { node, pod } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { createKubelets } from './index.ts';
import { shutdownGroups } from './shutdown.ts';

function setUp(terminationMs = 1500) {
  const faults = createFaults();
  let kubelets: ReturnType<typeof createKubelets> | undefined;
  const cluster = createTestCluster({
    config: { kubelet: { terminationMs } },
    components: (ctx) => {
      kubelets = createKubelets(ctx, faults);
      return [kubelets];
    },
  });
  cluster.create(node('n1'));
  cluster.create(
    pod('usual', { nodeName: 'n1' }),
    pod('quick', { nodeName: 'n1', spec: { terminationGracePeriodSeconds: 3 } }),
    pod('critical', { namespace: 'kube-system', nodeName: 'n1', priorityClassName: 'system-node-critical' }),
  );
  cluster.runFor(12_000);
  const shutDown = (graceMs: number, criticalGraceMs: number) =>
    kubelets?.shutDown('n1', { graceMs, criticalGraceMs, byPriority: [] });
  return { cluster, faults, shutDown, kubelets: () => kubelets };
}

describe('graceful node shutdown', () => {
  it('ends pods, critical ones last, and then the machine', () => {
    const { cluster, faults, shutDown } = setUp();
    const ended: string[] = [];
    cluster.ctx.informer('Pod').subscribe({
      onUpdate: (before, { metadata, status }) => {
        if (status.phase === 'Failed' && before.status.phase !== 'Failed') ended.push(metadata.name);
      },
    });
    expect(shutDown(30_000, 10_000)).toBe(true);
    expect(shutDown(30_000, 10_000)).toBe(false);
    expect(getCondition(cluster.get('Node', '', 'n1').status.conditions, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'node is shutting down',
    });
    cluster.create(pod('late', { nodeName: 'n1' }));
    cluster.runFor(1000);
    expect(cluster.get('Pod', 'default', 'late').status).toMatchObject({
      phase: 'Failed',
      reason: 'NodeShutdown',
      message: 'Pod was rejected: Pod was rejected as the node is shutting down.',
    });
    cluster.runFor(10_000);
    expect(ended).toEqual(['late', 'quick', 'usual', 'critical']);
    const { status } = cluster.get('Pod', 'default', 'usual');
    const message = 'Pod was terminated in response to imminent node shutdown.';
    expect([status.phase, status.reason, status.message]).toEqual(['Failed', 'Terminated', message]);
    expect(getCondition(status.conditions, 'DisruptionTarget')).toMatchObject({ reason: 'TerminationByKubelet', message });
    expect(faults.of('n1')).toBe('crashed');
    expect(cluster.events('n1')).toContain('Normal Shutdown Shutdown manager detected shutdown event');
    expect(cluster.events('n1')).toContain('Normal NodeNotReady Node n1 status is now: NodeNotReady');
    faults.recover('n1');
    cluster.runFor(1000);
    expect(getCondition(cluster.get('Node', '', 'n1').status.conditions, 'Ready')?.status).toBe('True');
  });

  it('does not wait longer than the periods for pods that will not end', () => {
    const { cluster, faults, shutDown } = setUp(3_600_000);
    shutDown(5000, 2000);
    cluster.runFor(4900);
    expect(faults.of('n1')).toBeUndefined();
    cluster.runFor(200);
    expect(faults.of('n1')).toBe('crashed');
  });

  it('leaves the machine up when it is cancelled, without its pods', () => {
    const { cluster, faults, shutDown, kubelets } = setUp();
    shutDown(30_000, 10_000);
    expect([kubelets()?.cancelShutdown('n1'), kubelets()?.cancelShutdown('n1')]).toEqual([true, false]);
    cluster.runFor(10_000);
    expect(faults.of('n1')).toBeUndefined();
    expect(cluster.list('Pod').map(({ status }) => status.phase)).toEqual(['Failed', 'Failed', 'Failed']);
    expect(getCondition(cluster.get('Node', '', 'n1').status.conditions, 'Ready')?.status).toBe('True');
    expect(cluster.events('n1')).toContain('Normal Shutdown Shutdown manager detected shutdown cancellation');
    expect(kubelets()?.cancelShutdown('n1')).toBe(false);
  });

  it('is cut short when the kubelet is stopped', () => {
    const { cluster, faults, shutDown } = setUp(60_000);
    shutDown(30_000, 10_000);
    cluster.components[0]?.stop();
    expect(faults.of('n1')).toBe('crashed');
  });

  it.each([
    [
      { graceMs: 30_000, criticalGraceMs: 10_000, byPriority: [] },
      [
        ['20000', 'low', 'zero', 'high'],
        ['10000', 'system'],
      ],
    ],
    [
      {
        graceMs: 0,
        criticalGraceMs: 0,
        byPriority: [
          { priority: 1000, graceMs: 5000 },
          { priority: 0, graceMs: 9000 },
        ],
      },
      [
        ['9000', 'low', 'zero'],
        ['5000', 'high', 'system'],
      ],
    ],
  ])('groups pods by priority', (settings, expected) => {
    const pods = Object.entries({ low: -5, zero: 0, high: 1000, system: 2_000_000_000 }).map(([name, priority]) =>
      pod(name, { spec: { priority } }),
    );
    const groups = shutdownGroups(pods, settings);
    expect(groups.map((group) => [String(group.graceMs), ...group.pods.map(({ metadata }) => metadata.name)])).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { getCondition } from '#shared/kube/conditions.ts';
import type { Taint, Toleration } from '#shared/kube/types.ts';
import { createFaults } from '../../faults/index.ts';
import { createKubelets } from '../../kubelet/index.ts';
import { node, pod } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { createTaintEviction } from '../tainteviction/index.ts';
import { createNodeLifecycle } from './index.ts';

function setUp() {
  const faults = createFaults();
  const cluster = createTestCluster({
    components: (ctx) => [createNodeLifecycle(ctx), createTaintEviction(ctx), createKubelets(ctx, faults)],
  });
  return { cluster, faults };
}

/** Short text of every change of nodes, pods and events since the last call, in order of the writes. */
function recorder(cluster: TestCluster): () => string[] {
  const lines: string[] = [];
  const at = () => `${cluster.nowMs / 1000}`;
  const taintText = (taints: readonly Taint[] | undefined) =>
    (taints ?? []).map((taint) => `${taint.key.replace('node.kubernetes.io/', '')}:${taint.effect}`).join(',');
  cluster.ctx.informer('Node').subscribe({
    onUpdate(before, after) {
      const ready = [before, after].map((object) => getCondition(object.status.conditions, 'Ready')?.status);
      if (ready[0] !== ready[1]) lines.push(`${at()} ${after.metadata.name} Ready=${ready[1]}`);
      if (taintText(before.spec.taints) !== taintText(after.spec.taints))
        lines.push(`${at()} ${after.metadata.name} taints=[${taintText(after.spec.taints)}]`);
    },
  });
  cluster.ctx.informer('Pod').subscribe({
    onUpdate(before, after) {
      const ready = [before, after].map((object) => getCondition(object.status.conditions, 'Ready')?.status);
      const target = [before, after].map((object) => getCondition(object.status.conditions, 'DisruptionTarget')?.reason);
      if (ready[0] !== ready[1]) lines.push(`${at()} ${after.metadata.name} Ready=${ready[1]}`);
      if (target[0] !== target[1]) lines.push(`${at()} ${after.metadata.name} DisruptionTarget=${target[1]}`);
      if (before.metadata.deletionTimestamp === undefined && after.metadata.deletionTimestamp !== undefined)
        lines.push(`${at()} ${after.metadata.name} deleting`);
    },
    onDelete: (object) => lines.push(`${at()} ${object.metadata.name} gone`),
  });
  cluster.ctx
    .informer('Event')
    .subscribe({ onAdd: (event) => lines.push(`${at()} ${event.involvedObject.name}: ${event.reason} ${event.message}`) });
  return () => lines.splice(0);
}

function tolerating(seconds: number | undefined): Toleration[] {
  return ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
  }));
}

describe('node lifecycle', () => {
  it('follows a node that falls silent as notready-default-timing.json shows', () => {
    const { cluster, faults } = setUp();
    cluster.create(node('n1'), node('n2'));
    const bound = (name: string, seconds: number | undefined) =>
      pod(name, { nodeName: 'n1', spec: { tolerations: tolerating(seconds) } });
    cluster.create(bound('zero', 0), bound('twenty', 20), bound('forever', undefined), bound('usual', 300));
    cluster.runFor(10_001);
    const lines = recorder(cluster);
    faults.partition('n1');
    cluster.runFor(400_000);
    expect(lines()).toEqual([
      '65 n1 Ready=Unknown',
      '65 n1: NodeNotReady Node n1 status is now: NodeNotReady',
      ...['forever', 'twenty', 'usual', 'zero'].flatMap((name) => [
        `65 ${name} Ready=False`,
        `65 ${name}: NodeNotReady Node is not ready`,
      ]),
      '65 n1 taints=[unreachable:NoSchedule]',
      '65.1 n1 taints=[unreachable:NoSchedule,unreachable:NoExecute]',
      '65.1 zero: TaintManagerEviction Marking for deletion Pod default/zero',
      '65.1 zero DisruptionTarget=DeletionByTaintManager',
      '65.1 zero deleting',
      '85.1 twenty: TaintManagerEviction Marking for deletion Pod default/twenty',
      '85.1 twenty DisruptionTarget=DeletionByTaintManager',
      '85.1 twenty deleting',
      '365.1 usual: TaintManagerEviction Marking for deletion Pod default/usual',
      '365.1 usual DisruptionTarget=DeletionByTaintManager',
      '365.1 usual deleting',
    ]);
    expect(cluster.get('Node', '', 'n1').status.conditions?.map((c) => [c.type, c.status, c.reason, c.message])).toEqual(
      ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => [
        type,
        'Unknown',
        'NodeStatusUnknown',
        'Kubelet stopped posting node status.',
      ]),
    );
    faults.recover('n1');
    cluster.runFor(6_000);
    const after = lines().filter((text) => !text.includes('Killing') && !text.includes('Ready=False'));
    expect(after.slice(0, 3)).toEqual([
      '410.001 n1 Ready=True',
      '410.001 n1: NodeReady Node n1 status is now: NodeReady',
      '410.001 forever Ready=True',
    ]);
    expect(after).toContain('410.001 n1 taints=[unreachable:NoExecute]');
    expect(after.at(-1)).toBe('415 n1 taints=[]');
    expect(cluster.list('Pod').map((p) => p.metadata.name)).toEqual(['forever']);
  });

  it('gives no NoExecute taint while all nodes are down, and begins afresh when one is back', () => {
    const { cluster, faults } = setUp();
    cluster.create(
      node('n1', { labels: { 'topology.kubernetes.io/zone': 'a' } }),
      node('n2', { labels: { 'topology.kubernetes.io/zone': 'b' } }),
    );
    cluster.create(pod('five', { nodeName: 'n1', spec: { tolerations: tolerating(5) } }));
    cluster.runFor(10_001);
    const lines = recorder(cluster);
    faults.crash('n1');
    faults.crash('n2');
    cluster.runFor(200_000);
    expect(lines()).toEqual([
      '65 n1 Ready=Unknown',
      '65 n1: NodeNotReady Node n1 status is now: NodeNotReady',
      '65 five Ready=False',
      '65 five: NodeNotReady Node is not ready',
      '65 n2 Ready=Unknown',
      '65 n2: NodeNotReady Node n2 status is now: NodeNotReady',
      '65 n1 taints=[unreachable:NoSchedule]',
      '65 n2 taints=[unreachable:NoSchedule]',
    ]);
    faults.recover('n2');
    cluster.runFor(40_000);
    const after = lines();
    expect(after).toContain('210.001 n2 taints=[]');
    expect(after.some((text) => text.includes('n1 taints=[unreachable:NoSchedule,unreachable:NoExecute]'))).toBe(true);
    expect(after.at(-1)).toContain('five deleting');
  });

  it('stops evictions in a small zone that is partly down, slows them in a large one, and goes on when it is better', () => {
    const zoned = (zone: string, count: number) =>
      Array.from({ length: count }, (_, index) => node(`${zone}${index}`, { labels: { 'topology.kubernetes.io/zone': zone } }));
    const tainted = (cluster: TestCluster, zone: string) =>
      cluster
        .list('Node')
        .filter(
          ({ metadata, spec }) => metadata.name.startsWith(zone) && spec.taints?.some(({ effect }) => effect === 'NoExecute'),
        ).length;
    const { cluster, faults } = setUp();
    cluster.create(...zoned('s', 4), ...zoned('l', 60), ...zoned('w', 3));
    cluster.runFor(12_000);
    for (const name of ['s0', 's1', 's2']) faults.partition(name);
    for (let index = 0; index < 40; index++) faults.partition(`l${index}`);
    cluster.runFor(60_000);
    // The large zone has a token left from better times, then one every 100 seconds.
    expect([tainted(cluster, 's'), tainted(cluster, 'l')]).toEqual([0, 1]);
    cluster.runFor(250_000);
    expect([tainted(cluster, 's'), tainted(cluster, 'l')]).toEqual([0, 3]);
    faults.recover('s0');
    cluster.runFor(40_000);
    expect(tainted(cluster, 's')).toBe(2);
    expect(tainted(cluster, 'w')).toBe(0);
  });

  it('turns reported conditions into taints', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    cluster.runFor(1000);
    const lines = recorder(cluster);
    const set = (type: string, status: 'True' | 'False') => {
      const current = cluster.get('Node', '', 'n1');
      const conditions = (current.status.conditions ?? []).map((condition) =>
        condition.type === type ? { ...condition, status } : condition,
      );
      cluster.client.updateStatus({ ...current, status: { ...current.status, conditions } });
      cluster.runFor(10);
    };
    set('MemoryPressure', 'True');
    set('DiskPressure', 'True');
    set('PIDPressure', 'True');
    set('MemoryPressure', 'False');
    set('Ready', 'False');
    cluster.client.patch({ kind: 'Node', namespace: '', name: 'n1' }, 'merge', { spec: { unschedulable: true } });
    cluster.runFor(10);
    expect(lines().map((text) => text.replace(/^\S+ /, ''))).toEqual([
      'n1 taints=[memory-pressure:NoSchedule]',
      'n1 taints=[memory-pressure:NoSchedule,disk-pressure:NoSchedule]',
      'n1 taints=[memory-pressure:NoSchedule,disk-pressure:NoSchedule,pid-pressure:NoSchedule]',
      'n1 taints=[disk-pressure:NoSchedule,pid-pressure:NoSchedule]',
      'n1 Ready=False',
      'n1 taints=[disk-pressure:NoSchedule,pid-pressure:NoSchedule,not-ready:NoSchedule]',
      'n1 taints=[disk-pressure:NoSchedule,pid-pressure:NoSchedule,not-ready:NoSchedule,unschedulable:NoSchedule]',
    ]);
  });

  it('registers, removes and labels nodes', () => {
    const { cluster } = setUp();
    cluster.runFor(1);
    cluster.create(node('n1', { ready: 'none' }));
    cluster.runFor(6000);
    cluster.client.delete({ kind: 'Node', namespace: '', name: 'n1' });
    cluster.runFor(6000);
    expect(cluster.events('n1').filter((text) => text.includes('event:'))).toEqual([
      'Normal RegisteredNode Node n1 event: Registered Node n1 in Controller',
      'Normal RemovingNode Node n1 event: Removing Node n1 from Controller',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { node, pod } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createPodGarbageCollector } from './index.ts';

function start(): TestCluster {
  return createTestCluster({ components: (ctx) => [createPodGarbageCollector(ctx)] });
}

const pods = (cluster: TestCluster) => cluster.list('Pod').map(({ metadata }) => metadata.name);
const removeNode = (cluster: TestCluster, name: string) => unwrap(cluster.client.delete({ kind: 'Node', namespace: '', name }));

describe('pod garbage collector', () => {
  it('removes pods of a node that has been gone for the quarantine', () => {
    const cluster = start();
    cluster.create(node('n1'), node('n2'), pod('a', { nodeName: 'n1' }), pod('b', { nodeName: 'n2' }));
    let marked = '';
    cluster.ctx.informer('Pod').subscribe({
      onUpdate: (_before, { metadata, status }) => {
        const mark = status.conditions?.find(({ type }) => type === 'DisruptionTarget');
        marked ||= `${metadata.name} ${status.phase} ${mark?.reason} ${mark?.message}`;
      },
    });
    removeNode(cluster, 'n1');
    cluster.runFor(40_000);
    expect(pods(cluster)).toEqual(['a', 'b']);
    cluster.settle();
    expect(pods(cluster)).toEqual(['b']);
    expect(marked).toBe('a Failed DeletionByPodGC PodGC: node no longer exists');
    expect(cluster.nowMs).toBeLessThanOrEqual(80_000);
  });

  it('spares pods whose node comes back', () => {
    const cluster = start();
    cluster.create(node('n1'), pod('a', { nodeName: 'n1' }));
    removeNode(cluster, 'n1');
    cluster.runFor(30_000);
    cluster.create(node('n1'));
    cluster.runFor(120_000);
    expect(pods(cluster)).toEqual(['a']);
  });

  it('removes pods that were deleted before they were placed', () => {
    const cluster = start();
    cluster.create(pod('a', { finalizers: ['example.com/hold'] }));
    unwrap(cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'a' }));
    cluster.settle();
    expect(cluster.get('Pod', 'default', 'a').status.phase).toBe('Failed');
  });

  it('ends what terminates on a node that is out of service, and only there', () => {
    const cluster = start();
    const down = node('n1', { ready: 'Unknown' });
    cluster.create(down, node('n2', { ready: 'Unknown' }));
    cluster.create(pod('a', { nodeName: 'n1' }), pod('stays', { nodeName: 'n1' }), pod('b', { nodeName: 'n2' }));
    for (const name of ['a', 'b']) unwrap(cluster.client.delete({ kind: 'Pod', namespace: 'default', name }));
    cluster.runFor(60_000);
    expect(pods(cluster)).toEqual(['a', 'b', 'stays']);
    const found = cluster.get('Node', '', 'n1');
    const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' as const };
    unwrap(cluster.client.update({ ...found, spec: { ...found.spec, taints: [...(found.spec.taints ?? []), taint] } }));
    cluster.settle();
    expect(pods(cluster)).toEqual(['b', 'stays']);
  });

  it('leaves a healthy cluster alone and quiet', () => {
    const cluster = start();
    cluster.create(node('n1'), pod('a', { nodeName: 'n1' }), pod('waiting'));
    const { reason } = cluster.settle();
    expect(reason).toBe('quiet');
    cluster.runFor(200_000);
    expect(pods(cluster)).toEqual(['a', 'waiting']);
  });
});

import { describe, expect, it } from 'vitest';
import { getCondition } from '#shared/kube/conditions.ts';
import type { EngineConfig } from '../client/types.ts';
import { createNodeLifecycle } from '../controllers/nodelifecycle/index.ts';
import { createFaults } from '../faults/index.ts';
import { createLoadModel } from '../metrics/loadModel.ts';
import { node, type PodSettings, pod } from '../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import type { DeepPartial } from '../types.ts';
import { createKubelets } from './index.ts';

function setUp(config: DeepPartial<EngineConfig['kubelet']> = {}): TestCluster {
  const cluster = createTestCluster({
    config: { kubelet: config },
    components: (ctx) => [createNodeLifecycle(ctx), createKubelets(ctx, createFaults(), createLoadModel(ctx))],
  });
  cluster.create(node('n1', { memory: '4Gi', resources: { 'ephemeral-storage': '100Gi' } }));
  return cluster;
}

function using(name: string, use: string, settings: PodSettings = {}) {
  return pod(name, { nodeName: 'n1', annotations: { 'stowage.dev/usage': JSON.stringify({ memory: use }) }, ...settings });
}

function outside(cluster: TestCluster, use: Record<string, string>): void {
  const annotations = { 'stowage.dev/pressure': JSON.stringify(use) };
  cluster.client.patch({ kind: 'Node', namespace: '', name: 'n1' }, 'merge', { metadata: { annotations } });
}

function pressure(cluster: TestCluster, type = 'MemoryPressure') {
  const { status, reason, message } = getCondition(cluster.get('Node', '', 'n1').status.conditions, type) ?? {};
  return [status, reason, message];
}

const evicted = (cluster: TestCluster): string[] =>
  cluster
    .list('Pod')
    .filter(({ status }) => status.reason === 'Evicted')
    .map(({ metadata }) => metadata.name);

describe('memory pressure', () => {
  it('evicts one pod at a time until enough is left, then waits before it calls the node well', () => {
    const cluster = setUp();
    cluster.create(
      using('within', '900Mi', { memory: '1Gi' }),
      using('beyond', '1Gi', { memory: '512Mi' }),
      using('best-effort', '900Mi'),
    );
    cluster.runFor(12_000);
    outside(cluster, { memory: '1250Mi' });
    cluster.runFor(20_000);
    // Both exceed their requests; 900Mi above none is more than 512Mi above the other's.
    expect(evicted(cluster)).toEqual(['best-effort']);
    const gone = cluster.get('Pod', 'default', 'best-effort');
    const message =
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 22Mi. Container app was using 900Mi, request is 0, has larger consumption of memory. ';
    expect([gone.status.phase, gone.status.message]).toEqual(['Failed', message]);
    expect(getCondition(gone.status.conditions, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
    });
    expect(cluster.events('best-effort')).toContain(`Warning Evicted ${message}`);
    expect(cluster.events('n1')).toContain('Warning EvictionThresholdMet Attempting to reclaim memory');
    expect(cluster.events('n1')).toContain('Normal NodeHasInsufficientMemory Node n1 status is now: NodeHasInsufficientMemory');
    expect(pressure(cluster)).toEqual(['True', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available']);
    expect(cluster.get('Node', '', 'n1').spec.taints?.map(({ key }) => key)).toEqual(['node.kubernetes.io/memory-pressure']);
    cluster.runFor(270_000);
    expect(pressure(cluster)[0]).toBe('True');
    cluster.runFor(40_000);
    expect(pressure(cluster)).toEqual(['False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available']);
    expect(cluster.get('Node', '', 'n1').spec.taints).toBeUndefined();
    expect(cluster.events('n1').at(-1)).toContain('NodeHasSufficientMemory');
    expect(evicted(cluster)).toEqual(['best-effort']);
  });

  it('leaves critical pods alone and goes on with the others', () => {
    const cluster = setUp();
    cluster.create(
      using('critical', '2Gi', { namespace: 'kube-system', priorityClassName: 'system-node-critical' }),
      using('other', '100Mi', { memory: '1Gi' }),
    );
    cluster.runFor(12_000);
    outside(cluster, { memory: '100%' });
    cluster.runFor(60_000);
    expect(evicted(cluster)).toEqual(['other']);
  });

  it('sends back only best-effort pods that do not tolerate it', () => {
    const cluster = setUp();
    outside(cluster, { memory: '99%' });
    cluster.runFor(1000);
    const tolerating = { tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' as const }] };
    cluster.create(
      pod('best', { nodeName: 'n1' }),
      pod('asking', { nodeName: 'n1', memory: '10Mi' }),
      pod('tolerating', { nodeName: 'n1', spec: tolerating }),
    );
    cluster.runFor(500);
    expect(cluster.list('Pod').map(({ status }) => status.reason)).toEqual([undefined, 'Evicted', undefined]);
    expect(cluster.get('Pod', 'default', 'best').status.message).toBe(
      'Pod was rejected: The node had condition: [MemoryPressure]. ',
    );
  });

  it('counts what pods use in the course of time', () => {
    const cluster = setUp();
    const ramp = { ramp: { from: '100Mi', to: '5Gi', startSeconds: 0, seconds: 100 } };
    cluster.create(pod('growing', { nodeName: 'n1', annotations: { 'stowage.dev/usage': JSON.stringify({ memory: ramp }) } }));
    cluster.runFor(70_000);
    expect(evicted(cluster)).toEqual([]);
    cluster.runFor(40_000);
    expect(evicted(cluster)).toEqual(['growing']);
  });

  it('waits for a soft threshold and gives its pods their grace period', () => {
    const cluster = setUp({
      terminationMs: 60_000,
      eviction: {
        soft: { 'memory.available': '1Gi' },
        softGraceMs: { 'memory.available': 30_000 },
        maxPodGraceSeconds: 10,
      },
    });
    cluster.create(using('app', '1Gi'));
    cluster.runFor(12_000);
    outside(cluster, { memory: '2500Mi' });
    cluster.runFor(29_000);
    expect([pressure(cluster)[0], evicted(cluster)]).toEqual(['True', []]);
    cluster.runFor(10_000);
    expect(evicted(cluster)).toEqual([]);
    cluster.runFor(3_000);
    expect(evicted(cluster)).toEqual(['app']);
  });

  it('goes on until the minimum is reclaimed', () => {
    const counts = ['0', '600Mi'].map((reclaim) => {
      const cluster = setUp({ eviction: { minimumReclaim: { 'memory.available': reclaim } } });
      cluster.create(using('a', '500Mi'), using('b', '500Mi'), using('c', '500Mi'));
      cluster.runFor(12_000);
      outside(cluster, { memory: '2550Mi' });
      cluster.runFor(60_000);
      return evicted(cluster).length;
    });
    expect(counts).toEqual([1, 2]);
  });
});

describe('disk and process pressure', () => {
  it('removes unused images before it evicts', () => {
    const cluster = setUp({ eviction: { hard: { 'imagefs.available': '15%' } } });
    cluster.create(pod('app', { nodeName: 'n1', annotations: { 'stowage.dev/disk': '1Gi' } }));
    const unused = [{ names: ['registry.example/old:v1'], sizeBytes: 6 * 1024 ** 3 }];
    const before = cluster.get('Node', '', 'n1');
    cluster.client.updateStatus({ ...before, status: { ...before.status, images: unused } });
    cluster.runFor(12_000);
    outside(cluster, { disk: '80Gi' });
    cluster.runFor(12_000);
    expect(evicted(cluster)).toEqual([]);
    const names = cluster.get('Node', '', 'n1').status.images?.flatMap((image) => image.names ?? []);
    expect(names).toEqual(['registry.example/app:v1']);
    expect(pressure(cluster, 'DiskPressure')).toEqual(['True', 'KubeletHasDiskPressure', 'kubelet has disk pressure']);
    outside(cluster, { disk: '85Gi' });
    cluster.runFor(20_000);
    expect(cluster.get('Pod', 'default', 'app').status.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: \d+, available: \d+\w*\. Container app was using 1Gi, request is 0, has larger consumption of ephemeral-storage\. $/,
    );
    expect(cluster.events('n1').some((text) => text.startsWith('Warning FreeDiskSpaceFailed'))).toBe(false);
    cluster.create(pod('late', { nodeName: 'n1', memory: '10Mi' }));
    cluster.runFor(500);
    expect(cluster.get('Pod', 'default', 'late').status.reason).toBe('Evicted');
  });

  it('collects images on a disk that is nearly full, and says when it finds too few', () => {
    const cluster = setUp({ eviction: { hard: {} } });
    cluster.runFor(1000);
    const before = cluster.get('Node', '', 'n1');
    const images = ['a', 'b'].map((name) => ({ names: [`registry.example/${name}:v1`], sizeBytes: 2 * 1024 ** 3 }));
    cluster.client.updateStatus({ ...before, status: { ...before.status, images } });
    outside(cluster, { disk: '80Gi' });
    cluster.runFor(1000);
    expect(cluster.get('Node', '', 'n1').status.images).toHaveLength(2);
    outside(cluster, { disk: '90Gi' });
    cluster.runFor(301_000);
    expect(cluster.get('Node', '', 'n1').status.images).toBeUndefined();
    expect(cluster.events('n1').at(-1)).toBe(
      'Warning FreeDiskSpaceFailed Failed to garbage collect required amount of images. Attempted to free 15032385536 bytes, but only found 4294967296 bytes eligible to free.',
    );
  });

  it('evicts pods beyond their own storage limit on a healthy node', () => {
    const cluster = setUp();
    const containers = [{ name: 'app', image: 'x:1', resources: { limits: { 'ephemeral-storage': '1Gi' } } }];
    cluster.create(pod('greedy', { nodeName: 'n1', annotations: { 'stowage.dev/disk': '2Gi' }, spec: { containers } }));
    cluster.runFor(30_000);
    const { status } = cluster.get('Pod', 'default', 'greedy');
    expect([status.reason, status.message]).toEqual([
      'Evicted',
      'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
    ]);
    expect(getCondition(status.conditions, 'DisruptionTarget')).toBeUndefined();
  });

  it('evicts by priority, then by number, when process ids run out', () => {
    const cluster = setUp({ eviction: { hard: { 'pid.available': '1000' } } });
    const pids = (name: string, count: string, priorityClassName?: string) =>
      pod(name, {
        namespace: 'kube-system',
        nodeName: 'n1',
        annotations: { 'stowage.dev/pids': count },
        ...(priorityClassName === undefined ? {} : { priorityClassName }),
      });
    cluster.create(pids('few', '10'), pids('many', '2000'), pids('critical', '5000', 'system-cluster-critical'));
    cluster.runFor(12_000);
    outside(cluster, { pid: '25000' });
    cluster.runFor(30_000);
    expect(evicted(cluster)).toEqual(['many']);
    expect(pressure(cluster, 'PIDPressure')[1]).toBe('KubeletHasInsufficientPID');
  });
});

describe('the watch itself', () => {
  it('leaves conditions set by hand alone and costs an idle cluster nothing', () => {
    const cluster = setUp();
    cluster.create(pod('idle', { nodeName: 'n1' }));
    cluster.runFor(20_000);
    const before = cluster.core.clock.tasks;
    cluster.runFor(100_000);
    // Ten heartbeats, twenty rounds of the node controller; nothing else.
    expect(cluster.core.clock.tasks - before).toBeLessThanOrEqual(31);
  });

  it('takes its conditions back after a restart of the kubelet', () => {
    const cluster = setUp();
    outside(cluster, { memory: '99%' });
    cluster.runFor(12_000);
    expect(pressure(cluster)[0]).toBe('True');
    const kubelet = cluster.components[1];
    kubelet?.stop();
    outside(cluster, {});
    kubelet?.start();
    cluster.runFor(12_000);
    expect(pressure(cluster)[0]).toBe('False');
  });

  it('tells when the annotation cannot be read', () => {
    const cluster = setUp();
    outside(cluster, { memory: 'much' });
    cluster.runFor(1000);
    expect(cluster.events('n1').at(-1)).toContain('InvalidNodePressure');
  });
});

import { describe, expect, it } from 'vitest';
import { fakeKubelet } from '../../conformance/deployments/lab.ts';
import { deployment, node, pod } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createDeploymentController } from '../deployment/index.ts';
import { createGarbageCollector } from '../garbagecollector/index.ts';
import { createReplicaSetController } from '../replicaset/index.ts';
import { createNamespaceController } from './index.ts';

function start(): TestCluster {
  const cluster = createTestCluster({
    components: (ctx) => [
      createDeploymentController(ctx),
      createReplicaSetController(ctx),
      createGarbageCollector(ctx),
      createNamespaceController(ctx),
      fakeKubelet(ctx),
    ],
  });
  cluster.create(...['1', '2', '3', '4'].map((name) => node(`node-${name}`)));
  cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } } as never);
  return cluster;
}

const remove = (cluster: TestCluster) => unwrap(cluster.client.delete({ kind: 'Namespace', namespace: '', name: 'x' }));
const configMap = (name: string, finalizers: string[]) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'x', finalizers } }) as never;
const gone = (cluster: TestCluster) => !cluster.list('Namespace').some(({ metadata }) => metadata.name === 'x');

describe('namespace controller', () => {
  it('empties a namespace five seconds after its deletion', () => {
    const cluster = start();
    cluster.create(deployment('web', { replicas: 3, namespace: 'x' }));
    cluster.settle();
    const begun = cluster.nowMs;
    remove(cluster);
    cluster.runFor(4900);
    expect(cluster.list('Pod', 'x').length).toBe(3);
    expect(cluster.get('Namespace', '', 'x').status.phase).toBe('Terminating');
    cluster.settle();
    expect(gone(cluster)).toBe(true);
    expect(cluster.list('Deployment', 'x').length + cluster.list('Pod', 'x').length + cluster.list('Event', 'x').length).toBe(0);
    expect(cluster.nowMs - begun).toBeLessThanOrEqual(6000);
  });

  it('says what holds it and ends when that is gone', () => {
    const cluster = start();
    cluster.create(configMap('held', ['example.com/hold']), configMap('held2', ['example.com/hold', 'example.com/other']));
    remove(cluster);
    cluster.runFor(6000);
    const messages = cluster.get('Namespace', '', 'x').status.conditions?.map(({ reason, message }) => `${reason}: ${message}`);
    expect(messages).toEqual([
      'ResourcesDiscovered: All resources successfully discovered',
      'ParsedGroupVersions: All legacy kube types successfully parsed',
      'ContentDeleted: All content successfully deleted, may be waiting on finalization',
      'SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances',
      'SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances, example.com/other in 1 resource instances',
    ]);
    for (const name of ['held', 'held2']) {
      const before = cluster.get('ConfigMap', 'x', name);
      const { finalizers: _gone, ...metadata } = before.metadata;
      unwrap(cluster.client.update({ ...before, metadata }));
    }
    cluster.runFor(9000);
    expect(gone(cluster)).toBe(true);
  });

  it('waits for its pods before it deletes the rest', () => {
    const cluster = start();
    cluster.create(pod('slow', { namespace: 'x', annotations: { 'lab/term': 'manual' } }), configMap('a', []));
    cluster.runFor(1000);
    remove(cluster);
    cluster.runFor(20_000);
    expect(cluster.list('ConfigMap', 'x').length).toBeGreaterThan(0);
    unwrap(cluster.client.delete({ kind: 'Pod', namespace: 'x', name: 'slow' }, { gracePeriodSeconds: 0 }));
    cluster.settle();
    expect(gone(cluster)).toBe(true);
  });
});

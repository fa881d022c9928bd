import { describe, expect, it } from 'vitest';
import type { KubeObject, OwnerReference } from '#shared/kube/types.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createGarbageCollector } from './index.ts';

type Owner = Partial<OwnerReference> & { name: string };

function start(): TestCluster {
  return createTestCluster({ components: (ctx) => [createGarbageCollector(ctx)] });
}

function configMap(name: string, owners: OwnerReference[] = [], finalizers: string[] = [], namespace = 'default'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      ...(owners.length > 0 ? { ownerReferences: owners } : {}),
      ...(finalizers.length > 0 ? { finalizers } : {}),
    },
  };
}

function owned(cluster: TestCluster, { name, ...rest }: Owner, namespace = 'default'): OwnerReference {
  const owner = cluster.get('ConfigMap', namespace, name);
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: owner.metadata.uid ?? '', ...rest };
}

const names = (cluster: TestCluster) => cluster.list('ConfigMap', 'default').map(({ metadata }) => metadata.name);
const ref = (name: string) => ({ kind: 'ConfigMap', namespace: 'default', name });

describe('garbage collector', () => {
  it('deletes what has no owner left and keeps what has one', () => {
    const cluster = start();
    cluster.create(configMap('a'), configMap('b'));
    const a = owned(cluster, { name: 'a', blockOwnerDeletion: true });
    const b = owned(cluster, { name: 'b' });
    cluster.create(
      configMap('d1', [a]),
      configMap('d2', [a, b]),
      configMap('d4', [{ ...a, uid: 'wrong' }]),
      configMap('d5', [{ ...a, name: 'nope', uid: 'x' }]),
    );
    cluster.create(configMap('d6', [{ apiVersion: 'example.com/v1', kind: 'Gizmo', name: 'nope', uid: 'y' }]));
    cluster.settle();
    expect(names(cluster)).toEqual(['a', 'b', 'd1', 'd2', 'd6']);
    unwrap(cluster.client.delete(ref('a'), { propagationPolicy: 'Foreground' }));
    cluster.settle();
    expect(names(cluster)).toEqual(['b', 'd2', 'd6']);
    expect(cluster.get('ConfigMap', 'default', 'd2').metadata.ownerReferences).toEqual([b]);
    unwrap(cluster.client.delete(ref('b'), { propagationPolicy: 'Background' }));
    cluster.settle();
    expect(names(cluster)).toEqual(['d6']);
  });

  it('waits in the foreground for blocking dependents alone', () => {
    const cluster = start();
    cluster.create(configMap('a'));
    cluster.create(
      configMap('d1', [owned(cluster, { name: 'a', blockOwnerDeletion: true })], ['example.com/hold']),
      configMap('d2', [owned(cluster, { name: 'a' })], ['example.com/hold']),
    );
    unwrap(cluster.client.delete(ref('a'), { propagationPolicy: 'Foreground' }));
    cluster.settle();
    expect(names(cluster)).toEqual(['a', 'd1', 'd2']);
    const release = (name: string) => {
      const before = cluster.get('ConfigMap', 'default', name);
      const { finalizers: _gone, ...metadata } = before.metadata;
      unwrap(cluster.client.update({ ...before, metadata }));
      cluster.settle();
    };
    release('d1');
    expect(names(cluster)).toEqual(['d2']);
    release('d2');
    expect(names(cluster)).toEqual([]);
  });

  it('sets dependents free when orphaning', () => {
    const cluster = start();
    cluster.create(configMap('a'));
    cluster.create(configMap('d1', [owned(cluster, { name: 'a' })]), configMap('d2', [owned(cluster, { name: 'a' })]));
    unwrap(cluster.client.delete(ref('a'), { propagationPolicy: 'Orphan' }));
    cluster.settle();
    expect(names(cluster)).toEqual(['d1', 'd2']);
    expect(cluster.list('ConfigMap', 'default').every(({ metadata }) => metadata.ownerReferences === undefined)).toBe(true);
  });

  it('does not follow owners into other namespaces and says so', () => {
    const cluster = start();
    cluster.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' } } as KubeObject,
      configMap('a', [], [], 'far'),
    );
    const foreign = owned(cluster, { name: 'a' }, 'far');
    cluster.create(configMap('d', [foreign]));
    cluster.settle();
    expect(names(cluster)).toEqual([]);
    expect(cluster.events('d')).toEqual([
      `Warning OwnerRefInvalidNamespace ownerRef [v1/ConfigMap, namespace: default, name: a, uid: ${foreign.uid}] does not exist in namespace "default"`,
    ]);
  });

  it('ends a circle of owners that wait for each other', () => {
    const cluster = start();
    cluster.create(configMap('a'));
    cluster.create(configMap('b', [owned(cluster, { name: 'a', blockOwnerDeletion: true })]));
    const a = cluster.get('ConfigMap', 'default', 'a');
    const back = [owned(cluster, { name: 'b', blockOwnerDeletion: true })];
    unwrap(cluster.client.update({ ...a, metadata: { ...a.metadata, ownerReferences: back } }));
    unwrap(cluster.client.delete(ref('a'), { propagationPolicy: 'Foreground' }));
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });

  it('catches up after a stop', () => {
    const cluster = start();
    cluster.create(configMap('a'));
    cluster.create(configMap('d', [owned(cluster, { name: 'a' })]));
    for (const one of cluster.components) one.stop();
    unwrap(cluster.client.delete(ref('a')));
    cluster.settle();
    expect(names(cluster)).toEqual(['d']);
    for (const one of cluster.components) one.start();
    cluster.settle();
    expect(names(cluster)).toEqual([]);
  });
});

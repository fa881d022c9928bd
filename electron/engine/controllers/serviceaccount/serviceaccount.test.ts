import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createNamespaceController } from '../namespace/index.ts';
import { createRootCaPublisher } from '../rootca/index.ts';
import { createServiceAccountController } from './index.ts';
import { createTokensController } from './tokens.ts';

function start(): TestCluster {
  const cluster = createTestCluster({
    components: (ctx) => [
      createServiceAccountController(ctx),
      createTokensController(ctx),
      createRootCaPublisher(ctx),
      createNamespaceController(ctx),
    ],
  });
  unwrap(cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }));
  return cluster;
}

const names = (cluster: TestCluster, kind: string) => cluster.list(kind, 'x').map(({ metadata }) => metadata.name);

describe('service accounts', () => {
  it('come with every namespace, with the certificate, and come back', () => {
    const cluster = start();
    cluster.settle();
    expect(cluster.nowMs).toBe(0);
    expect([names(cluster, 'ServiceAccount'), names(cluster, 'ConfigMap')]).toEqual([['default'], ['kube-root-ca.crt']]);
    unwrap(cluster.client.delete({ kind: 'ServiceAccount', namespace: 'x', name: 'default' }));
    const map = cluster.get('ConfigMap', 'x', 'kube-root-ca.crt');
    unwrap(cluster.client.update({ ...map, data: { more: 'x' } }));
    cluster.settle();
    expect(names(cluster, 'ServiceAccount')).toEqual(['default']);
    expect(Object.keys(cluster.get('ConfigMap', 'x', 'kube-root-ca.crt').data ?? {})).toEqual(['ca.crt']);
  });

  it('do not come back in a namespace that goes', () => {
    const cluster = start();
    cluster.settle();
    unwrap(cluster.client.delete({ kind: 'Namespace', namespace: '', name: 'x' }));
    unwrap(cluster.client.delete({ kind: 'ServiceAccount', namespace: 'x', name: 'default' }));
    cluster.runFor(1000);
    expect(names(cluster, 'ServiceAccount')).toEqual([]);
    cluster.settle();
    expect(cluster.list('Namespace').some(({ metadata }) => metadata.name === 'x')).toBe(false);
  });

  it('have their token secrets filled, and take them along', () => {
    const cluster = start();
    const secret = (name: string, account: string): AnyObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'x', annotations: { 'kubernetes.io/service-account.name': account } },
      type: 'kubernetes.io/service-account-token',
    });
    cluster.settle();
    cluster.create(secret('a', 'default'), secret('b', 'ghost'));
    cluster.settle();
    expect(names(cluster, 'Secret')).toEqual(['a']);
    const filled = cluster.get('Secret', 'x', 'a');
    expect(Object.keys(filled.data ?? {}).sort()).toEqual(['ca.crt', 'namespace', 'token']);
    expect(filled.data?.namespace).toBe('eA==');
    expect(filled.metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(
      cluster.get('ServiceAccount', 'x', 'default').metadata.uid,
    );
    unwrap(cluster.client.delete({ kind: 'ServiceAccount', namespace: 'x', name: 'default' }));
    cluster.settle();
    expect(names(cluster, 'Secret')).toEqual([]);
  });
});

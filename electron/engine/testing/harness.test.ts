import { describe, expect, it } from 'vitest';
import { deployment, node, pod } from './builders.ts';
import { createTestCluster } from './harness.ts';

describe('test cluster', () => {
  it('stores what is created and binds pods', () => {
    const cluster = createTestCluster();
    const [created] = cluster.create(pod('a', { cpu: '100m' }));
    cluster.create(node('n1', { labels: { 'topology.kubernetes.io/zone': 'z' } }));
    cluster.create(deployment('web', { replicas: 3 }));
    expect(created?.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(created?.status.phase).toBe('Pending');
    expect(cluster.client.bind('default', 'a', 'n1').ok).toBe(true);
    const bound = cluster.get('Pod', 'default', 'a');
    expect(bound.spec.nodeName).toBe('n1');
    expect(bound.metadata.labels).toEqual({ 'topology.kubernetes.io/zone': 'z' });
    expect(cluster.ctx.informer('Pod').lister.byIndex('nodeName', 'n1')).toEqual([bound]);
    const again = cluster.client.bind('default', 'a', 'n2');
    expect(again).toMatchObject({
      ok: false,
      error: { code: 409, message: 'Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "n1"' },
    });
  });
});

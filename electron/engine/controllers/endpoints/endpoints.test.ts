import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { pod } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { repackSubsets, type Subset } from '../common/endpoints/subsets.ts';
import { createEndpointsController } from './index.ts';
import { truncated } from './subsets.ts';

const addresses = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ ip: `10.0.${from}.${i}` }));

describe('subsets', () => {
  it('with the same ports are one', () => {
    const port = { port: 80, protocol: 'TCP' };
    expect(
      repackSubsets([
        { addresses: [{ ip: '10.0.0.10' }], ports: [port] },
        { addresses: [{ ip: '10.0.0.9' }], ports: [port] },
      ]),
    ).toEqual([{ addresses: [{ ip: '10.0.0.9' }, { ip: '10.0.0.10' }], ports: [port] }]);
  });
  it('with the same addresses are one', () => {
    const parts: Subset[] = [80, 81].map((port) => ({ addresses: [{ ip: '10.0.0.1' }], ports: [{ port, protocol: 'TCP' }] }));
    expect(repackSubsets(parts).map(({ ports }) => ports?.length)).toEqual([2]);
  });
  it.each([
    ['few', [{ addresses: addresses(0, 3) }], 10, [[3, 0]], false],
    ['not ready ones go first', [{ addresses: addresses(0, 8), notReadyAddresses: addresses(1, 8) }], 10, [[8, 2]], true],
    [
      'ready ones in proportion',
      [{ addresses: addresses(0, 30) }, { addresses: addresses(1, 10), notReadyAddresses: addresses(2, 5) }],
      10,
      [
        [8, 0],
        [2, 0],
      ],
      true,
    ],
  ] as [string, Subset[], number, number[][], boolean][])('%s', (_, subsets, max, expected, cut) => {
    const result = truncated(subsets, max);
    const counts = result.subsets.map((one) => [one.addresses?.length ?? 0, one.notReadyAddresses?.length ?? 0]);
    expect([counts, result.cut]).toEqual([expected, cut]);
  });
});

describe('Endpoints of a service', () => {
  it('say that they are cut, follow labels and go with the service', () => {
    const cluster = createTestCluster({ components: (ctx) => [createEndpointsController(ctx)] });
    const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
    const metadata = { name: 'web', namespace: 'default', labels: { team: 'x' } };
    unwrap(cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Service', metadata, spec }));
    for (let i = 0; i < 1001; i++) {
      const [made] = cluster.create(pod(`p${i}`, { labels: { app: 'web' }, nodeName: 'n' }));
      const ip = `10.0.${i >> 8}.${i & 255}`;
      unwrap(cluster.client.updateStatus({ ...made, status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] } } as Pod));
    }
    cluster.settle();
    const endpoints = cluster.get('Endpoints', 'default', 'web');
    expect(endpoints.subsets?.[0]?.notReadyAddresses?.length).toBe(1000);
    expect(endpoints.metadata.annotations).toMatchObject({ 'endpoints.kubernetes.io/over-capacity': 'truncated' });
    expect(endpoints.metadata.labels).toEqual({ team: 'x', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
    cluster.client.delete({ kind: 'Service', namespace: 'default', name: 'web' });
    cluster.settle();
    expect(cluster.list('Endpoints')).toEqual([]);
  });
});

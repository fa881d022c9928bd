import { describe, expect, it } from 'vitest';
import type { AnyObject, EndpointSlice, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { portKey, sortPorts } from '../common/endpoints/portOrder.ts';
import { createEndpointSliceController } from './index.ts';
import { addTopologyHints, cpuShares } from './topology.ts';

const ZONE = 'topology.kubernetes.io/zone';

function lab(): TestCluster {
  const cluster = createTestCluster({ components: (ctx) => [createEndpointSliceController(ctx)] });
  cluster.create(node('n1', { labels: { [ZONE]: 'a' } }), node('n2', { labels: { [ZONE]: 'b' } }));
  return cluster;
}

function service(cluster: TestCluster, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): void {
  const full = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec };
  unwrap(
    cluster.client.create<AnyObject>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default', ...metadata } as AnyObject['metadata'],
      spec: full,
    }),
  );
}

let next = 0;
function running(cluster: TestCluster, name: string, on = 'n1', ready = true): void {
  cluster.create(pod(name, { labels: { app: 'web' }, nodeName: on }));
  state(cluster, name, ready, `10.0.${next >> 8}.${next++ & 255}`);
}

function state(cluster: TestCluster, name: string, ready: boolean, podIP?: string): void {
  const now = cluster.get('Pod', 'default', name);
  const ip = podIP ?? now.status.podIP ?? '';
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: cluster.ctx.clock.timestamp() }];
  const status = { ...now.status, phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
  unwrap(cluster.client.updateStatus({ ...now, status } as Pod));
}

const sizes = (cluster: TestCluster): number[] =>
  cluster
    .list('EndpointSlice')
    .map(({ endpoints }) => (endpoints ?? []).length)
    .sort((a, b) => a - b);

describe('slices of a service', () => {
  it('hold a hundred endpoints each and fill up again', () => {
    const cluster = lab();
    service(cluster);
    for (let i = 0; i < 205; i++) running(cluster, `p${i}`);
    cluster.settle();
    expect(sizes(cluster)).toEqual([5, 100, 100]);
    for (let i = 205; i < 250; i++) running(cluster, `p${i}`);
    cluster.settle();
    expect(sizes(cluster)).toEqual([50, 100, 100]);
  });

  it('are never none, and what somebody deletes or empties comes back after a second', () => {
    const cluster = lab();
    service(cluster);
    cluster.settle();
    expect(sizes(cluster)).toEqual([0]);
    running(cluster, 'p');
    cluster.settle();
    const [slice] = cluster.list('EndpointSlice');
    unwrap(cluster.client.update({ ...(slice as EndpointSlice), endpoints: [] }));
    cluster.runFor(900);
    expect(sizes(cluster)).toEqual([0]);
    cluster.runFor(200);
    expect(sizes(cluster)).toEqual([1]);
  });

  it('say when the change came to pass', () => {
    const cluster = lab();
    service(cluster);
    cluster.runFor(5_000);
    running(cluster, 'p');
    cluster.runFor(3_000);
    const time = (): string | undefined =>
      cluster.list('EndpointSlice')[0]?.metadata.annotations?.['endpoints.kubernetes.io/last-change-trigger-time'];
    expect(time()).toBe('2026-01-01T00:00:05Z');
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'p' });
    cluster.runFor(1_000);
    expect(time()).toBeUndefined();
  });

  it('leave out pods of unknown nodes and say so', () => {
    const cluster = lab();
    service(cluster);
    running(cluster, 'p', 'gone');
    cluster.runFor(10);
    expect(sizes(cluster)).toEqual([0]);
    expect(cluster.events('web')[0]).toBe(
      'Warning FailedToUpdateEndpointSlices Error updating Endpoint Slices for Service default/web: skipping Pod p for Service default/web: Node gone Not Found',
    );
  });

  it('do not change by a restart', () => {
    const cluster = lab();
    service(cluster);
    for (let i = 0; i < 5; i++) running(cluster, `p${i}`, i % 2 === 0 ? 'n1' : 'n2', i !== 3);
    cluster.settle();
    const before = cluster.list('EndpointSlice');
    for (const component of cluster.components) component.stop();
    for (const component of cluster.components) component.start();
    cluster.settle();
    expect(cluster.list('EndpointSlice')).toEqual(before);
  });
});

describe('hints by CPU', () => {
  const zones = (slices: readonly EndpointSlice[]) =>
    slices.flatMap(({ endpoints }) =>
      (endpoints ?? []).map(({ hints }) => hints?.forZones?.map(({ name }) => name).join() ?? ''),
    );
  const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };

  it.each([
    [4, 0, ['a', 'a', 'b', 'b']],
    [2, 2, ['a', 'a', 'b', 'b']],
    [1, 3, ['a', 'a', 'b', 'b']],
  ])('%i endpoints in one zone and %i in the other are shared out', (inA, inB, expected) => {
    const cluster = lab();
    service(cluster, {}, { annotations });
    for (let i = 0; i < inA + inB; i++) running(cluster, `p${i}`, i < inA ? 'n1' : 'n2');
    cluster.settle();
    expect(zones(cluster.list('EndpointSlice')).sort()).toEqual(expected);
    expect(cluster.events('web').at(-1)).toBe(
      'Normal TopologyAwareHintsEnabled Topology Aware Hints has been enabled, addressType: IPv4',
    );
  });

  it('go when the annotation goes', () => {
    const cluster = lab();
    service(cluster, {}, { annotations });
    running(cluster, 'p0');
    running(cluster, 'p1', 'n2');
    cluster.settle();
    const patch = { metadata: { annotations: { 'service.kubernetes.io/topology-mode': null } } };
    unwrap(cluster.client.patch({ kind: 'Service', namespace: 'default', name: 'web' }, 'merge', patch));
    cluster.settle();
    expect(zones(cluster.list('EndpointSlice'))).toEqual(['', '']);
    expect(cluster.events('web').at(-1)).toContain('Warning TopologyAwareHintsDisabled');
  });

  it('need a zone and CPU of every ready node', () => {
    expect(cpuShares([node('x', { labels: { [ZONE]: 'a' } }), node('y')])).toBeUndefined();
    expect([
      ...(cpuShares([node('x', { labels: { [ZONE]: 'b' } }), node('y', { labels: { [ZONE]: 'a' }, cpu: '12' })]) ?? []),
    ]).toEqual([
      ['a', 0.75],
      ['b', 0.25],
    ]);
    const hinted = addTopologyHints({ create: [], update: [], unchanged: [] }, 'IPv4', undefined, false);
    expect(hinted.events[0]?.message).toContain('Insufficient Node information');
  });
});

describe('ports of slices', () => {
  it('are in the order a real cluster lists them', () => {
    const web = { name: 'web', protocol: 'TCP', port: 9090 };
    const dns = { name: 'dns', protocol: 'UDP', port: 5353, appProtocol: 'example.com/dns' };
    for (const port of [9090, 8080]) {
      expect(sortPorts([{ ...web, port }, dns]).map(({ name }) => name)).toEqual(['dns', 'web']);
    }
    expect(portKey([web, dns])).toBe(portKey([dns, web]));
    expect(portKey([web])).not.toBe(portKey([dns]));
  });
});

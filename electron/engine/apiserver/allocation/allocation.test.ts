import { describe, expect, it } from 'vitest';
import type { AnyObject, Service } from '#shared/kube/types.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';

type Spec = Record<string, unknown>;

function make(cluster: TestCluster, name: string, spec: Spec, dryRun = false) {
  const metadata = { name, namespace: 'default' };
  const full = { selector: { app: 'x' }, ports: [{ port: 80 }], ...spec };
  return cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Service', metadata, spec: full }, { dryRun });
}

function made(cluster: TestCluster, name: string, spec: Spec, dryRun = false): Service['spec'] {
  return (unwrap(make(cluster, name, spec, dryRun)) as unknown as Service).spec;
}

function patched(cluster: TestCluster, name: string, spec: Spec) {
  return cluster.client.patch({ kind: 'Service', namespace: 'default', name }, 'merge', { spec });
}

function specAfter(cluster: TestCluster, name: string, spec: Spec): Service['spec'] {
  return (unwrap(patched(cluster, name, spec)) as unknown as Service).spec;
}

describe('what the server gives to services', () => {
  it('the same seed gives the same values, above the bands for chosen ones', () => {
    const [a, b] = [1, 1].map(() => made(createTestCluster(), 's', { type: 'NodePort' }));
    expect(a).toEqual(b);
    const number = (a?.clusterIP ?? '').split('.').map(Number);
    expect(number.slice(0, 2)).toEqual([10, 96]);
    expect((number[2] ?? 0) * 256 + (number[3] ?? 0)).toBeGreaterThan(256);
    expect(a?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30_086);
  });

  it('a dry run draws nothing', () => {
    const [plain, after] = [createTestCluster(), createTestCluster()];
    const dry = made(after, 's', { type: 'NodePort', externalTrafficPolicy: 'Local' }, true);
    expect([dry.clusterIP, dry.ports?.[0]?.nodePort]).toEqual(['10.96.0.0', 32_769]);
    expect(made(after, 's', { type: 'NodePort' })).toEqual(made(plain, 's', { type: 'NodePort' }));
  });

  it('values of a deleted service are free again', () => {
    const cluster = createTestCluster();
    const fixed = { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30_001 }] };
    made(cluster, 'a', fixed);
    expect(make(cluster, 'b', fixed)).toMatchObject({ ok: false, error: { code: 422 } });
    cluster.client.delete({ kind: 'Service', namespace: 'default', name: 'a' });
    expect(made(cluster, 'b', fixed).clusterIP).toBe('10.96.0.9');
  });

  it('one node port serves both protocols of a port', () => {
    const ports = [
      { name: 'a', port: 53 },
      { name: 'b', port: 53, protocol: 'UDP' },
      { name: 'c', port: 54 },
    ];
    const given = made(createTestCluster(), 's', { type: 'NodePort', ports }).ports?.map(({ nodePort }) => nodePort) ?? [];
    expect(given[0]).toBe(given[1]);
    expect(given[2]).not.toBe(given[0]);
  });

  it('balancers without node ports keep those that are asked for', () => {
    const ports = [
      { name: 'a', port: 80, nodePort: 30_002 },
      { name: 'b', port: 81 },
    ];
    const spec = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports };
    expect(made(createTestCluster(), 's', spec).ports?.map(({ nodePort }) => nodePort)).toEqual([30_002, undefined]);
  });

  it('the health check port comes and goes with the traffic policy and does not change', () => {
    const cluster = createTestCluster();
    const port = made(cluster, 's', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }).healthCheckNodePort;
    expect(port).toBeGreaterThan(30_000);
    expect(patched(cluster, 's', { healthCheckNodePort: 30_003 })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('spec.healthCheckNodePort: Invalid value: 30003: field is immutable') },
    });
    expect(specAfter(cluster, 's', { externalTrafficPolicy: 'Cluster' }).healthCheckNodePort).toBeUndefined();
    make(cluster, 'taken', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_004 }] });
    const refused = make(cluster, 'h', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30_004 });
    expect(refused).toMatchObject({ ok: false, error: { code: 500, reason: 'InternalError' } });
  });
});

describe('what an update may do', () => {
  it('what the client leaves out is put back', () => {
    const cluster = createTestCluster();
    const before = made(cluster, 's', { type: 'NodePort', ports: [{ name: 'a', port: 80 }] });
    const after = specAfter(cluster, 's', { clusterIP: null, clusterIPs: null, ports: [{ name: 'a', port: 81 }] });
    expect(after.clusterIPs).toEqual(before.clusterIPs);
    expect(after.ports?.[0]).toMatchObject({ port: 81, nodePort: before.ports?.[0]?.nodePort });
  });

  it.each([
    [{ type: 'NodePort' }, { type: 'ClusterIP' }, ['clusterIP', 'internalTrafficPolicy'], ['externalTrafficPolicy']],
    [
      { type: 'LoadBalancer', loadBalancerClass: 'a.example/b' },
      { type: 'ExternalName', externalName: 'a.example' },
      ['externalName'],
      ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'loadBalancerClass', 'internalTrafficPolicy'],
    ],
    [{ type: 'ExternalName', externalName: 'a.example' }, { type: 'ClusterIP' }, ['clusterIP', 'ipFamilies'], []],
  ])('%j becomes %j: has %j, no %j', (from, to, kept, gone) => {
    const cluster = createTestCluster();
    made(cluster, 's', from);
    const after = specAfter(cluster, 's', to) as unknown as Record<string, unknown>;
    for (const field of kept) expect(after).toHaveProperty(field);
    for (const field of gone) expect(after).not.toHaveProperty(field);
    if (to.type === 'ClusterIP') expect(after.ports).not.toMatchObject([{ nodePort: expect.anything() }]);
  });

  it('an address does not change', () => {
    const cluster = createTestCluster();
    made(cluster, 's', {});
    expect(patched(cluster, 's', { clusterIP: '10.96.0.99' })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set') },
    });
  });
});

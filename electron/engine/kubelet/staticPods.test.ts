import { describe, expect, it } from 'vitest';
import { createFaults } from '../faults/index.ts';
import { createSimulation } from '../index.ts';
import { node } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { createKubelets } from './index.ts';
import { parseStaticPods, STATIC_PODS_ANNOTATION } from './staticPods.ts';

function manifest(name: string, image = 'registry.example/web:v1') {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { priorityClassName: 'system-node-critical', containers: [{ name: 'app', image }] },
  };
}

function setUp() {
  const faults = createFaults();
  let kubelets: ReturnType<typeof createKubelets> | undefined;
  const cluster = createTestCluster({
    components: (ctx) => {
      kubelets = createKubelets(ctx, faults);
      return [kubelets];
    },
  });
  cluster.create(node('n1'));
  const place = (...pods: unknown[]) => {
    const annotations = { [STATIC_PODS_ANNOTATION]: JSON.stringify(pods) };
    cluster.client.patch({ kind: 'Node', namespace: '', name: 'n1' }, 'merge', { metadata: { annotations } });
  };
  const mirror = () => cluster.get('Pod', 'default', 'web-n1');
  return { cluster, faults, place, mirror, kubelets: () => kubelets };
}

describe('static pods', () => {
  it('run on their machine and are mirrored', () => {
    const { cluster, place, mirror } = setUp();
    place(manifest('web'));
    cluster.runFor(10_000);
    const { metadata, spec, status } = mirror();
    expect(metadata.annotations?.['kubernetes.io/config.mirror']).toBe(metadata.annotations?.['kubernetes.io/config.hash']);
    expect(metadata.annotations?.['kubernetes.io/config.source']).toBe('file');
    expect(metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', name: 'n1', controller: true });
    expect([spec.nodeName, spec.priority]).toEqual(['n1', 2_000_001_000]);
    expect(spec.tolerations).toContainEqual({ operator: 'Exists', effect: 'NoExecute' });
    expect([status.phase, status.containerStatuses?.[0]?.ready]).toEqual(['Running', true]);
    expect(cluster.ctx.informer('Pod').lister.size).toBe(1);
  });

  it('live on when their mirror is deleted, which comes back', () => {
    const { cluster, place, mirror } = setUp();
    place(manifest('web'));
    cluster.runFor(10_000);
    const before = mirror();
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'web-n1' });
    cluster.runFor(1000);
    const after = mirror();
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.status.containerStatuses).toEqual(before.status.containerStatuses);
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'web-n1' }, { gracePeriodSeconds: 0 });
    cluster.runFor(1000);
    expect(mirror().status.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('end with their manifest, and begin anew with another one', () => {
    const { cluster, place, mirror } = setUp();
    place(manifest('web'));
    cluster.runFor(10_000);
    place(manifest('web', 'registry.example/web:v2'));
    cluster.runFor(10_000);
    expect(mirror().spec.containers[0]?.image).toBe('registry.example/web:v2');
    expect(mirror().status.containerStatuses?.[0]).toMatchObject({ ready: true, image: 'registry.example/web:v2' });
    place();
    cluster.runFor(10_000);
    expect(cluster.list('Pod')).toEqual([]);
  });

  it('survive restarts of the kubelet, a cut network and, restarted, a crash', () => {
    const { cluster, faults, place, mirror } = setUp();
    place(manifest('web'));
    cluster.runFor(10_000);
    const started = mirror().status.containerStatuses;
    cluster.components[0]?.stop();
    cluster.components[0]?.start();
    cluster.runFor(5000);
    faults.partition('n1');
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'web-n1' }, { gracePeriodSeconds: 0 });
    cluster.runFor(20_000);
    expect(cluster.list('Pod')).toEqual([]);
    faults.recover('n1');
    cluster.runFor(5000);
    expect(mirror().status.containerStatuses).toEqual(started);
    faults.crash('n1');
    cluster.runFor(5000);
    faults.recover('n1');
    cluster.runFor(10_000);
    expect(mirror().status.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 1 });
  });

  it('end with an orderly shutdown and begin anew with the machine', () => {
    const { cluster, faults, place, mirror, kubelets } = setUp();
    place(manifest('web'));
    cluster.runFor(10_000);
    kubelets()?.shutDown('n1', { graceMs: 20_000, criticalGraceMs: 10_000, byPriority: [] });
    cluster.runFor(20_000);
    expect([faults.of('n1'), mirror().status.phase, mirror().status.reason]).toEqual(['crashed', 'Failed', 'Terminated']);
    faults.recover('n1');
    cluster.runFor(10_000);
    expect([mirror().status.phase, mirror().status.reason]).toEqual(['Running', undefined]);
    expect(mirror().status.containerStatuses?.[0]?.ready).toBe(true);
  });

  it.each([
    ['{', 'it is no JSON'],
    ['[{"kind":"Node"}]', 'kind Pod'],
    ['{"kind":"Pod","metadata":{}}', 'metadata.name'],
    ['{"kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"b"}]}}', 'an image'],
    [JSON.stringify([manifest('a'), manifest('a')]), 'two pods are named default/a'],
  ])('%s is not understood', (text, words) => {
    const read = parseStaticPods(text);
    expect(read.ok ? '' : read.error).toContain(words);
  });

  it('show which parts of the control plane run', () => {
    const simulation = createSimulation({ seed: 1, config: { kubelet: { controlPlaneStaticPods: true } } });
    const plane = node('cp', { labels: { 'node-role.kubernetes.io/control-plane': '' } });
    expect(simulation.load([plane, node('w')] as never).ok).toBe(true);
    const names = () => {
      simulation.run({ untilMs: simulation.nowMs + 40_000 });
      const pods = simulation.objects().filter(({ kind, metadata }) => kind === 'Pod' && metadata.namespace === 'kube-system');
      return pods.map(({ metadata }) => metadata.name).sort();
    };
    const all = ['etcd-cp', 'kube-apiserver-cp', 'kube-controller-manager-cp', 'kube-scheduler-cp'];
    expect(names()).toEqual(all);
    simulation.execute({ type: 'stopComponent', component: 'kube-scheduler' });
    expect(names()).toEqual(all.slice(0, 3));
    simulation.execute({ type: 'startComponent', component: 'kube-scheduler' });
    expect(names()).toEqual(all);
  });
});

import { describe, expect, it } from 'vitest';
import { getCondition } from '#shared/kube/conditions.ts';
import { createFaults } from '../faults/index.ts';
import { node, pod } from '../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import { createKubelets, type Kubelets } from './index.ts';

function setUp(): { cluster: TestCluster; faults: ReturnType<typeof createFaults>; kubelets: Kubelets } {
  const faults = createFaults();
  let kubelets: Kubelets | undefined;
  const cluster = createTestCluster({
    components: (ctx) => {
      kubelets = createKubelets(ctx, faults);
      return [kubelets];
    },
  });
  if (kubelets === undefined) throw new Error('no kubelets');
  return { cluster, faults, kubelets };
}

function state(cluster: TestCluster, name = 'a') {
  const { status } = cluster.get('Pod', 'default', name);
  const container = status.containerStatuses?.[0];
  const condition = (type: string) => getCondition(status.conditions, type)?.status;
  return [
    status.phase,
    Object.keys(container?.state ?? {})[0],
    container?.state?.waiting?.reason,
    condition('Ready'),
    container?.restartCount,
  ];
}

describe('kubelet', () => {
  it('registers a node that has no status', () => {
    const { cluster } = setUp();
    cluster.create(node('n1', { ready: 'none' }));
    cluster.runFor(1000);
    const { status, metadata } = cluster.get('Node', '', 'n1');
    expect(status.conditions?.map((c) => [c.type, c.status, c.reason])).toEqual([
      ['MemoryPressure', 'False', 'KubeletHasSufficientMemory'],
      ['DiskPressure', 'False', 'KubeletHasNoDiskPressure'],
      ['PIDPressure', 'False', 'KubeletHasSufficientPID'],
      ['Ready', 'True', 'KubeletReady'],
    ]);
    expect(status.nodeInfo?.kubeletVersion).toBe('v1.36.2');
    expect(metadata.labels?.['kubernetes.io/os']).toBe('linux');
    expect(cluster.events('n1')).toEqual([
      'Normal Starting Starting kubelet.',
      'Normal NodeReady Node n1 status is now: NodeReady',
    ]);
    expect(cluster.list('Lease').map((lease) => lease.metadata.name)).toEqual(['n1']);
  });

  it('takes a pod from bound to ready in the configured times', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1', cpu: '1' }));
    expect(state(cluster)).toEqual(['Pending', undefined, undefined, undefined, undefined]);
    cluster.runFor(200);
    expect(state(cluster)).toEqual(['Pending', 'waiting', 'ContainerCreating', 'False', 0]);
    cluster.runFor(1500 + 799);
    expect(state(cluster)[0]).toBe('Pending');
    cluster.runFor(1);
    expect(state(cluster)).toEqual(['Running', 'running', undefined, 'False', 0]);
    cluster.runFor(1000);
    expect(state(cluster)).toEqual(['Running', 'running', undefined, 'True', 0]);
    const { status } = cluster.get('Pod', 'default', 'a');
    expect(status.conditions?.map((c) => c.type)).toEqual([
      'PodReadyToStartContainers',
      'Initialized',
      'Ready',
      'ContainersReady',
      'PodScheduled',
    ]);
    expect(status.podIP).toBe('10.244.0.2');
    expect(cluster.events('a').map((line) => line.replace(/\d+ bytes/, 'N bytes'))).toEqual([
      'Normal Pulling Pulling image "registry.example/app:v1"',
      'Normal Pulled Successfully pulled image "registry.example/app:v1" in 1.5s (1.5s including waiting). Image size: N bytes.',
      'Normal Created Container created',
      'Normal Started Container started',
    ]);
    cluster.create(pod('b', { nodeName: 'n1' }));
    cluster.runFor(1000);
    expect(state(cluster, 'b')[0]).toBe('Running');
    expect(cluster.events('b')[0]).toBe(
      'Normal Pulled Container image "registry.example/app:v1" already present on machine and can be accessed by the pod',
    );
  });

  it('ends a pod gracefully, and by force when it outlives its grace, two seconds at least', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    cluster.create(
      pod('a', { nodeName: 'n1' }),
      pod('b', { nodeName: 'n1', annotations: { 'stowage.dev/termination-seconds': '60' }, finalizers: ['x.y/z'] }),
      pod('c', { nodeName: 'n1' }),
    );
    cluster.settle();
    for (const [name, gracePeriodSeconds] of [
      ['a', 30],
      ['b', 1],
      ['c', 0],
    ] as const)
      cluster.client.delete({ kind: 'Pod', namespace: 'default', name }, { gracePeriodSeconds });
    const left = () => cluster.list('Pod').map((p) => [p.metadata.name, p.status.phase]);
    expect(left().map(([name]) => name)).toEqual(['a', 'b']);
    cluster.runFor(1499);
    expect(left().length).toBe(2);
    cluster.runFor(1);
    expect(left()).toEqual([['b', 'Running']]);
    cluster.runFor(500);
    expect(left()).toEqual([['b', 'Failed']]);
    expect(cluster.get('Pod', 'default', 'b').status.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);
    expect(cluster.events('a').at(-1)).toBe('Normal Killing Stopping container app');
  });

  it('restarts at once, then with doubling back-off', () => {
    const { cluster, kubelets } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1' }));
    cluster.settle();
    expect(kubelets.failContainer('default', 'a', 'app', 1)).toBeUndefined();
    expect(state(cluster)).toEqual(['Running', 'terminated', undefined, 'False', 0]);
    cluster.runFor(1000);
    expect(state(cluster)).toEqual(['Running', 'running', undefined, 'False', 1]);
    kubelets.failContainer('default', 'a', 'app', 1);
    cluster.runFor(9999);
    expect(state(cluster)).toEqual(['Running', 'waiting', 'CrashLoopBackOff', 'False', 1]);
    expect(cluster.get('Pod', 'default', 'a').status.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /^back-off 10s restarting failed container=app pod=a_default\(/,
    );
    cluster.runFor(1000);
    expect(state(cluster)[4]).toBe(2);
    kubelets.failContainer('default', 'a', 'app', 1);
    cluster.runFor(500);
    expect(cluster.get('Pod', 'default', 'a').status.containerStatuses?.[0]?.state?.waiting?.message).toMatch(/^back-off 20s /);
  });

  it('backs off from an image that is not there', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1', spec: { containers: [{ name: 'app', image: 'web:bad2' }] } }));
    cluster.runFor(1700);
    expect(state(cluster)).toEqual(['Pending', 'waiting', 'ErrImagePull', 'False', 0]);
    cluster.runFor(200);
    expect(state(cluster)).toEqual(['Pending', 'waiting', 'ImagePullBackOff', 'False', 0]);
    expect(cluster.events('a').map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      'Normal Pulling Pulling image',
      'Warning Failed Failed to',
      'Warning Failed Error: ErrImagePull',
      'Normal BackOff Back-off pulling',
      'Warning Failed Error: ImagePullBackOff',
    ]);
    const count = () => cluster.list('Event').find((event) => event.reason === 'Pulling')?.count;
    cluster.runFor(9700);
    expect(count()).toBe(1);
    cluster.runFor(200);
    expect(count()).toBe(2);
  });

  it('shares a pull that is under way', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1' }));
    cluster.runFor(1000);
    cluster.create(pod('b', { nodeName: 'n1' }));
    cluster.runFor(1500);
    expect([state(cluster, 'a')[0], state(cluster, 'b')[0]]).toEqual(['Running', 'Running']);
    expect(cluster.events('b')[1]).toContain('in 500ms (500ms including waiting)');
  });

  it('does not restart for ever within one instant when nothing takes time', () => {
    const faults = createFaults();
    const none = { syncMs: 0, imagePullMs: 0, containerStartMs: 0, readyMs: 0, terminationMs: 0, crashLoopBackoffMs: 0 };
    const cluster = createTestCluster({ config: { kubelet: none }, components: (ctx) => [createKubelets(ctx, faults)] });
    cluster.create(node('n1'));
    cluster.create(
      pod('a', { nodeName: 'n1', annotations: { 'stowage.dev/exit-code': '1' } }),
      pod('b', { nodeName: 'n1', spec: { containers: [{ name: 'app', image: 'x:bad' }] } }),
    );
    cluster.runFor(10_000);
    expect(state(cluster, 'a')[4]).toBeGreaterThan(1);
    expect(state(cluster, 'b')[0]).toBe('Pending');
  });

  it('sends back what does not fit', () => {
    const { cluster } = setUp();
    cluster.create(node('n1', { cpu: '1' }));
    cluster.create(
      pod('a', { nodeName: 'n1', cpu: '600m' }),
      pod('b', { nodeName: 'n1', cpu: '600m' }),
      pod('c', { nodeName: 'n1', spec: { nodeSelector: { disk: 'ssd' } } }),
    );
    cluster.settle();
    const { status } = cluster.get('Pod', 'default', 'b');
    expect([status.phase, status.reason, status.message]).toEqual([
      'Failed',
      'OutOfcpu',
      "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 600, capacity: 1000",
    ]);
    expect(cluster.get('Pod', 'default', 'c').status.reason).toBe('NodeAffinity');
    expect(cluster.events('c')).toEqual([
      "Warning NodeAffinity Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    ]);
  });

  it('runs init containers in order and finished work to Succeeded', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    const image = 'registry.example/app:v1';
    cluster.create(
      pod('a', {
        nodeName: 'n1',
        annotations: { 'stowage.dev/run-seconds': '5' },
        spec: {
          restartPolicy: 'Never',
          initContainers: [
            { name: 'one', image },
            { name: 'side', image, restartPolicy: 'Always' },
            { name: 'two', image },
          ],
          containers: [{ name: 'app', image }],
        },
      }),
    );
    cluster.runFor(300);
    expect(getCondition(cluster.get('Pod', 'default', 'a').status.conditions, 'Initialized')?.message).toBe(
      'containers with incomplete status: [one side two]',
    );
    cluster.runFor(9000);
    expect(state(cluster)[0]).toBe('Running');
    cluster.settle();
    const { status } = cluster.get('Pod', 'default', 'a');
    expect([status.phase, getCondition(status.conditions, 'Ready')?.reason]).toEqual(['Succeeded', 'PodCompleted']);
    expect(
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map((c) => [
        c.name,
        c.state?.terminated?.exitCode,
      ]),
    ).toEqual([
      ['one', 0],
      ['side', 143],
      ['two', 0],
      ['app', 0],
    ]);
  });

  it('follows the readiness annotation', () => {
    const { cluster } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1', annotations: { 'stowage.dev/ready': 'false' } }));
    cluster.settle();
    expect(state(cluster)[3]).toBe('False');
    cluster.client.patch({ kind: 'Pod', namespace: 'default', name: 'a' }, 'merge', {
      metadata: { annotations: { 'stowage.dev/ready': 'true' } },
    });
    cluster.settle();
    expect(state(cluster)[3]).toBe('True');
  });

  it('a crash loses containers, a partition does not', () => {
    const { cluster, faults } = setUp();
    cluster.create(node('n1'), node('n2'));
    cluster.create(pod('a', { nodeName: 'n1' }), pod('b', { nodeName: 'n2' }), pod('c', { nodeName: 'n1' }));
    cluster.settle();
    faults.crash('n1');
    faults.partition('n2');
    const before = cluster.core.store.revision;
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'c' });
    cluster.runFor(60_000);
    expect(cluster.core.store.revision).toBe(before + 1);
    faults.recover('n1');
    faults.recover('n2');
    cluster.settle();
    expect(state(cluster, 'a')).toEqual(['Running', 'running', undefined, 'True', 1]);
    expect(state(cluster, 'b')).toEqual(['Running', 'running', undefined, 'True', 0]);
    expect(cluster.list('Pod').length).toBe(2);
    expect(cluster.events('a')).toContain('Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.');
  });

  it('a pod that came to a dead machine and was deleted meanwhile has failed when the machine is back', () => {
    const { cluster, faults } = setUp();
    cluster.create(node('n1'));
    cluster.settle();
    faults.crash('n1');
    const late = pod('a', { nodeName: 'n1' });
    cluster.create({ ...late, metadata: { ...late.metadata, finalizers: ['a.b/c'] } });
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'a' });
    cluster.runFor(60_000);
    faults.recover('n1');
    cluster.runFor(60_000);
    expect(state(cluster)[0]).toBe('Failed');
  });

  it('leaves a loaded status as it is', () => {
    const { cluster, kubelets } = setUp();
    kubelets.stop();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1' }), pod('b', { nodeName: 'n1' }));
    const running = { startedAt: '2025-12-31T00:00:00Z' };
    const container = {
      name: 'app',
      state: { running },
      lastState: {},
      ready: true,
      restartCount: 4,
      image: 'docker.io/x',
      imageID: 'sha256:1',
      containerID: 'containerd://1',
      started: true,
    };
    const conditions = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: running.startedAt }];
    const given = cluster.get('Pod', 'default', 'a');
    cluster.client.updateStatus({
      ...given,
      status: { phase: 'Running', podIP: '10.1.2.3', conditions, containerStatuses: [container] },
    });
    const bare = cluster.get('Pod', 'default', 'b');
    cluster.client.updateStatus({ ...bare, status: { phase: 'Running' } });
    const before = cluster.get('Pod', 'default', 'a');
    kubelets.start();
    cluster.settle();
    expect(cluster.get('Pod', 'default', 'a')).toEqual(before);
    expect(state(cluster, 'b')).toEqual(['Running', 'running', undefined, 'True', 0]);
    kubelets.failContainer('default', 'a', 'app', 1);
    expect(cluster.get('Pod', 'default', 'a').status.containerStatuses?.[0]).toMatchObject({
      imageID: 'sha256:1',
      state: { terminated: { containerID: 'containerd://1' } },
    });
    cluster.settle();
    expect(state(cluster, 'a')).toEqual(['Running', 'running', undefined, 'True', 5]);
  });

  it('kills what uses more memory than its limit', () => {
    let memoryBytes = 5_000_000;
    const usage = { containersOf: () => [{ name: 'app', memoryBytes }] };
    const cluster = createTestCluster({ components: (ctx) => [createKubelets(ctx, createFaults(), usage)] });
    cluster.create(node('n1'));
    const limited = { name: 'app', image: 'x:1', resources: { limits: { memory: '10M' } } };
    cluster.create(
      // Only machines with load are looked at.
      pod('a', { nodeName: 'n1', annotations: { 'stowage.dev/usage': '{}' }, spec: { containers: [limited] } }),
      pod('b', { nodeName: 'n1', spec: { containers: [{ name: 'app', image: 'x:1' }] } }),
    );
    cluster.runFor(30_000);
    expect([state(cluster, 'a')[4], state(cluster, 'b')[4]]).toEqual([0, 0]);
    memoryBytes = 10_000_001;
    cluster.runFor(12_000);
    expect([state(cluster, 'a')[4], state(cluster, 'b')[4]]).toEqual([1, 0]);
    expect(cluster.get('Pod', 'default', 'a').status.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      reason: 'OOMKilled',
      exitCode: 137,
    });
  });

  it('goes on after a restart of the component', () => {
    const { cluster, kubelets } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('a', { nodeName: 'n1' }), pod('b', { nodeName: 'n1' }));
    cluster.settle();
    const before = cluster.get('Pod', 'default', 'a');
    kubelets.stop();
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'b' });
    cluster.create(pod('c', { nodeName: 'n1' }));
    cluster.runFor(5000);
    expect(cluster.list('Pod').length).toBe(3);
    kubelets.start();
    cluster.settle();
    expect(cluster.get('Pod', 'default', 'a').status).toEqual(before.status);
    expect(cluster.list('Pod').map((p) => [p.metadata.name, p.status.phase])).toEqual([
      ['a', 'Running'],
      ['c', 'Running'],
    ]);
  });
});

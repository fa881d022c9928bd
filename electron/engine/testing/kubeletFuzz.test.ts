import { describe, expect, it } from 'vitest';
import type { Container, ContainerStatus, Pod } from '#shared/kube/types.ts';
import { createFaults } from '../faults/index.ts';
import { createKubelets, type Kubelets } from '../kubelet/index.ts';
import { SeededRandom } from '../sim/random.ts';
import type { RandomStream } from '../sim/types.ts';
import { node, pod } from './builders.ts';
import { createTestCluster, type TestCluster } from './harness.ts';

const INSTANT = { syncMs: 0, imagePullMs: 0, containerStartMs: 0, readyMs: 0, terminationMs: 0, crashLoopBackoffMs: 0 };
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  'run-seconds': ['0', '3', '17'],
  'exit-code': ['0', '1', '1,0', '3'],
  'oom-seconds': ['0', '12'],
  liveness: ['fail', 'fail@5s', 'pass@3s,fail@20s'],
  readiness: ['fail', 'pass@9s', 'timeout@10s,pass@30s'],
  startup: ['fail', 'pass@6s'],
  'post-start': ['fail@1s', 'pass@3s', 'fail'],
  'start-error': ['no'],
  'create-error': ['no'],
  'termination-seconds': ['0', '8', '40'],
  ready: ['true', 'false'],
};

function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.nextInt(from.length)] as T;
}

/** A container with probes, hooks and references drawn by chance. */
function container(random: RandomStream, name: string): Container {
  const one = (of: number): boolean => random.nextInt(of) === 0;
  const grace = one(2) ? { terminationGracePeriodSeconds: 3 } : {};
  return {
    name,
    image: pick(random, ['app:v1', 'app:v1', 'x:bad', 'y:slow1', 'Z', 'w:2']),
    ...(one(3) ? { livenessProbe: { httpGet: { port: 80 }, periodSeconds: 1 + random.nextInt(5), ...grace } } : {}),
    ...(one(3) ? { readinessProbe: { exec: { command: ['cat', '/x'] }, initialDelaySeconds: random.nextInt(4) } } : {}),
    ...(one(4) ? { startupProbe: { tcpSocket: { port: 1 }, periodSeconds: 2, failureThreshold: 1 + random.nextInt(5) } } : {}),
    ...(one(3) ? { lifecycle: { preStop: { sleep: { seconds: 3 } }, postStart: { exec: { command: ['a'] } } } } : {}),
    ...(one(5) ? { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] } : {}),
  };
}

function program(random: RandomStream, name: string): Pod {
  const annotations: Record<string, string> = {};
  for (const [key, values] of Object.entries(SCRIPTS))
    if (random.nextInt(3) === 0)
      annotations[`stowage.dev/${key}${pick(random, ['', '.a', '.b', '.i', '.s'])}`] = pick(random, values);
  const { name: _i, image } = container(random, 'i');
  const inits = [
    ...(random.nextInt(2) === 0 ? [{ name: 'i', image: image ?? '' }] : []),
    ...(random.nextInt(2) === 0 ? [{ ...container(random, 's'), restartPolicy: 'Always' }] : []),
  ];
  const mains = [container(random, 'a'), ...(random.nextInt(2) === 0 ? [container(random, 'b')] : [])];
  return pod(name, {
    annotations,
    nodeName: pick(random, ['n1', 'n2']),
    spec: {
      nodeName: pick(random, ['n1', 'n2']),
      restartPolicy: pick(random, ['Always', 'OnFailure', 'Never']),
      terminationGracePeriodSeconds: 9 + random.nextInt(20),
      ...(random.nextInt(4) === 0 ? { activeDeadlineSeconds: 1 + random.nextInt(60) } : {}),
      ...(inits.length === 0 ? {} : { initContainers: inits }),
      containers: mains,
      ...(random.nextInt(6) === 0 ? { volumes: [{ name: 'v', configMap: { name: 'c' } }] } : {}),
    },
  });
}

/** What must hold at each change of a pod's status. */
function check(before: Pod, after: Pod): void {
  const last = (one: Pod): boolean => one.status.phase === 'Succeeded' || one.status.phase === 'Failed';
  if (last(before)) expect(after.status.phase).toBe(before.status.phase);
  const statuses: ContainerStatus[] = [...(after.status.initContainerStatuses ?? []), ...(after.status.containerStatuses ?? [])];
  if (last(after)) expect(statuses.filter((one) => one.state?.running !== undefined)).toEqual([]);
  for (const one of statuses) {
    expect(Object.keys(one.state ?? {})).toHaveLength(1);
    if (one.ready && one.state?.running === undefined) expect(one.state?.terminated?.exitCode).toBe(0);
    const earlier = [...(before.status.initContainerStatuses ?? []), ...(before.status.containerStatuses ?? [])];
    const restarts = earlier.find(({ name }) => name === one.name)?.restartCount ?? 0;
    expect(one.restartCount).toBeGreaterThanOrEqual(restarts);
    expect(one.restartCount - restarts).toBeLessThanOrEqual(1);
  }
}

function disturb(random: RandomStream, cluster: TestCluster, kubelets: Kubelets, faults: ReturnType<typeof createFaults>): void {
  const name = `p${random.nextInt(6)}`;
  const ref = { kind: 'Pod', namespace: 'default', name };
  const pauseMs = random.nextInt(4000);
  const key = `stowage.dev/${pick(random, ['liveness', 'readiness', 'startup', 'ready'])}`;
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, data: { k: 'dg==' } };
  const acts: (() => void)[] = [
    () => kubelets.stop(),
    () => faults.crash('n1'),
    () => faults.partition('n2'),
    () => kubelets.failContainer('default', name, 'a', random.nextInt(3)),
    () => kubelets.terminatePod('default', name, { reason: 'Evicted', message: 'm', graceMs: pauseMs }),
    () =>
      cluster.client.patch(ref, 'merge', { metadata: { annotations: { [key]: pick(random, ['pass', 'fail', null, 'true']) } } }),
    () => cluster.client.create(secret),
    () => cluster.client.delete(ref),
  ];
  const act = random.nextInt(acts.length);
  acts[act]?.();
  cluster.runFor(pauseMs);
  if (act === 0) kubelets.start();
  faults.recover('n1');
  faults.recover('n2');
}

describe('kubelets under any programs and disturbances', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keep their promises and let all pods go (seed %d)', (seed) => {
    const random = new SeededRandom(seed).stream('kubelet fuzz');
    const faults = createFaults();
    const made: Kubelets[] = [];
    const cluster = createTestCluster({
      config: { kubelet: seed % 4 === 0 ? INSTANT : {} },
      components: (ctx) => {
        made.push(createKubelets(ctx, faults));
        return made;
      },
    });
    const kubelets = made[0];
    if (kubelets === undefined) throw new Error('no kubelets');
    cluster.create(node('n1'), node('n2'));
    cluster.ctx.informer('Pod').subscribe({ onUpdate: check });
    for (let i = 0; i < 6; i++) cluster.create(program(random, `p${i}`));
    for (let step = 0; step < 30; step++) {
      cluster.runFor(random.nextInt(8000));
      disturb(random, cluster, kubelets, faults);
    }
    for (const { metadata } of cluster.list('Pod'))
      cluster.client.delete({ kind: 'Pod', namespace: 'default', name: metadata.name });
    cluster.runFor(60_000);
    expect(cluster.list('Pod')).toEqual([]);
  });
});

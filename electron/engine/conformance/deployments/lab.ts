import { compareStrings } from '#shared/core/compare.ts';
import { isPodReady } from '#shared/kube/conditions.ts';
import type { Deployment, KubeEvent, Pod, ReplicaSet } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { createDeploymentController } from '../../controllers/deployment/index.ts';
import { createDisruptionController } from '../../controllers/disruption/index.ts';
import { createGarbageCollector } from '../../controllers/garbagecollector/index.ts';
import { createReplicaSetController } from '../../controllers/replicaset/index.ts';
import { createStatefulSetController } from '../../controllers/statefulset/index.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { LAB_KUBELET, labKubeletOf, withReady } from '../labKubelet.ts';

/** Virtual silence after which the capture counted the cluster as settled. */
const QUIET_MS = 450;
const NODES = 4;

/** One write of a ReplicaSet's size, as the capture recorded it. */
export interface SizeWrite {
  rs: string;
  from: number | null;
  to: number;
}

/** One write of an Event. */
export interface EventWrite {
  type: string;
  reason: string;
  message: string;
  object: string;
  count: number;
}

/** What has been seen since the last reset. */
export interface LabLog {
  sizes: SizeWrite[];
  maxSpecTotal: number;
  minReady: number | null;
}

/** A cluster with the fake kubelet of the capture: binds and starts pods at once, `slow` images become ready only when told, `bad` ones never start. */
export interface Lab {
  readonly cluster: TestCluster;
  readonly events: EventWrite[];
  log(): LabLog;
  resetLog(): void;
  /** Runs until nothing is due within the time of silence. */
  settle(quietMs?: number): void;
  /** Settles, then marks one pod ready after the other, the oldest first, until none is left or `limit` is reached. Returns the number of steps. */
  lockstep(options?: { quietMs?: number; limit?: number }): number;
  deployment(name?: string): Deployment;
}

function isHeld(pod: Pod): boolean {
  const image = pod.spec.containers[0]?.image ?? '';
  return /:(slow|bad)/.test(image) || pod.metadata.annotations?.['lab/ready'] === 'manual';
}

/** Binder and kubelet in one: every pod is placed, started and removed without delay. */
export function fakeKubelet(ctx: ComponentContext): Component {
  const client = ctx.client(LAB_KUBELET);
  let placed = 0;
  return labKubeletOf(ctx, (pod) => {
    const { namespace = '', name } = pod.metadata;
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (pod.metadata.annotations?.['lab/term'] === undefined || !pod.spec.nodeName) {
        client.delete({ kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0 });
      }
    } else if (!pod.spec.nodeName) {
      if (pod.spec.nodeSelector === undefined) client.bind(namespace, name, `node-${(placed++ % NODES) + 1}`);
    } else if (pod.status.phase === 'Pending' && !/:bad/.test(pod.spec.containers[0]?.image ?? '')) {
      client.updateStatus(
        withReady({ ...pod, status: { ...pod.status, phase: 'Running' } }, !isHeld(pod), ctx.clock.timestamp()),
      );
    }
  });
}

/** Starts a lab. `seed` decides random suffixes only; `more` are controllers beside those of workloads. */
export function createLab(seed = 1, more: (ctx: ComponentContext) => readonly Component[] = () => []): Lab {
  const cluster = createTestCluster({
    seed,
    components: (ctx) => [
      createReplicaSetController(ctx),
      createDeploymentController(ctx),
      createStatefulSetController(ctx),
      createDisruptionController(ctx),
      createGarbageCollector(ctx),
      ...more(ctx),
      fakeKubelet(ctx),
    ],
  });
  for (let at = 1; at <= NODES; at++) cluster.create(node(`node-${at}`, { pods: '1000', cpu: '64' }));
  const events: EventWrite[] = [];
  let log: LabLog = { sizes: [], maxSpecTotal: 0, minReady: null };
  const pods = cluster.ctx.informer('Pod');
  const replicaSets = cluster.ctx.informer('ReplicaSet');
  const observe = () => {
    const total = replicaSets.lister.list().reduce((sum, one) => sum + (one.spec.replicas ?? 1), 0);
    const ready = pods.lister.list().filter((pod) => pod.metadata.deletionTimestamp === undefined && isPodReady(pod)).length;
    log.maxSpecTotal = Math.max(log.maxSpecTotal, total);
    log.minReady = log.minReady === null ? ready : Math.min(log.minReady, ready);
  };
  pods.subscribe({ onAdd: observe, onUpdate: observe, onDelete: observe });
  replicaSets.subscribe({
    onAdd: (one) => {
      log.sizes.push({ rs: one.metadata.name, from: null, to: one.spec.replicas ?? 1 });
      observe();
    },
    onUpdate: (before: ReplicaSet, after: ReplicaSet) => {
      if (before.spec.replicas !== after.spec.replicas) {
        log.sizes.push({ rs: after.metadata.name, from: before.spec.replicas ?? 1, to: after.spec.replicas ?? 1 });
      }
      observe();
    },
  });
  const note = (event: KubeEvent) => {
    const { kind = '', name = '' } = event.involvedObject;
    const { type = '', reason = '', message = '', count = 1 } = event;
    events.push({ type, reason, message, object: `${kind}/${name}`, count });
  };
  cluster.ctx.informer('Event').subscribe({ onAdd: note, onUpdate: (_before, after) => note(after) });

  const settle = (quietMs = QUIET_MS) => {
    for (;;) {
      const due = cluster.core.clock.nextDueMs();
      if (due === undefined || due > cluster.nowMs + quietMs) break;
      cluster.run({ untilMs: due });
    }
    cluster.runFor(quietMs);
  };
  /** The not-ready running pod that was created first. */
  const nextUnready = (): Pod | undefined =>
    pods.lister
      .list()
      .filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.status.phase === 'Running' && !isPodReady(pod))
      .filter((pod) => pod.metadata.annotations?.['lab/ready'] !== 'manual' && !/never/.test(pod.spec.containers[0]?.image ?? ''))
      .sort(
        (a, b) =>
          compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
          Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
      )[0];
  return {
    cluster,
    events,
    log: () => log,
    resetLog: () => {
      log = { sizes: [], maxSpecTotal: 0, minReady: null };
    },
    settle,
    lockstep({ quietMs = QUIET_MS, limit = Number.POSITIVE_INFINITY } = {}) {
      let steps = 0;
      for (;;) {
        settle(quietMs);
        const pod = nextUnready();
        if (pod === undefined || steps >= limit) return steps;
        unwrap(cluster.client.updateStatus(withReady(pod, true, cluster.core.clock.timestamp())));
        steps++;
      }
    },
    deployment: (name = 'web') => cluster.get('Deployment', 'default', name),
  };
}

import { compareStrings } from '#shared/core/compare.ts';
import { isPodReady } from '#shared/kube/conditions.ts';
import type { AnyObject, KubeEvent, KubeObject, Pod } from '#shared/kube/types.ts';
import { createControllers } from '../../controllers/index.ts';
import { createScheduler } from '../../scheduler/index.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import type { EventWrite } from '../deployments/lab.ts';
import { withReady } from '../labKubelet.ts';
import { isHeld, labKubelet } from './kubelet.ts';
import { entryOf, type TimelineEntry } from './timeline.ts';

/** Virtual silence after which the capture counted the cluster as settled. */
const QUIET_MS = 450;
/** No heartbeats are sent in this lab: nodes stay as they are. */
const NEVER_MS = 1_000_000_000;

/** Kinds whose changes make up a time line. */
const WATCHED = [
  'DaemonSet',
  'StatefulSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'ControllerRevision',
  'PersistentVolumeClaim',
  'Pod',
] as const;

/**
 * A whole control plane with the capture's nodes and fake kubelet: node-1 to node-4 free, dr-1 and dr-2 (label pool=dr) with the taint
 * lab/dr=1:NoSchedule.
 */
export interface WorkloadLab {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** The Events of the namespace in order of creation, each with its last message; the scheduler's left out, as in the capture. */
  readonly events: readonly EventWrite[];
  /** Changes since the last `resetLog`, in the order of the writes. */
  timeline(): readonly TimelineEntry[];
  resetLog(): void;
  /** Creates objects in the lab's namespace. */
  create(...objects: KubeObject[]): void;
  /** Changes a stored object. */
  edit<T extends KubeObject>(kind: string, name: string, change: (before: T) => T): void;
  /** Runs until nothing is due within the time of silence. */
  settle(quietMs?: number): void;
  /** Runs to that RFC 3339 time; nothing when it has passed. */
  waitUntil(time: string): void;
  /** Settles, then marks one held pod ready after the other, the oldest first; the number of such steps. */
  lockstep(options?: { quietMs?: number; limit?: number }): number;
  /** Pods of the namespace. */
  pods(): readonly Pod[];
}

/** Starts a lab whose objects live in `namespace`, which need not be `default`. */
export function createWorkloadLab(namespace: string, startTime?: string): WorkloadLab {
  const cluster = createTestCluster({
    seed: 1,
    ...(startTime === undefined ? {} : { startTime }),
    components: (ctx) => [createScheduler(ctx), ...createControllers(ctx), labKubelet(ctx)],
    config: { scheduler: { cycleMs: 0 }, nodeLifecycle: { monitorGraceMs: NEVER_MS } },
  });
  createNodes(cluster);
  if (namespace !== 'default') {
    const object: AnyObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    cluster.create(object);
  }
  const events = new Map<string, EventWrite>();
  let timeline: TimelineEntry[] = [];
  watch(cluster, namespace, events, (entry) => timeline.push(entry));
  const settle = (quietMs = QUIET_MS) => settleCluster(cluster, quietMs);
  settle();
  return {
    cluster,
    namespace,
    get events() {
      return [...events.values()];
    },
    timeline: () => timeline,
    resetLog: () => {
      timeline = [];
    },
    create: (...objects) => {
      cluster.create(...objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })));
    },
    edit: (kind, name, change) => {
      unwrap(cluster.client.update(change(cluster.get(kind, namespace, name) as never)));
    },
    settle,
    waitUntil: (time) => {
      const waitMs = cluster.core.clock.parseMs(time) - cluster.nowMs;
      if (waitMs > 0) cluster.runFor(waitMs);
    },
    pods: () => cluster.list('Pod', namespace),
    lockstep({ quietMs = QUIET_MS, limit = Number.POSITIVE_INFINITY } = {}) {
      for (let steps = 0; ; steps++) {
        settle(quietMs);
        const pod = nextUnready(cluster.list('Pod', namespace));
        if (pod === undefined || steps >= limit) return steps;
        unwrap(cluster.client.updateStatus(withReady(pod, true, cluster.core.clock.timestamp())));
      }
    },
  };
}

function createNodes(cluster: TestCluster): void {
  const zone = (name: string) => ({ 'topology.kubernetes.io/region': 'region-1', 'topology.kubernetes.io/zone': name });
  for (let at = 1; at <= 4; at++)
    cluster.create(node(`node-${at}`, { pods: '1000', cpu: '64', labels: zone(at % 2 === 1 ? 'zone-a' : 'zone-b') }));
  for (const name of ['dr-1', 'dr-2']) {
    const taints = [{ key: 'lab/dr', value: '1', effect: 'NoSchedule' as const }];
    cluster.create(node(name, { pods: '1000', cpu: '64', labels: { pool: 'dr' }, taints }));
  }
}

function watch(
  cluster: TestCluster,
  namespace: string,
  events: Map<string, EventWrite>,
  note: (entry: TimelineEntry) => void,
): void {
  const ours = (object: KubeObject) => object.metadata.namespace === namespace;
  for (const kind of WATCHED) {
    const tell = (before: KubeObject | undefined, after: KubeObject | undefined) => {
      const object = after ?? before;
      const entry = object !== undefined && ours(object) ? entryOf(before as AnyObject, after as AnyObject) : undefined;
      if (entry !== undefined) note(entry);
    };
    cluster.ctx.informer<string>(kind).subscribe({
      onAdd: (after) => tell(undefined, after),
      onUpdate: tell,
      onDelete: (before) => tell(before, undefined),
    });
  }
  const noteEvent = (event: KubeEvent) => {
    const { type = '', reason = '', message = '', count = 1 } = event;
    if (!ours(event) || reason === 'Scheduled' || reason === 'FailedScheduling') return;
    const { kind = '', name = '' } = event.involvedObject;
    events.set(event.metadata.name, { type, reason, message, object: `${kind}/${name}`, count });
  };
  cluster.ctx.informer('Event').subscribe({ onAdd: noteEvent, onUpdate: (_before, after) => noteEvent(after) });
}

function settleCluster(cluster: TestCluster, quietMs: number): void {
  for (;;) {
    const due = cluster.core.clock.nextDueMs();
    if (due === undefined || due > cluster.nowMs + quietMs) break;
    cluster.run({ untilMs: due });
  }
  cluster.runFor(quietMs);
}

/** The held pod that was created first and is not ready yet. */
function nextUnready(pods: readonly Pod[]): Pod | undefined {
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.status.phase === 'Running' && !isPodReady(pod))
    .filter((pod) => isHeld(pod) && !/never/.test(pod.spec.containers[0]?.image ?? ''))
    .sort(
      (a, b) =>
        compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
        Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
    )[0];
}

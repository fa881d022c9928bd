import type { AnyObject, HorizontalPodAutoscaler, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { createDeploymentController } from '../../controllers/deployment/index.ts';
import { createHorizontalPodAutoscaler } from '../../controllers/horizontalpodautoscaler/index.ts';
import { createReplicaSetController } from '../../controllers/replicaset/index.ts';
import { createReplicationController } from '../../controllers/replicationcontroller/index.ts';
import { createStatefulSetController } from '../../controllers/statefulset/index.ts';
import { formatTime, parseTime } from '../../sim/time.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { LAB_KUBELET, labKubeletOf, withReady } from '../labKubelet.ts';
import type { Action } from './cases.ts';
import { ScriptedSource } from './source.ts';

/** Sync period of the capture. */
export const SYNC_MS = 2_000;
/** Stabilisation of scaling down in the capture. */
const DOWNSCALE_MS = 10_000;
/** From creation of a pod until it runs. */
const START_MS = 100;
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** What has been seen of the autoscalers and their targets, in order. */
export interface Seen {
  statuses: { hpa: string; status: unknown }[];
  events: { object: string; type: string; reason: string; message: string; source: string }[];
  targets: { object: string; specReplicas: number; statusReplicas: number }[];
}

/** A cluster of the capture: real controllers, a kubelet that starts everything at once, a scripted metrics server. */
export interface AutoscalerLab {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly source: ScriptedSource;
  /** What was seen since the last call. */
  take(): Seen;
  /** False for an action the lab does not know. */
  act(action: Action): boolean;
}

function isHeld(pod: Pod): boolean {
  return /:slow/.test(pod.spec.containers[0]?.image ?? '') || pod.metadata.annotations?.['lab/ready'] === 'manual';
}

/** Binder and kubelet in one. `costOf`: the deletion cost that a pod gets. */
function labKubelet(ctx: ComponentContext, costOf: (pod: Pod) => number): Component {
  const client = ctx.client(LAB_KUBELET);
  const look = (pod: Pod): void => {
    const { namespace = '', name } = pod.metadata;
    if (pod.metadata.deletionTimestamp !== undefined) client.delete({ kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0 });
    else if (!pod.spec.nodeName) {
      client.patch({ kind: 'Pod', namespace, name }, 'merge', {
        metadata: { annotations: { [DELETION_COST]: `${costOf(pod)}` } },
      });
      client.bind(namespace, name, 'node-1');
    } else if (pod.status.phase === 'Pending') {
      const now = ctx.clock.timestamp();
      const running: Pod = { ...pod, status: { ...pod.status, phase: 'Running', startTime: now as never } };
      client.updateStatus(withReady(running, !isHeld(pod), now));
    }
  };
  return labKubeletOf(ctx, look, (pod) => (pod.spec.nodeName ? 0 : START_MS));
}

const TARGET_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'] as const;

/** Notes every change of the autoscalers, of their events and of the workloads that nobody controls. */
function observe(cluster: TestCluster, seen: () => Seen): void {
  const status = (hpa: HorizontalPodAutoscaler) => seen().statuses.push({ hpa: hpa.metadata.name, status: hpa.status });
  cluster.ctx.informer('HorizontalPodAutoscaler').subscribe({
    onAdd: status,
    onUpdate: (_before, after) => status(after),
    onDelete: (hpa) => seen().statuses.push({ hpa: hpa.metadata.name, status: 'DELETED' }),
  });
  for (const kind of TARGET_KINDS) {
    const note = (object: AnyObject) => {
      if (object.metadata.ownerReferences !== undefined) return;
      const { replicas: specReplicas = 0 } = object.spec as { replicas?: number };
      const { replicas: statusReplicas = 0 } = (object.status ?? {}) as { replicas?: number };
      seen().targets.push({ object: `${kind}/${object.metadata.name}`, specReplicas, statusReplicas });
    };
    cluster.ctx.informer<string>(kind).subscribe({
      onAdd: (object) => note(object as AnyObject),
      onUpdate: (_before, after) => note(after as AnyObject),
    });
  }
  cluster.ctx.informer('Event').subscribe({
    onAdd: ({ involvedObject, type = '', reason = '', message = '', source }) => {
      if (involvedObject.kind !== 'HorizontalPodAutoscaler') return;
      seen().events.push({ object: involvedObject.name ?? '', type, reason, message, source: source?.component ?? '' });
    },
    onUpdate: (_before, { involvedObject, type = '', reason = '', message = '', source }) => {
      if (involvedObject.kind !== 'HorizontalPodAutoscaler') return;
      seen().events.push({ object: involvedObject.name ?? '', type, reason, message, source: source?.component ?? '' });
    },
  });
}

/** Starts a lab with an empty namespace. `worth`: what each pod, by number, is worth to keep when a ReplicaSet has to choose. */
export function createAutoscalerLab(namespace: string, worth: ReadonlyMap<number, number>): AutoscalerLab {
  const numbers = new Map<string, number>();
  const made: { source?: ScriptedSource } = {};
  const cluster = createTestCluster({
    config: { hpa: { syncMs: SYNC_MS, downscaleStabilizationMs: DOWNSCALE_MS } },
    components: (ctx) => {
      const pods = ctx.informer('Pod');
      made.source = new ScriptedSource({
        get nowMs() {
          return ctx.clock.nowMs;
        },
        pods: (of) => pods.lister.list(of),
        numberOf: (pod) => numbers.get(pod.metadata.uid ?? '') ?? 0,
      });
      pods.subscribe({ onAdd: (pod) => numbers.set(pod.metadata.uid ?? '', numbers.size) });
      return [
        createReplicaSetController(ctx),
        createDeploymentController(ctx),
        createStatefulSetController(ctx),
        createReplicationController(ctx),
        createHorizontalPodAutoscaler(ctx, made.source),
        labKubelet(ctx, (pod) => worth.get(numbers.get(pod.metadata.uid ?? '') ?? -1) ?? 0),
      ];
    },
  });
  cluster.create(node('node-1', { pods: '1000', cpu: '64' }));
  cluster.create<AnyObject[]>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  let seen: Seen = { statuses: [], events: [], targets: [] };
  observe(cluster, () => seen);
  return {
    cluster,
    namespace,
    source: made.source as ScriptedSource,
    take() {
      const taken = seen;
      seen = { statuses: [], events: [], targets: [] };
      return taken;
    },
    act: (action) => act(cluster, namespace, numbers, action),
  };
}

/** The one workload that actions are about. */
function workload(cluster: TestCluster, namespace: string): AnyObject | undefined {
  for (const kind of TARGET_KINDS) {
    const [found] = cluster.list<string>(kind, namespace).filter(({ metadata }) => metadata.ownerReferences === undefined);
    if (found !== undefined) return found as AnyObject;
  }
  return undefined;
}

function act(cluster: TestCluster, namespace: string, numbers: ReadonlyMap<string, number>, action: Action): boolean {
  const { client } = cluster;
  const [verb, first, second] = action;
  const chosen = () => {
    const wanted = Array.isArray(first) ? (first as number[]) : [first as number];
    return cluster.list('Pod', namespace).filter((pod) => wanted.includes(numbers.get(pod.metadata.uid ?? '') ?? -1));
  };
  const nowMs = cluster.nowMs;
  const startMs = parseTime(cluster.core.startTime) ?? 0;
  const at = (ms: number) => formatTime(startMs + Math.floor(ms / 1000) * 1000, 0);
  const update = (pod: Pod) => unwrap(client.updateStatus(pod));
  const target = () => {
    const { kind = '', metadata } = workload(cluster, namespace) ?? {};
    return { kind, namespace, name: metadata?.name ?? '' };
  };
  switch (verb) {
    case 'ready':
    case 'unready':
      for (const pod of chosen()) update(withReady(pod, verb === 'ready', at(nowMs)));
      return true;
    case 'startago':
      for (const pod of chosen()) {
        const then = at(nowMs - (second as number) * 1000);
        const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
        update(withReady({ ...pod, status: { ...pod.status, startTime: then as never } }, ready, then));
      }
      return true;
    case 'fail':
      for (const pod of chosen()) update({ ...pod, status: { ...pod.status, phase: 'Failed' } });
      return true;
    case 'delete':
      for (const pod of chosen()) client.delete({ kind: 'Pod', namespace, name: pod.metadata.name });
      return true;
    case 'image': {
      const object = workload(cluster, namespace) as AnyObject;
      const { template } = object.spec as { template: { spec: { containers: object[] } } };
      const containers = template.spec.containers.map((one, index) => (index === 0 ? { ...one, image: first } : one));
      const spec = { ...(object.spec as object), template: { ...template, spec: { ...template.spec, containers } } };
      unwrap(client.update({ ...object, spec }));
      return true;
    }
    case 'scale':
      unwrap(client.scale(target(), first as number));
      return true;
    case 'create': {
      const object = first as AnyObject;
      unwrap(client.create({ ...object, metadata: { ...object.metadata, namespace } }));
      return true;
    }
    case 'hpa':
    case 'hpadel': {
      const [hpa] = cluster.list('HorizontalPodAutoscaler', namespace);
      const ref = { kind: 'HorizontalPodAutoscaler', namespace, name: hpa?.metadata.name ?? '' };
      unwrap(verb === 'hpa' ? client.patch(ref, 'merge', first) : client.delete(ref));
      return true;
    }
    default:
      return false;
  }
}

import type { Node, Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../client/types.ts';
import type { SchedulerCache } from './cache/cache.ts';
import { nodeEvents, podEvents } from './clusterevents.ts';
import { action } from './framework/events.ts';
import type { Nominator } from './queue/nominator.ts';
import type { SchedulingQueue } from './queue/queue.ts';

/** Where changes go. `responsible`: some profile bears the pod's schedulerName. */
export interface Sinks {
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  responsible(pod: Pod): boolean;
}

/** How the scheduler looks at a pod: it runs somewhere, it waits for us, or it is none of our business. */
type Standing = 'assigned' | 'pending' | 'none';

function standingOf(pod: Pod, sinks: Sinks): Standing {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return 'none';
  if (pod.spec.nodeName) return 'assigned';
  return sinks.responsible(pod) ? 'pending' : 'none';
}

const keyOfPod = (pod: Pod) => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;

/** Subscribes cache and queue to nodes and pods, with everything that exists. Returns the way to unsubscribe. Models pkg/scheduler eventhandlers.go. */
export function watchCluster(ctx: ComponentContext, sinks: Sinks): () => void {
  const nodes = ctx.informer('Node').subscribe(
    {
      onAdd: (node) => {
        sinks.cache.addNode(node);
        sinks.queue.notify({ resource: 'Node', action: action.add }, undefined, node);
      },
      onUpdate: (before, after) => {
        sinks.cache.updateNode(before, after);
        for (const event of nodeEvents(before, after)) sinks.queue.notify(event, before, after);
      },
      onDelete: (node: Node) => {
        sinks.cache.removeNode(node);
        sinks.queue.notify({ resource: 'Node', action: action.delete }, node, undefined);
      },
    },
    { replay: true },
  );
  const pods = ctx.informer('Pod').subscribe(
    {
      onAdd: (pod) => enter(pod, standingOf(pod, sinks), sinks),
      onUpdate: (before, after) => changed(before, after, sinks),
      onDelete: (pod) => leave(pod, undefined, standingOf(pod, sinks), sinks),
    },
    { replay: true },
  );
  return () => {
    nodes();
    pods();
  };
}

function enter(pod: Pod, standing: Standing, { cache, queue, nominator }: Sinks): void {
  if (standing === 'assigned') {
    cache.setPod(pod);
    queue.notify({ resource: 'AssignedPod', action: action.add }, undefined, pod);
  } else if (standing === 'pending') {
    nominator.set(pod);
    queue.add(pod);
  }
}

function leave(pod: Pod, after: Pod | undefined, standing: Standing, { cache, queue, nominator }: Sinks): void {
  if (standing === 'assigned') {
    cache.removePod(pod);
    queue.notify({ resource: 'AssignedPod', action: action.delete }, pod, after);
  } else if (standing === 'pending') {
    queue.delete(keyOfPod(pod));
    const promised = nominator.nodeOf(keyOfPod(pod)) !== undefined;
    nominator.delete(keyOfPod(pod));
    if (promised && after?.spec.nodeName === undefined) notifyRoomFreed(pod, queue);
  }
}

function changed(before: Pod, after: Pod, sinks: Sinks): void {
  const { cache, queue, nominator } = sinks;
  const was = standingOf(before, sinks);
  const is = standingOf(after, sinks);
  if (was !== is || before.metadata.uid !== after.metadata.uid) {
    leave(before, is === 'none' ? undefined : after, was, sinks);
    enter(after, is, sinks);
  } else if (is === 'assigned') {
    cache.setPod(after);
    for (const event of podEvents(before, after)) queue.notify(event, before, after);
  } else if (is === 'pending') {
    nominator.set(after);
    queue.update(before, after, podEvents(before, after));
    const promised = before.status?.nominatedNodeName;
    if (promised && promised !== after.status?.nominatedNodeName) notifyRoomFreed(before, queue);
  }
}

/** A pod that gave up its nominated node frees room there for pods of the same or lower priority. */
function notifyRoomFreed(pod: Pod, queue: SchedulingQueue): void {
  const priority = pod.spec.priority ?? 0;
  queue.notify(
    { resource: 'AssignedPod', action: action.delete },
    pod,
    undefined,
    (other) => (other.spec.priority ?? 0) <= priority,
  );
}

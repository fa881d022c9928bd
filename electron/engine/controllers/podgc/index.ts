import { compareStrings } from '#shared/core/compare.ts';
import { ok } from '#shared/core/result.ts';
import { nodeReadyCondition, setCondition } from '#shared/kube/conditions.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import type { TimerHandle } from '../../sim/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';

const NAME = 'pod-garbage-collector';
/** Time between two sweeps. Models gcCheckPeriod. */
export const SWEEP_MS = 20_000;
/** How long a node must be missing before its pods go. Models quarantineTime. */
export const QUARANTINE_MS = 40_000;
/** Ended pods kept in the cluster. Models the default of --terminated-pod-gc-threshold. */
export const TERMINATED_THRESHOLD = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** Why a pod goes; the queue key begins with it. */
type Cause = 'terminated' | 'outOfService' | 'orphaned' | 'unscheduled';

/**
 * Sweeps up pods nobody else will: of vanished nodes, deleted before they were placed, on nodes out of service, and ended ones beyond the
 * threshold. Models pkg/controller/podgc.
 */
export function createPodGarbageCollector(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const pods = ctx.informer('Pod');
  const nodes = ctx.informer('Node');
  const missingSince = new Map<string, number>();
  let timer: { handle: TimerHandle; dueMs: number; background: boolean } | undefined;
  let unsubscribe: (() => void)[] = [];

  const queue = controllerQueue(ctx, NAME, (key) => {
    const cut = key.indexOf(':');
    const { namespace, name } = splitKey(key.slice(cut + 1));
    const pod = pods.lister.get(namespace, name);
    if (pod === undefined || remove(key, key.slice(0, cut) as Cause, pod).ok) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  /** Marks the pod as failed first, since no kubelet will, then deletes it at once. Models markFailedAndDeletePodWithCondition. */
  const remove = (key: string, cause: Cause, pod: Pod): ApiResult<null> => {
    if (cause !== 'terminated' && !isTerminal(pod)) {
      queue.add(key);
      const written = client.updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed', ...markOf(cause, pod) } });
      return written.ok || written.error.reason === 'NotFound' ? ok(null) : written;
    }
    const { namespace = '', name } = pod.metadata;
    const deleted = client.delete({ kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0 });
    return deleted.ok || deleted.error.reason === 'NotFound' ? ok(null) : deleted;
  };

  const markOf = (cause: Cause, pod: Pod): { conditions?: NonNullable<Pod['status']['conditions']> } => {
    if (cause !== 'orphaned') return {};
    const now = ctx.clock.timestamp();
    const mark = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
      lastTransitionTime: now,
    };
    return { conditions: [...setCondition(pod.status.conditions, mark, now)] };
  };

  const enqueue = (cause: Cause, pod: Pod) => queue.add(`${cause}:${queueKey(pod)}`);

  const sweep = (): void => {
    const all = pods.lister.list();
    const ended = all.filter(isTerminal);
    for (const pod of ended.sort(evictedThenOldest).slice(0, Math.max(0, ended.length - TERMINATED_THRESHOLD))) {
      enqueue('terminated', pod);
    }
    for (const pod of all) {
      if (pod.metadata.deletionTimestamp === undefined) continue;
      if (!pod.spec.nodeName) enqueue('unscheduled', pod);
      else if (isOutOfService(nodes.lister.get('', pod.spec.nodeName))) enqueue('outOfService', pod);
    }
    const gone = vanishedNodes(all);
    for (const pod of all) if (pod.spec.nodeName && gone.has(pod.spec.nodeName)) enqueue('orphaned', pod);
  };

  /** Names of nodes that have been missing long enough; notes those newly missing. Models discoverDeletedNodes. */
  const vanishedNodes = (all: readonly Pod[]): Set<string> => {
    const missing = new Set<string>();
    for (const { spec } of all)
      if (spec.nodeName && nodes.lister.get('', spec.nodeName) === undefined) missing.add(spec.nodeName);
    for (const name of missingSince.keys()) if (!missing.has(name)) missingSince.delete(name);
    const gone = new Set<string>();
    for (const name of missing) {
      const since = missingSince.get(name);
      if (since === undefined) missingSince.set(name, ctx.clock.nowMs);
      else if (ctx.clock.nowMs - since >= QUARANTINE_MS) gone.add(name);
    }
    return gone;
  };

  const plan = (dueMs: number, background: boolean): void => {
    const task = () => {
      timer = undefined;
      sweep();
      plan(ctx.clock.nowMs + SWEEP_MS, missingSince.size === 0);
    };
    const handle = ctx.clock.schedule(dueMs - ctx.clock.nowMs, `${NAME} sweep`, task, { background });
    timer = { handle, dueMs, background };
  };
  /** There is something for the next sweep, so the cluster is not quiet before it. */
  const wake = (): void => {
    if (timer === undefined || !timer.background) return;
    ctx.clock.cancel(timer.handle);
    plan(timer.dueMs, false);
  };
  const needsSweep = (pod: Pod): boolean => {
    const { nodeName } = pod.spec;
    if (!nodeName) return pod.metadata.deletionTimestamp !== undefined;
    const node = nodes.lister.get('', nodeName);
    return node === undefined || (pod.metadata.deletionTimestamp !== undefined && isOutOfService(node));
  };
  const onPod = (pod: Pod) => {
    if (needsSweep(pod)) wake();
  };
  const onNode = (before: Node, after: Node) => {
    if (isOutOfService(before) || !isOutOfService(after)) return;
    if (pods.lister.byIndex('nodeName', after.metadata.name).some(needsSweep)) wake();
  };
  const onNodeGone = (node: Node) => {
    if (pods.lister.byIndex('nodeName', node.metadata.name).length > 0) wake();
  };
  return {
    name: NAME,
    start() {
      if (timer !== undefined) return;
      queue.start();
      plan(ctx.clock.nowMs + SWEEP_MS, true);
      unsubscribe = [
        pods.subscribe({ onAdd: onPod, onUpdate: (_before, after) => onPod(after) }, { replay: true }),
        nodes.subscribe({ onUpdate: onNode, onDelete: onNodeGone }),
      ];
    },
    stop() {
      for (const off of unsubscribe) off();
      unsubscribe = [];
      if (timer !== undefined) ctx.clock.cancel(timer.handle);
      timer = undefined;
      missingSince.clear();
      queue.stop();
    },
    queued: () => queue.length,
  };
}

/** Evicted pods before others, then the oldest. Models byEvictionAndCreationTimestamp. */
function evictedThenOldest(a: Pod, b: Pod): number {
  const evicted = (pod: Pod) => Number(pod.status.phase === 'Failed' && pod.status.reason === 'Evicted');
  return (
    evicted(b) - evicted(a) ||
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}

function isOutOfService(node: Node | undefined): boolean {
  if (node === undefined || nodeReadyCondition(node.status.conditions)?.status === 'True') return false;
  return node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false;
}

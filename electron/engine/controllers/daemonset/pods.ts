import { compareStrings } from '#shared/core/compare.ts';
import { isPodAvailable, isPodReady } from '#shared/kube/conditions.ts';
import { scaleIntOrPercent } from '#shared/kube/intOrPercent.ts';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { REVISION_HASH_LABEL } from '../common/history.ts';
import { shouldRun } from './nodes.ts';
import { targetNode } from './template.ts';

/** Pods of a DaemonSet by the node they are on or meant for, in the order of the nodes' first pods. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** Pods to create, by node, and pods to delete. */
export interface Plan {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** Sorts pods by node; those that have ended and are being deleted no longer count. Models getNodesToDaemonPods. */
export function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
    const node = targetNode(pod);
    if (node === undefined) continue;
    const list = byNode.get(node);
    if (list === undefined) byNode.set(node, [pod]);
    else list.push(pod);
  }
  return byNode;
}

/** Placed before unplaced, then the older, then the name. Models podByCreationTimestampAndPhase. */
export function bySeniority(a: Pod, b: Pod): number {
  return (
    Number(!a.spec.nodeName) - Number(!b.spec.nodeName) ||
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}

/** Number or percentage of a rolling update, rounded up; 0 for other strategies. Models UnavailableCount and SurgeCount. */
export function rollingLimit(set: DaemonSet, limit: 'maxUnavailable' | 'maxSurge', desired: number): number {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate' || rollingUpdate === undefined) return 0;
  const scaled = scaleIntOrPercent(rollingUpdate[limit] ?? 0, desired, true);
  return scaled.ok ? scaled.value : 0;
}

/** What is done about failed and succeeded pods. `mayRetry` false: the pod stays for now, since its node's pods failed a short while ago. */
export interface Ended {
  mayRetry(pod: Pod, node: string): boolean;
  tell(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** Pods every node lacks or has too many of. `hash`: of the present revision. Models DaemonSetsController.manage. */
export function planPods(
  set: DaemonSet,
  nodes: readonly Node[],
  byNode: PodsByNode,
  hash: string,
  clock: Clock,
  ended: Ended,
): Plan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const surges = rollingLimit(set, 'maxSurge', 1) > 0;
  const present = new Set<string>();
  for (const node of nodes) {
    const { name } = node.metadata;
    present.add(name);
    const { run, stay } = shouldRun(node, set);
    const pods = byNode.get(name);
    if (run && pods === undefined) create.push(name);
    else if (stay) {
      const running = livePods(pods ?? [], name, remove, ended);
      if (!surges) remove.push(...running.slice(1));
      else if (running.length > 1) remove.push(...surplusOfSurge(set, running, hash, clock));
      else if (running.length === 0 && run) create.push(name);
    } else remove.push(...(pods ?? []).filter((pod) => pod.metadata.deletionTimestamp === undefined));
  }
  // Pods that wait for a node that is gone; placed ones are the pod garbage collector's business.
  for (const [name, pods] of byNode) if (!present.has(name)) remove.push(...pods.filter((pod) => !pod.spec.nodeName));
  return { create, remove };
}

/** Running pods of a node, the senior first; ended ones go to `remove`. */
function livePods(pods: readonly Pod[], node: string, remove: Pod[], ended: Ended): Pod[] {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const place = `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
    if (pod.status.phase === 'Failed') {
      if (!ended.mayRetry(pod, node)) continue;
      ended.tell('Warning', 'FailedDaemonPod', `Found failed daemon pod ${place}, will try to kill it`);
      remove.push(pod);
    } else if (pod.status.phase === 'Succeeded') {
      ended.tell('Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${place}, will try to delete it`);
      remove.push(pod);
    } else running.push(pod);
  }
  return running.sort(bySeniority);
}

/** Of several pods on a node that surges the oldest new and the oldest old one may stay, as long as the new one is not available yet. */
function surplusOfSurge(set: DaemonSet, running: readonly Pod[], hash: string, clock: Clock): Pod[] {
  const isNew = (pod: Pod) => pod.metadata.labels?.[REVISION_HASH_LABEL] === hash;
  const newPod = running.find(isNew);
  const oldPod = running.find((pod) => !isNew(pod));
  const surplus = running.filter((pod) => pod !== newPod && pod !== oldPod);
  if (newPod === undefined || oldPod === undefined) return surplus;
  const over = !isPodReady(oldPod) || isPodAvailable(newPod, set.spec.minReadySeconds ?? 0, clock);
  return over ? [...surplus, oldPod] : surplus;
}

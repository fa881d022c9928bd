import { scaleIntOrPercent } from '#shared/kube/intOrPercent.ts';
import { controllerOf, isTerminal, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import type { AnyObject, Deployment, KindMap, KindName, Node, Pod, ReplicaSet } from '#shared/kube/types.ts';

/** Objects of one kind. */
export function ofKind<K extends KindName>(objects: readonly AnyObject[], kind: K): KindMap[K][] {
  return objects.filter((object) => object.kind === kind) as unknown as KindMap[K][];
}

/** Namespace and name. */
export function nameOf(object: { metadata: { namespace?: string; name: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** Whether the pod takes room on its node: terminal pods have given it back. */
function occupies(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== '' && !isTerminal(pod);
}

/** What each node's pods ask for in excess of what the node can give, over all resources and the number of pods. */
export function overcommitted(objects: readonly AnyObject[]): string[] {
  const used = new Map<string, Map<string, number>>();
  for (const pod of ofKind(objects, 'Pod').filter(occupies)) {
    const node = pod.spec.nodeName ?? '';
    const sums = used.get(node) ?? new Map<string, number>();
    used.set(node, sums);
    for (const [resource, amount] of Object.entries(podRequests(pod))) sums.set(resource, (sums.get(resource) ?? 0) + amount);
    sums.set('pods', (sums.get('pods') ?? 0) + 1);
  }
  const faults: string[] = [];
  for (const node of ofKind(objects, 'Node')) {
    const allocatable = resourceAmounts((node as Node).status.allocatable);
    for (const [resource, amount] of used.get(node.metadata.name) ?? []) {
      if (amount > 0 && amount > (allocatable[resource] ?? 0)) {
        faults.push(`node ${node.metadata.name}: ${resource} ${amount} asked for, ${allocatable[resource] ?? 0} allocatable`);
      }
    }
  }
  return faults;
}

/** Objects that cannot be as they are: twice the same uid, a pod that runs nowhere, a controller that is named twice. */
export function impossible(objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  const uids = new Map<string, string>();
  for (const object of objects) {
    const uid = object.metadata.uid ?? '';
    const name = `${object.kind} ${nameOf(object)}`;
    const other = uids.get(uid);
    if (other !== undefined) faults.push(`${name} has the uid of ${other}`);
    uids.set(uid, name);
    const controllers = object.metadata.ownerReferences?.filter((owner) => owner.controller === true).length ?? 0;
    if (controllers > 1) faults.push(`${name} has ${controllers} controllers`);
  }
  for (const pod of ofKind(objects, 'Pod')) {
    if (pod.status.phase === 'Running' && (pod.spec.nodeName ?? '') === '') faults.push(`Pod ${nameOf(pod)} runs on no node`);
  }
  return faults;
}

/** Limits of a rolling update in pods: most that may exist, least that must be available. */
export function rollingLimits(deployment: Deployment): { most: number; least: number } | undefined {
  const strategy = deployment.spec.strategy;
  if (strategy?.type === 'Recreate') return undefined;
  const replicas = deployment.spec.replicas ?? 1;
  const surge = scaleIntOrPercent(strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, true);
  const unavailable = scaleIntOrPercent(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, false);
  if (!surge.ok || !unavailable.ok) return undefined;
  const fenced = surge.value === 0 && unavailable.value === 0 ? 1 : unavailable.value;
  return { most: replicas + surge.value, least: Math.max(0, replicas - fenced) };
}

/** Replica sets that a deployment controls. */
export function replicaSetsOf(objects: readonly AnyObject[], deployment: Deployment): ReplicaSet[] {
  return ofKind(objects, 'ReplicaSet').filter((set) => controllerOf(set)?.uid === deployment.metadata.uid);
}

/** Deployments whose controller has seen their latest spec and yet wants more pods than surge allows. */
export function surgeExceeded(objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  for (const deployment of ofKind(objects, 'Deployment')) {
    const { generation, deletionTimestamp } = deployment.metadata;
    // One that is being deleted only has its status looked after.
    if (deletionTimestamp !== undefined || deployment.status?.observedGeneration !== generation) continue;
    const limits = rollingLimits(deployment);
    if (limits === undefined) continue;
    const wanted = replicaSetsOf(objects, deployment).reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
    if (wanted > limits.most)
      faults.push(`deployment ${nameOf(deployment)}: ${wanted} pods wanted, at most ${limits.most} allowed`);
  }
  return faults;
}

/** Whether a pod counts for its owner. */
function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/**
 * What is still amiss once nothing but background work is left: owners without their number of pods, statuses that say otherwise, pods on nodes
 * that are gone, dependents of owners that are gone, terminating objects.
 */
export function unconverged(objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  const pods = ofKind(objects, 'Pod');
  const nodes = new Set(ofKind(objects, 'Node').map((node) => node.metadata.name));
  const uids = new Set(objects.map((object) => object.metadata.uid));
  for (const set of ofKind(objects, 'ReplicaSet')) {
    const owned = pods.filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && isActive(pod)).length;
    const wanted = set.spec.replicas ?? 1;
    if (owned !== wanted) faults.push(`replica set ${nameOf(set)}: ${owned} pods, ${wanted} wanted`);
    if ((set.status?.replicas ?? 0) !== owned)
      faults.push(`replica set ${nameOf(set)}: status says ${set.status?.replicas}, has ${owned}`);
  }
  for (const deployment of ofKind(objects, 'Deployment')) {
    const wanted = replicaSetsOf(objects, deployment).reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
    const said = deployment.status?.replicas ?? 0;
    if (said !== wanted) faults.push(`deployment ${nameOf(deployment)}: status says ${said}, replica sets want ${wanted}`);
  }
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? '';
    if (node !== '' && !nodes.has(node)) faults.push(`pod ${nameOf(pod)} stays on node ${node}, which is gone`);
    const owner = controllerOf(pod);
    if (owner !== undefined && !uids.has(owner.uid)) faults.push(`pod ${nameOf(pod)} outlives ${owner.kind} ${owner.name}`);
  }
  return faults;
}

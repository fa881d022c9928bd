import { compareStrings } from '#shared/core/compare.ts';
import { controllerOf, isTerminal } from '#shared/kube/pod.ts';
import { type AnyObject, type Deployment, type Pod, type ReplicaSet, refOf } from '#shared/kube/types.ts';
import type { Command, SingleCommand } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';
import { type Edit, mergePatch, without } from './edits.ts';
import type { Workload } from './types.ts';

/** `namespace/name`. */
export const keyOfPod = (pod: Pod): string => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;

/** ReplicaSet that made a pod, and the Deployment that made that; undefined for a pod of its own or of a kind nobody acts for. */
export function ownersOf(ctx: ComponentContext, pod: Pod): { set: ReplicaSet; workload: Workload } | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return undefined;
  const namespace = pod.metadata.namespace ?? '';
  const set = ctx.informer('ReplicaSet').lister.get(namespace, owner.name);
  if (set === undefined || set.metadata.uid !== owner.uid) return undefined;
  const above = controllerOf(set);
  const found = above?.kind === 'Deployment' ? ctx.informer('Deployment').lister.get(namespace, above.name) : undefined;
  return { set, workload: found !== undefined && found.metadata.uid === above?.uid ? found : set };
}

/** The only ReplicaSet of a workload that has pods; undefined in the middle of a roll-out. */
export function soleSet(ctx: ComponentContext, workload: Workload): ReplicaSet | undefined {
  if (workload.kind === 'ReplicaSet') return workload;
  const sets = ctx.informer('ReplicaSet').lister.byIndex('ownerUid', workload.metadata.uid ?? '');
  const busy = sets.filter((set) => (set.spec.replicas ?? 1) > 0 || (set.status.replicas ?? 0) > 0);
  return busy.length === 1 ? busy[0] : undefined;
}

/** Several commands as one. */
export function inOrder(commands: readonly SingleCommand[]): Command {
  const [first] = commands;
  return commands.length === 1 && first !== undefined ? first : { type: 'sequence', commands: [...commands] };
}

/** The manifest that makes this pod anew: what the cluster has filled in is left out. */
export function manifestOf(pod: Pod): AnyObject {
  const { name, namespace, labels, annotations } = pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: without(pod.spec, 'nodeName', 'priority', 'preemptionPolicy'),
  };
}

/** Commands that carry an edit out: in the template of the pod's owner, or on a pod of its own by making it anew. */
export function editCommands(
  ctx: ComponentContext,
  pod: Pod,
  edit: Pick<Edit, 'apply'>,
): { commands: SingleCommand[]; restarts: number } {
  const owners = ownersOf(ctx, pod);
  const deletePod: SingleCommand = { type: 'delete', refs: [refOf(pod)] };
  if (owners === undefined) {
    const edited = manifestOf({ ...pod, spec: edit.apply(pod.spec) });
    return { commands: [deletePod, { type: 'create', objects: [edited] }], restarts: 0 };
  }
  const { workload } = owners;
  const spec = workload.spec.template.spec ?? { containers: [] };
  // What admission fills in is not written into a template.
  const edited = without(
    edit.apply(spec),
    'priority',
    ...(spec.preemptionPolicy === undefined ? (['preemptionPolicy'] as const) : []),
  );
  const patch = { spec: { template: { spec: mergePatch(spec, edited) } } };
  const commands: SingleCommand[] = [{ type: 'patch', ref: refOf(workload), patchType: 'merge', patch }];
  // A ReplicaSet's template is for pods to come.
  if (workload.kind === 'ReplicaSet') return { commands: [...commands, deletePod], restarts: 0 };
  return { commands, restarts: Math.max(0, ((workload as Deployment).spec.replicas ?? 1) - 1) };
}

/** Pods that wait for a node, most urgent first. */
export function pendingPods(ctx: ComponentContext): Pod[] {
  const waiting = ctx
    .informer('Pod')
    .lister.list()
    .filter((pod) => !pod.spec.nodeName && pod.metadata.deletionTimestamp === undefined && pod.status?.phase === 'Pending');
  return waiting.sort(
    (a, b) =>
      (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
      compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
      compareStrings(keyOfPod(a), keyOfPod(b)),
  );
}

/** Kinds whose controllers make another pod, wherever there is room for it. A DaemonSet's comes back to its own node only. */
const REPLACING: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController', 'StatefulSet', 'Job']);

/** Some controller makes another one when this pod leaves; one that has ended already was replaced then, if at all. */
export function isReplaced(pod: Pod): boolean {
  return !isTerminal(pod) && REPLACING.has(controllerOf(pod)?.kind ?? '');
}

/** The pod that an owner makes in the place of one that left. */
export function successor(pod: Pod, count: number): Pod {
  const { name, namespace, labels, ownerReferences } = pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-next-${count}`,
      uid: `next-${count}`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
    spec: without(pod.spec, 'nodeName'),
    status: { phase: 'Pending' },
  };
}

import { podCondition } from '#shared/kube/conditions.ts';
import type { ObjectKey, Pod } from '#shared/kube/types.ts';
import { countedReasons, type ReasonCount } from '../explain/pending.ts';
import { findReason } from '../explain/reasons.ts';
import type { Leaving } from '../graph/diff.ts';
import { ownerKeyOf, replicaSetKeyOf } from '../store/lineage.ts';
import type { Mirror } from '../store/mirror.ts';
import { type Happening, happening, type Kind } from './happening.ts';
import { because } from './reason.ts';
import { whyComes, whyGoes } from './setFacts.ts';

/** Name at the end of a key. */
export function nameOfKey(key: ObjectKey): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Name as a caption calls a pod: without the template hash that nobody can read aloud. */
function spokenName(pod: Pod): string {
  const hash = pod.metadata.labels?.['pod-template-hash'];
  return hash ? pod.metadata.name.replace(`-${hash}-`, '-') : pod.metadata.name;
}

/** A happening that is about one pod. */
export function about(kind: Kind, key: ObjectKey, pod: Pod, parts: Partial<Happening> = {}): Happening {
  const owner = ownerKeyOf(pod);
  const node = pod.spec.nodeName;
  return happening(kind, owner, spokenName(pod), {
    family: nameOfKey(owner),
    pods: [key],
    nodes: node ? [node] : [],
    ...parts,
  });
}

/** A pod that is new: it waits for a node, is held back by gates, or names its node itself. */
export function arrival(key: ObjectKey, before: Mirror, after: Mirror): Happening[] {
  const pod = after.pods.get(key);
  if (!pod) return [];
  const node = pod.spec.nodeName;
  if (node) return [about('placed', key, pod, because('pinned', { node }))];
  if ((pod.spec.schedulingGates ?? []).length > 0) return [gated(key, pod)];
  return [about('arrived', key, pod, reasonOfArrival(pod, before, after))];
}

function gated(key: ObjectKey, pod: Pod): Happening {
  return about(
    'gated',
    key,
    pod,
    because('gates', { gates: (pod.spec.schedulingGates ?? []).map((gate) => gate.name).join(', ') }),
  );
}

function reasonOfArrival(pod: Pod, before: Mirror, after: Mirror): Partial<Happening> {
  const own = whyComes(pod, after);
  if (own) return own;
  const setKey = replicaSetKeyOf(pod);
  const set = setKey ? after.replicaSets.get(setKey) : undefined;
  const wanted = set?.spec.replicas ?? 0;
  if (setKey && wanted > 0) {
    const lost = hasLoss(setKey, before, after);
    return because(lost ? 'replaces' : 'wanted', { family: nameOfKey(ownerKeyOf(pod)), replicas: wanted });
  }
  const priority = pod.spec.priority ?? 0;
  return priority === 0 ? {} : because('priority', { priority });
}

/** Whether a pod of this ReplicaSet is on its way out or has just gone, while the set wants no fewer than before. */
function hasLoss(setKey: ObjectKey, before: Mirror, after: Mirror): boolean {
  for (const [key, pod] of before.pods) {
    if (replicaSetKeyOf(pod) !== setKey) continue;
    const now = after.pods.get(key);
    if (!now || now.metadata.deletionTimestamp || now.status?.phase === 'Failed') return true;
  }
  return false;
}

function waitingReasons(pod: Pod | undefined): readonly ReasonCount[] {
  const message = pod?.status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False')?.message ?? '';
  return countedReasons(message);
}

const ABOUT_ROOM = new Set(['cpu', 'memory', 'storage', 'device', 'tooManyPods', 'ports']);

function lackedRoom(pod: Pod | undefined): boolean {
  return waitingReasons(pod).some(({ reason }) => ABOUT_ROOM.has(findReason(reason).key ?? ''));
}

/** A pod got its node. `gone`: pods that went from that node before. Only room that was lacking is said to have come free. */
export function placement(key: ObjectKey, node: string, before: Mirror, gone: readonly string[], after: Mirror): Happening {
  const was = before.pods.get(key);
  const pod = after.pods.get(key) ?? was;
  if (!pod) return happening('placed', key, nameOfKey(key), { pods: [key], nodes: [node] });
  const values = { node, pods: gone.join(', '), total: after.nodes.size };
  const parts = { nodes: [node] };
  if (gone.length === 0 || !lackedRoom(was)) return about('placed', key, pod, { ...parts, values: { node } });
  const nominated = was?.status?.nominatedNodeName === node;
  return about('placed', key, pod, { ...parts, ...because(nominated ? 'madeWay' : 'roomAfter', values) });
}

/** The pod for which a victim has to go: the one nominated to its node, else the one the scheduler's Event names. */
function preemptorOf(key: ObjectKey, victim: Pod, after: Mirror): Pod | undefined {
  const node = victim.spec.nodeName;
  for (const pod of after.pods.values()) if (!pod.spec.nodeName && pod.status?.nominatedNodeName === node) return pod;
  for (const event of after.events.values()) {
    if (event.reason !== 'Preempted' || event.involvedObject.uid !== victim.metadata.uid) continue;
    const uid = /^Preempted by pod (\S+)/.exec(event.message ?? '')?.[1];
    for (const [other, pod] of after.pods) if (other !== key && pod.metadata.uid === uid) return pod;
  }
  return undefined;
}

/** A pod has to go. */
export function leave(key: ObjectKey, how: Leaving, after: Mirror): Happening {
  const pod = after.pods.get(key);
  if (!pod) return happening('removed', key, nameOfKey(key), { pods: [key] });
  if (how === 'preempted') return about('preempted', key, pod, whyPreempted(key, pod, after));
  if (how === 'evicted') return about('evicted', key, pod, whyEvicted(pod, after));
  return about('stopping', key, pod, whyStopping(pod, after));
}

function whyPreempted(key: ObjectKey, pod: Pod, after: Mirror): Partial<Happening> {
  const by = preemptorOf(key, pod, after);
  if (!by) return because('outranked');
  return because('outrankedBy', { by: spokenName(by), priority: by.spec.priority ?? 0, own: pod.spec.priority ?? 0 });
}

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';

function whyEvicted(pod: Pod, after: Mirror): Partial<Happening> {
  const node = pod.spec.nodeName ?? '';
  const reason = pod.status?.conditions?.find((one) => one.type === 'DisruptionTarget' && one.status === 'True')?.reason;
  const taints = (after.nodes.get(node)?.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
  if (reason !== 'DeletionByTaintManager') return because(after.draining.includes(node) ? 'drain' : 'asked', { node });
  if (taints.some((taint) => taint.key === UNREACHABLE)) return because('unreachable', { node });
  if (taints.some((taint) => taint.key === NOT_READY)) return because('notReadyNode', { node });
  const taint = taints[0];
  return because('taint', { node, taint: taint ? (taint.value ? `${taint.key}=${taint.value}` : taint.key) : 'NoExecute' });
}

function whyStopping(pod: Pod, after: Mirror): Partial<Happening> {
  const own = whyGoes(pod, after);
  if (own) return own;
  const setKey = replicaSetKeyOf(pod);
  const set = setKey ? after.replicaSets.get(setKey) : undefined;
  if (!setKey || !set) return because('deleted');
  const line = after.lineage.get(setKey);
  if (line && !line.current) return because('oldRevision', { revision: line.revision });
  const wanted = set.spec.replicas ?? 1;
  let have = 0;
  for (const other of after.pods.values()) if (replicaSetKeyOf(other) === setKey && !other.metadata.deletionTimestamp) have++;
  return have >= wanted ? because('fewer', { family: nameOfKey(ownerKeyOf(pod)), replicas: wanted }) : because('deleted');
}

/** A pod that is gone without having been asked to go first. */
export function removal(key: ObjectKey, before: Mirror): Happening[] {
  const pod = before.pods.get(key);
  return pod && !pod.metadata.deletionTimestamp ? [about('removed', key, pod)] : [];
}

function isReady(pod: Pod | undefined): boolean {
  return pod?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

/** It was ready and runs on, yet its kubelet says that a container is not ready any more: a probe, neither an end of it nor a silent node. */
function lostReadiness(was: Pod | undefined, is: Pod): boolean {
  if (!isReady(was) || isReady(is) || is.status?.phase !== 'Running') return false;
  // One that its kubelet is ending loses its readiness too; its end is what is told.
  if (podCondition(is, 'DisruptionTarget')?.status === 'True') return false;
  const statuses = is.status.containerStatuses ?? [];
  return statuses.some((one) => !one.ready) && statuses.every((one) => one.state?.running) && restartsOf(is) === restartsOf(was);
}

function restartsOf(pod: Pod | undefined): number {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {};
  return [...initContainerStatuses, ...containerStatuses].reduce((sum, one) => sum + (one.restartCount ?? 0), 0);
}

type End = NonNullable<NonNullable<NonNullable<Pod['status']['containerStatuses']>[number]['state']>['terminated']>;

/** Last end of a container by lack of memory, with the container's name. */
function oomOf(pod: Pod | undefined): { container: string; end: End } | undefined {
  for (const one of pod?.status?.containerStatuses ?? []) {
    const end = one.state?.terminated ?? one.lastState?.terminated;
    if (end?.reason === 'OOMKilled') return { container: one.name, end };
  }
  return undefined;
}

function outOfMemory(key: ObjectKey, was: Pod | undefined, is: Pod): Happening | null {
  const now = oomOf(is);
  if (!now || oomOf(was)?.end.finishedAt === now.end.finishedAt) return null;
  const limit = is.spec.containers.find((one) => one.name === now.container)?.resources?.limits?.memory;
  return about('oomKilled', key, is, limit === undefined ? because('noMemory') : because('memoryLimit', { limit }));
}

/** Ended by its kubelet: the node ran short, or was shut down. */
function endedByKubelet(key: ObjectKey, is: Pod): Happening | null {
  const { reason, message = '' } = is.status;
  if (reason === 'Evicted') {
    const resource = /low on resource: ([\w-]+)/.exec(message)?.[1];
    return about('evicted', key, is, resource === undefined ? {} : because('lowOn', { node: is.spec.nodeName ?? '', resource }));
  }
  if (reason !== 'Terminated' && reason !== 'NodeShutdown') return null;
  return about('evicted', key, is, because('shutDown', { node: is.spec.nodeName ?? '' }));
}

function waitingFor(pod: Pod | undefined): string {
  return pod?.status?.containerStatuses?.find((one) => one.state?.waiting)?.state?.waiting?.reason ?? '';
}

/** What a pod's own state says beyond its coming and going: refused, nominated, ungated, running, failed. */
export function podChange(key: ObjectKey, was: Pod | undefined, is: Pod): Happening[] {
  const told: Happening[] = [];
  const held = (is.spec.schedulingGates ?? []).length > 0;
  if ((was?.spec.schedulingGates ?? []).length > 0 && !held && !is.spec.nodeName) told.push(about('ungated', key, is));
  const refusal = is.spec.nodeName || held ? null : whyRefused(key, was, is);
  if (refusal) told.push(refusal);
  if (is.metadata.deletionTimestamp) return told;
  if (isReady(is) && !isReady(was)) told.push(about('running', key, is));
  else if (lostReadiness(was, is)) told.push(about('unready', key, is, because('readinessProbe')));
  told.push(...troubles(key, was, is));
  return told;
}

function whyRefused(key: ObjectKey, was: Pod | undefined, is: Pod): Happening | null {
  const reasons = waitingReasons(is);
  const nominated = is.status?.nominatedNodeName;
  if (nominated && was?.status?.nominatedNodeName !== nominated) {
    return about('nominated', key, is, {
      nodes: [nominated],
      reasons,
      ...because('clears', { node: nominated, priority: is.spec.priority ?? 0 }),
    });
  }
  if (reasons.length === 0 || nominated) return null;
  if (JSON.stringify(reasons) === JSON.stringify(waitingReasons(was))) return null;
  return about('unplaced', key, is, { why: 'reasons', reasons });
}

function troubles(key: ObjectKey, was: Pod | undefined, is: Pod): Happening[] {
  const phase = is.status?.phase;
  if (phase !== was?.status?.phase && phase === 'Succeeded') return [about('finished', key, is)];
  const ended = is.status?.containerStatuses?.find((one) => one.state?.terminated ?? one.lastState?.terminated);
  const last = ended?.state?.terminated ?? ended?.lastState?.terminated;
  if (phase !== was?.status?.phase && phase === 'Failed')
    return [
      endedByKubelet(key, is) ??
        outOfMemory(key, was, is) ??
        about('failed', key, is, last ? because('exit', { code: last.exitCode }) : {}),
    ];
  const memory = outOfMemory(key, was, is);
  const waiting = waitingFor(is);
  if (waiting === waitingFor(was)) return memory ? [memory] : [];
  const restarts = Math.max(0, ...(is.status?.containerStatuses ?? []).map((one) => one.restartCount ?? 0));
  if (waiting === 'CrashLoopBackOff')
    return [
      about(
        'crashLoop',
        key,
        is,
        last?.reason === 'OOMKilled'
          ? because('backOffOom', { restarts })
          : because('backOff', { code: last?.exitCode ?? 1, restarts }),
      ),
    ];
  if (waiting === 'ErrImagePull' || (waiting === 'ImagePullBackOff' && waitingFor(was) !== 'ErrImagePull'))
    return [about('imagePull', key, is, because('image', { image: is.spec.containers[0]?.image ?? '' }))];
  return memory ? [memory] : [];
}

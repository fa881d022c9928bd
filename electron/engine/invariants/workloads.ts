import { isPodReady } from '#shared/kube/conditions.ts';
import { parseIndexes } from '#shared/kube/jobIndexes.ts';
import type { DaemonSet, HorizontalPodAutoscaler, Job, StatefulSet } from '#shared/kube/kinds.ts';
import { controllerOf, isTerminal } from '#shared/kube/pod.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { shouldRun } from '../controllers/daemonset/nodes.ts';
import { targetNode } from '../controllers/daemonset/template.ts';
import { nameOf, ofKind } from './state.ts';

/** Label with the revision a pod of a StatefulSet or DaemonSet is made of. */
export const REVISION = 'controller-revision-hash';
const JOB_INDEX = 'batch.kubernetes.io/job-completion-index';
export const JOB_FINALIZER = 'batch.kubernetes.io/job-tracking';

/** Whether a pod counts for its owner: neither ended nor going. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Pods by the uid of their controller. */
export function podsByOwner(objects: readonly AnyObject[]): Map<string, Pod[]> {
  const owned = new Map<string, Pod[]>();
  for (const pod of ofKind(objects, 'Pod')) {
    const uid = controllerOf(pod)?.uid;
    if (uid === undefined) continue;
    const list = owned.get(uid);
    if (list === undefined) owned.set(uid, [pod]);
    else list.push(pod);
  }
  return owned;
}

/** Number at the end of a pod's name; NaN without one. */
function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? Number.NaN);
}

/** Completion index of a Job's pod; undefined when it has none. */
export function jobIndexOf(pod: Pod): string | undefined {
  return pod.metadata.annotations?.[JOB_INDEX];
}

/** Whether the Job has come to its end, in one way or the other. */
export function isFinished(job: Job): boolean {
  return (
    job.status?.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True') === true
  );
}

/** Jobs whose counts cannot be, autoscalers beyond their bounds. */
export function impossibleCounts(objects: readonly AnyObject[]): string[] {
  return [...ofKind(objects, 'Job').flatMap(jobCounts), ...ofKind(objects, 'HorizontalPodAutoscaler').flatMap(autoscalerBounds)];
}

function jobCounts(job: Job): string[] {
  const faults: string[] = [];
  const { succeeded = 0, active = 0, ready = 0, completedIndexes = '' } = job.status ?? {};
  const { completions, completionMode } = job.spec;
  if (ready > active) faults.push(`job ${nameOf(job)}: ${ready} of ${active} active pods ready`);
  if (completionMode !== 'Indexed' || completions === undefined) return faults;
  const done = parseIndexes(completedIndexes, Number.POSITIVE_INFINITY);
  const count = done.ok ? done.value.reduce((sum, [first, last]) => sum + last - first + 1, 0) : Number.NaN;
  if (count !== succeeded) faults.push(`job ${nameOf(job)}: ${succeeded} succeeded, indexes say ${completedIndexes}`);
  return faults;
}

function autoscalerBounds(autoscaler: HorizontalPodAutoscaler): string[] {
  const { observedGeneration, desiredReplicas = 0 } = autoscaler.status ?? {};
  if (observedGeneration === undefined || observedGeneration !== autoscaler.metadata.generation || desiredReplicas === 0)
    return [];
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  if (desiredReplicas >= minReplicas && desiredReplicas <= maxReplicas) return [];
  return [`autoscaler ${nameOf(autoscaler)}: ${desiredReplicas} desired, between ${minReplicas} and ${maxReplicas} allowed`];
}

/** Nodes on which a DaemonSet has more pods than it may. */
export function crowdedNodes(objects: readonly AnyObject[]): string[] {
  const owned = podsByOwner(objects);
  const faults: string[] = [];
  for (const set of ofKind(objects, 'DaemonSet')) {
    const { deletionTimestamp, generation } = set.metadata;
    // Its controller has yet to see a surge that a person has just taken away.
    if (deletionTimestamp !== undefined || set.status?.observedGeneration !== generation) continue;
    const surge = set.spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0;
    const most = surge === 0 || surge === '0%' ? 1 : 2;
    const counts = new Map<string, number>();
    for (const pod of owned.get(set.metadata.uid ?? '') ?? []) {
      const node = targetNode(pod);
      if (node !== undefined && isActive(pod)) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    for (const [node, count] of counts) {
      if (count > most) faults.push(`daemon set ${nameOf(set)}: ${count} pods on node ${node}, at most ${most} allowed`);
    }
  }
  return faults;
}

/** What is amiss with StatefulSets, DaemonSets, Jobs and replication controllers that have had time and quiet. */
export function restlessWorkloads(objects: readonly AnyObject[]): string[] {
  const owned = podsByOwner(objects);
  const of = (object: { metadata: { uid?: string } }): Pod[] => owned.get(object.metadata.uid ?? '') ?? [];
  return [
    ...ofKind(objects, 'StatefulSet').flatMap((set) => restlessStatefulSet(set, of(set))),
    ...ofKind(objects, 'DaemonSet').flatMap((set) => restlessDaemonSet(set, of(set), objects)),
    ...ofKind(objects, 'Job').flatMap((job) => restlessJob(job, of(job))),
    ...ofKind(objects, 'ReplicationController').flatMap((controller) => {
      const active = of(controller).filter(isActive).length;
      const wanted = controller.spec.replicas ?? 1;
      return active === wanted ? [] : [`replication controller ${nameOf(controller)}: ${active} pods, ${wanted} wanted`];
    }),
  ];
}

/** A set in order may wait for ever for a pod that does not get ready or has ended; a parallel one waits for nothing. */
function restlessStatefulSet(set: StatefulSet, pods: readonly Pod[]): string[] {
  const start = set.spec.ordinals?.start ?? 0;
  const wanted = set.spec.replicas ?? 1;
  const active = pods.filter(isActive);
  const inRange = active.filter((pod) => ordinalOf(pod) >= start && ordinalOf(pod) < start + wanted);
  const waiting = set.spec.podManagementPolicy !== 'Parallel' && pods.some((pod) => !isActive(pod) || !isPodReady(pod));
  const faults: string[] = [];
  if (!waiting && (inRange.length !== wanted || active.length !== wanted))
    faults.push(`stateful set ${nameOf(set)}: pods ${active.map(ordinalOf).join(' ')}, ${wanted} from ${start} wanted`);
  if ((set.status?.replicas ?? 0) !== pods.length)
    faults.push(`stateful set ${nameOf(set)}: status says ${set.status?.replicas}, has ${pods.length}`);
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const rolling = set.spec.updateStrategy?.type === 'RollingUpdate' && active.every(isPodReady);
  const stale = active.filter(
    (pod) => ordinalOf(pod) >= start + partition && pod.metadata.labels?.[REVISION] !== set.status?.updateRevision,
  );
  if (rolling && stale.length > 0) faults.push(`stateful set ${nameOf(set)}: pod ${stale[0]?.metadata.name} was not updated`);
  return faults;
}

/** The counts in its status may be old: neither a lost node nor a lifted taint tells the controller, in the real cluster neither. */
function restlessDaemonSet(set: DaemonSet, pods: readonly Pod[], objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  const nodes = ofKind(objects, 'Node');
  const placed = new Map(pods.filter((pod) => pod.metadata.deletionTimestamp === undefined).map((pod) => [targetNode(pod), pod]));
  for (const node of nodes) {
    const { name } = node.metadata;
    const verdict = shouldRun(node, set);
    if (verdict.run && !placed.has(name)) faults.push(`daemon set ${nameOf(set)}: no pod on node ${name}`);
    if (!verdict.stay && placed.has(name)) faults.push(`daemon set ${nameOf(set)}: a pod on node ${name}, where none may be`);
  }
  return faults;
}

function restlessJob(job: Job, pods: readonly Pod[]): string[] {
  const faults: string[] = [];
  const { succeeded = 0, active = 0, uncountedTerminatedPods } = job.status ?? {};
  const has = pods.filter(isActive).length;
  if (active !== has) faults.push(`job ${nameOf(job)}: status says ${active} active, has ${has}`);
  const held = pods.filter((pod) => isTerminal(pod) && pod.metadata.finalizers?.includes(JOB_FINALIZER));
  if (held.length > 0 && (isFinished(job) || job.spec.backoffLimitPerIndex === undefined))
    faults.push(`job ${nameOf(job)}: ended pod ${held[0]?.metadata.name} is still held`);
  const { succeeded: counting = [], failed: failing = [] } = uncountedTerminatedPods ?? {};
  if (counting.length + failing.length > 0) faults.push(`job ${nameOf(job)}: ${counting.length + failing.length} pods uncounted`);
  if (isFinished(job)) return has > 0 ? [...faults, `job ${nameOf(job)}: finished with ${has} active pods`] : faults;
  if (job.spec.suspend === true) return has > 0 ? [...faults, `job ${nameOf(job)}: suspended with ${has} active pods`] : faults;
  const { parallelism = 1, completions } = job.spec;
  const wanted = completions === undefined ? (succeeded > 0 ? has : parallelism) : Math.min(parallelism, completions - succeeded);
  // With limits per index, indexes that have failed get no further pod.
  if (has !== wanted && job.spec.backoffLimitPerIndex === undefined)
    faults.push(`job ${nameOf(job)}: ${has} active pods, ${wanted} wanted`);
  return faults;
}

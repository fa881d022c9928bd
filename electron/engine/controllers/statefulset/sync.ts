import { isPodAvailable } from '#shared/kube/conditions.ts';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { revisionTemplate } from '../common/history.ts';
import {
  inOrdinalRange,
  membershipOf,
  newPod,
  ordinalOf,
  podRevision,
  replicaCount,
  startOrdinal,
  takesCurrentRevision,
} from './identity.ts';
import { runForAll, type Step } from './order.ts';
import type { Failure, PodControl } from './podControl.ts';
import type { FoundRevisions } from './revisions.ts';
import {
  buildStatus,
  countPods,
  isRunningAndReady,
  isTerminating,
  isUnavailable,
  type Revisions,
  type StatefulSetStatus,
} from './status.ts';

/** What is needed to look after a set's pods. */
export interface SyncTools {
  readonly control: PodControl;
  readonly clock: Clock;
  /** The pod as it is stored now; undefined when it has gone, or its name is another's. */
  current(pod: Pod): Pod | undefined;
}

/** What a look came to: the status to store and what failed. */
export interface SyncResult {
  readonly status: StatefulSetStatus;
  readonly failure?: Failure;
}

/** The set at one look: the pod of each ordinal, where it is stored, and the stored ones beyond, highest ordinal first. */
interface View {
  readonly set: StatefulSet;
  readonly replicas: readonly (Pod | undefined)[];
  /** The pod to create where none is stored. */
  planned(index: number): Pod;
  readonly condemned: readonly Pod[];
  readonly ordered: boolean;
  /** Only an ordered set asks for it. */
  firstUnavailable(): Pod | undefined;
}

/**
 * Creates, replaces and deletes the set's pods: an ordered set one at a time, lowest ordinal first, and only while all before are
 * available; a parallel one all at once, with a pause after each write. Then the roll-out goes on from the highest ordinal. Models
 * updateStatefulSet of pkg/controller/statefulset, with the gate MaxUnavailableStatefulSet off as in 1.36.
 */
export function* syncPods(
  tools: SyncTools,
  set: StatefulSet,
  pods: readonly Pod[],
  found: FoundRevisions,
): Generator<undefined, SyncResult, undefined> {
  const revisions: Revisions = {
    current: found.current.metadata.name,
    update: found.update.metadata.name,
    collisionCount: found.collisionCount,
  };
  const status = (of: readonly Pod[]) => buildStatus(set, countPods(set, of, revisions, tools.clock), revisions);
  if (set.metadata.deletionTimestamp !== undefined) return { status: status(pods) };
  const view = viewOf(tools, set, pods, found);
  const { replicas, condemned, ordered } = view;
  const counted = [...replicas, ...condemned].filter((pod) => pod !== undefined);
  const phases: readonly [number, (index: number) => Step][] = [
    [replicas.length, (index) => processReplica(tools, view, index)],
    [condemned.length, (index) => fixCondemnedClaims(tools, view, index)],
    [condemned.length, (index) => processCondemned(tools, view, index)],
  ];
  for (const [count, step] of phases) {
    const { stop, failure } = yield* runForAll(count, step, ordered);
    if (stop) return { status: status(counted), failure };
  }
  const counts = countPods(set, counted, revisions, tools.clock);
  if (set.spec.updateStrategy?.type === 'OnDelete') return { status: buildStatus(set, counts, revisions) };
  const { deleted, failure } = rollOut(tools, view, revisions.update);
  const left = deleted ? { ...counts, current: counts.current - 1 } : counts;
  return { status: buildStatus(set, left, revisions), failure };
}

function viewOf(tools: SyncTools, set: StatefulSet, pods: readonly Pod[], found: FoundRevisions): View {
  const start = startOrdinal(set);
  const replicas = new Array<Pod | undefined>(replicaCount(set)).fill(undefined);
  const beyond: Pod[] = [];
  for (const pod of pods) {
    const { ordinal } = membershipOf(set, pod);
    if (inOrdinalRange(set, ordinal)) replicas[ordinal - start] = pod;
    else if (ordinal >= 0) beyond.push(pod);
  }
  const condemned = beyond.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const unavailable = (pod: Pod | undefined) => pod === undefined || isUnavailable(set, pod, tools.clock);
  return {
    set,
    replicas,
    planned(index) {
      const revision = takesCurrentRevision(set, start + index) ? found.current : found.update;
      return newPod(set, revisionTemplate(revision) ?? set.spec.template, revision.metadata.name, start + index);
    },
    condemned,
    ordered: set.spec.podManagementPolicy !== 'Parallel',
    // A pod that is yet to be created is unavailable too; no condemned one is the first then.
    firstUnavailable: () => (replicas.some(unavailable) ? replicas.find(unavailable) : condemned.findLast(unavailable)),
  };
}

const GO_ON: Step = { stop: false };
const WAIT: Step = { stop: true };

/** Sees to the pod of one ordinal that the set is to have. Models processReplica. */
function processReplica({ control, clock, current }: SyncTools, view: View, index: number): Step {
  const { set, ordered } = view;
  const seen = view.replicas[index];
  if (seen === undefined) {
    const planned = view.planned(index);
    return control.hasStaleClaim(set, planned) ? WAIT : { stop: true, wrote: true, failure: control.create(set, planned) };
  }
  const pod = current(seen);
  // Changed hands while a parallel set was at its writes: the next look sees to it.
  if (pod === undefined) return GO_ON;
  const phase = pod.status?.phase;
  if (phase === 'Failed' || phase === 'Succeeded') {
    // The new pod takes the name once the old one is gone.
    return isTerminating(pod) ? WAIT : { stop: true, wrote: true, failure: control.delete(set, pod) };
  }
  if (phase === 'Pending') {
    const failure = control.createMissingClaims(set, pod);
    if (failure !== undefined) return { stop: true, failure };
  }
  if (ordered) {
    if (isTerminating(pod) || !isRunningAndReady(pod) || !isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock)) return WAIT;
  }
  if (membershipOf(set, pod).complete && control.claimsMatch(set, pod)) return GO_ON;
  return { stop: false, wrote: true, failure: control.update(set, pod) };
}

function fixCondemnedClaims({ control }: SyncTools, { set, condemned }: View, index: number): Step {
  const pod = condemned[index];
  if (pod === undefined || control.claimsMatch(set, pod)) return GO_ON;
  return { stop: false, wrote: true, failure: control.fixClaimOwners(set, pod) };
}

/** Deletes a pod that the set has no ordinal for; an ordered set only while nothing else is unavailable. Models processCondemned. */
function processCondemned({ control, clock, current }: SyncTools, view: View, index: number): Step {
  const { set, condemned, ordered, firstUnavailable } = view;
  const seen = condemned[index];
  const pod = seen === undefined ? undefined : current(seen);
  if (pod === undefined) return GO_ON;
  if (isTerminating(pod)) return ordered ? WAIT : GO_ON;
  const well = isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock);
  if (ordered && !well && seen !== firstUnavailable()) return WAIT;
  return { stop: true, wrote: true, failure: control.delete(set, pod) };
}

/** Deletes the highest pod that is not of the updated revision, unless one above it is still unavailable or the partition keeps it. */
function rollOut(
  { control, clock }: SyncTools,
  { set, replicas }: View,
  update: string,
): { deleted: boolean; failure?: Failure } {
  const lowest = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let at = replicas.length - 1; at >= lowest; at--) {
    const pod = replicas[at];
    if (pod === undefined) break;
    if (podRevision(pod) !== update && !isTerminating(pod)) {
      const failure = control.delete(set, pod);
      return { deleted: failure === undefined, failure };
    }
    if (isUnavailable(set, pod, clock)) break;
  }
  return { deleted: false };
}

import { isPodReady } from '#shared/kube/conditions.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf, isTerminal } from '#shared/kube/pod.ts';
import type { AnyObject, Deployment, Pod, PodDisruptionBudget, ReplicaSet } from '#shared/kube/types.ts';
import type { Simulation, StoredChange } from '../types.ts';
import { nameOf, ofKind, replicaSetsOf, rollingLimits } from './state.ts';

/** What no write may do to one object, whoever makes it. */
export function forbiddenSteps(change: StoredChange): string[] {
  const { before, object: after } = change;
  const faults: string[] = [];
  if (before === null || after === null || before.metadata.uid !== after.metadata.uid) return faults;
  const complain = (what: string): number => faults.push(`revision ${change.revision}, ${change.key}: ${what}`);
  if (Number(after.metadata.resourceVersion) <= Number(before.metadata.resourceVersion)) complain('the version did not grow');
  if (before.metadata.deletionTimestamp !== undefined && after.metadata.deletionTimestamp === undefined)
    complain('came back from deletion');
  if ((after.metadata.generation ?? 0) < (before.metadata.generation ?? 0)) complain('the generation shrank');
  if (change.key.startsWith('Pod/')) {
    const [old, now] = [before as unknown as Pod, after as unknown as Pod];
    if ((old.spec.nodeName ?? '') !== '' && old.spec.nodeName !== now.spec.nodeName) complain('moved to another node');
    if (isTerminal(old) && now.status.phase !== old.status.phase)
      complain(`went from ${old.status.phase} to ${now.status.phase}`);
  }
  return faults;
}

function isEvicted(object: AnyObject | null): boolean {
  const conditions = (object as unknown as Pod | null)?.status?.conditions ?? [];
  return conditions.some(({ type, reason }) => type === 'DisruptionTarget' && reason === 'EvictionByEvictionAPI');
}

function isHealthy(pod: Pod, budget: PodDisruptionBudget): boolean {
  if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod) || !isPodReady(pod)) return false;
  return pod.metadata.namespace === budget.metadata.namespace && matchLabelSelector(budget.spec.selector, pod.metadata.labels);
}

/** Evictions of healthy pods that left a budget with fewer healthy ones than it wants. */
export function brokenBudgets(simulation: Simulation, change: StoredChange): string[] {
  if (!change.key.startsWith('Pod/') || isEvicted(change.before) || !isEvicted(change.object)) return [];
  const before = simulation.stateAt(change.revision - 1);
  const victim = change.before as unknown as Pod | null;
  if (before === undefined || victim === null) return [];
  const faults: string[] = [];
  for (const budget of ofKind(before, 'PodDisruptionBudget')) {
    if (!isHealthy(victim, budget)) continue;
    const left = ofKind(before, 'Pod').filter((pod) => isHealthy(pod, budget)).length - 1;
    const wanted = budget.status.desiredHealthy;
    if (left < wanted)
      faults.push(
        `revision ${change.revision}: evicting ${nameOf(victim)} left ${left} of ${wanted} for budget ${nameOf(budget)}`,
      );
  }
  return faults;
}

/** Pods of a replica set that would still be available when it has the size its spec asks for. */
function keptAvailable(set: ReplicaSet): number {
  return Math.min(set.status?.availableReplicas ?? 0, set.spec.replicas ?? 1);
}

/** What the deployment's size was when its controller last sized this set: another one means that a person scaled the deployment. */
const SIZED_FOR = 'deployment.kubernetes.io/desired-replicas';

/**
 * Scale-downs of a rolling update that take away available pods it must keep. A person's scale-down in the middle of a roll-out shrinks all sets
 * in proportion, whatever they have available, as upstream's does; it is left out.
 */
export function unavailableExceeded(simulation: Simulation, change: StoredChange): string[] {
  if (!change.key.startsWith('ReplicaSet/') || change.before === null || change.object === null) return [];
  const [old, now] = [change.before as unknown as ReplicaSet, change.object as unknown as ReplicaSet];
  if ((now.spec.replicas ?? 1) >= (old.spec.replicas ?? 1) || keptAvailable(now) >= keptAvailable(old)) return [];
  if (now.metadata.annotations?.[SIZED_FOR] !== old.metadata.annotations?.[SIZED_FOR]) return [];
  const owner = controllerOf(now);
  const state = simulation.stateAt(change.revision);
  const deployment = state?.find((object) => object.metadata.uid === owner?.uid) as unknown as Deployment | undefined;
  if (state === undefined || deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return [];
  const limits = rollingLimits(deployment);
  if (limits === undefined) return [];
  // Of the other sets the controller knows what their status says; pods on their way out may still be in it.
  const seen = (set: ReplicaSet): number =>
    set.metadata.uid === now.metadata.uid ? keptAvailable(set) : (set.status?.availableReplicas ?? 0);
  const left = replicaSetsOf(state, deployment).reduce((sum, set) => sum + seen(set), 0);
  if (left >= limits.least) return [];
  return [`revision ${change.revision}: scaling down ${nameOf(now)} left ${left} available, ${limits.least} must be`];
}

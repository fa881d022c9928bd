import { err, ok, type Result } from '#shared/core/result.ts';
import { isPodReady, setCondition } from '#shared/kube/conditions.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Pod, PodDisruptionBudget, Status } from '#shared/kube/types.ts';
import { checkPreconditions } from '../deletion.ts';
import * as status from '../status.ts';
import type { Answer, DeleteRequest, ServerCore } from '../types.ts';

/** Evicted pods a budget may be waiting for. Models registry/core/pod/storage MaxDisruptedPodSize. */
const MAX_DISRUPTED_PODS = 2000;
const RETRY_AFTER_SECONDS = 10;

/** Pods whose going disturbs nobody: finished, not started yet, or going already. Models canIgnorePDB. */
function ignoresBudgets(pod: Pod): boolean {
  const phase = pod.status.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

function budgetsOf(server: ServerCore, pod: Pod): readonly PodDisruptionBudget[] {
  const budgets = server.list('PodDisruptionBudget', pod.metadata.namespace) as unknown as readonly PodDisruptionBudget[];
  return budgets.filter((budget) => matchLabelSelector(budget.spec.selector, pod.metadata.labels));
}

/** Whether an unhealthy pod may go without asking the budget. */
function unhealthyMayGo(budget: PodDisruptionBudget): boolean {
  if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy, desiredHealthy } = budget.status;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** Why a budget that allows no disruption says no, as the API server words it. */
function denial(budget: PodDisruptionBudget): string {
  const { name } = budget.metadata;
  const { currentHealthy, desiredHealthy } = budget.status;
  const condition = budget.status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const told = condition !== undefined && condition.status === 'False' && condition.message !== '' ? condition : undefined;
  const refusal = `The disruption budget ${name} does not allow evicting pods currently`;
  if (told?.reason === 'SyncFailed') return `${refusal} because it failed sync: ${told.message}`;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return told === undefined ? refusal : `${refusal} (${told.reason}): ${told.message}`;
}

/** Status when the budget does not allow one disruption more. Models checkAndDecrement's checks. */
function refusal(budget: PodDisruptionBudget): Status | undefined {
  const info = kindInfo('PodDisruptionBudget');
  if (info === undefined) return status.unknownResource();
  const { name } = budget.metadata;
  const { observedGeneration, disruptionsAllowed, disruptedPods } = budget.status;
  if ((observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    return status.evictionRefused(`The disruption budget ${name} is still being processed by the server.`, RETRY_AFTER_SECONDS);
  }
  if (disruptionsAllowed < 0) return status.forbidden(info, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    return status.forbidden(info, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  return disruptionsAllowed === 0 ? status.evictionRefused(denial(budget), 0) : undefined;
}

/** Takes one disruption off the budget and notes the pod, until the disruption controller has seen it go. */
function takeDisruption(server: ServerCore, budget: PodDisruptionBudget, podName: string, options: DeleteRequest): void {
  const now = server.timestamp();
  const disruptionsAllowed = budget.status.disruptionsAllowed - 1;
  let conditions = budget.status.conditions;
  if (disruptionsAllowed === 0) {
    const condition = {
      type: 'DisruptionAllowed',
      status: 'False' as const,
      observedGeneration: budget.status.observedGeneration ?? 0,
      lastTransitionTime: now,
      reason: 'InsufficientPods',
      message: '',
    };
    conditions = [...setCondition(conditions, condition, now)];
  }
  const disruptedPods = { ...budget.status.disruptedPods, [podName]: now };
  const next = {
    ...budget,
    status: { ...budget.status, disruptionsAllowed, disruptedPods, ...(conditions ? { conditions } : {}) },
  };
  server.commit(budget as unknown as AnyObject, next as unknown as AnyObject, options.dryRun);
}

/** Asks the pod's budget. The answer carries nothing when the pod may go. */
function askBudgets(server: ServerCore, pod: Pod, options: DeleteRequest): Result<null, Status> {
  const budgets = budgetsOf(server, pod);
  if (budgets.length > 1) {
    const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    return err(status.internalError(why));
  }
  const budget = budgets[0];
  if (budget === undefined || (!isPodReady(pod) && unhealthyMayGo(budget))) return ok(null);
  const refused = refusal(budget);
  if (refused !== undefined) return err(refused);
  takeDisruption(server, budget, pod.metadata.name, options);
  return ok(null);
}

/** Marks why the pod goes, then deletes it. Models addConditionAndDeletePod. */
function deleteWithCondition(server: ServerCore, object: AnyObject, options: DeleteRequest): Answer {
  const pod = object as unknown as Pod;
  const now = server.timestamp();
  const condition = {
    type: 'DisruptionTarget',
    status: 'True' as const,
    lastTransitionTime: now,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const conditions = setCondition(pod.status.conditions, condition, now);
  const next = { ...object, status: { ...pod.status, conditions } } as unknown as AnyObject;
  server.commit(object, next, options.dryRun);
  const { preconditions: _checked, ...rest } = options;
  return server.delete({ kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name }, rest);
}

/**
 * Evicts a pod: deletes it when its disruption budget allows. 404 without the pod, 409 for preconditions, 429 when the budget says no, 500 for
 * a pod under several budgets. Models registry/core/pod/storage EvictionREST.Create.
 */
export function evictPod(server: ServerCore, namespace: string, name: string, options: DeleteRequest): Answer {
  const info = kindInfo('Pod');
  const object = server.get('Pod', namespace, name);
  if (info === undefined) return err(status.unknownResource());
  if (object === undefined) return err(status.notFound(info, name));
  const mismatch = checkPreconditions(info, object, options);
  if (mismatch !== undefined) return err(mismatch);
  const pod = object as unknown as Pod;
  if (!ignoresBudgets(pod)) {
    const asked = askBudgets(server, pod, options);
    if (!asked.ok) return asked;
  }
  return deleteWithCondition(server, object, options);
}

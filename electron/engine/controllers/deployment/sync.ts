import { ok } from '#shared/core/result.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { Deployment, Pod, ReplicaSet } from '#shared/kube/types.ts';
import type { ApiResult, Lister } from '../../client/types.ts';
import { sameStatus } from '../common/same.ts';
import {
  claimReplicaSets,
  cleanUpHistory,
  everyReplicaSet,
  type Revisions,
  scaleReplicaSet,
  syncRevisions,
  type Tools,
} from './replicaSets.ts';
import {
  activeOnes,
  activeOrLatest,
  desiredOf,
  isSaturated,
  isScalingEvent,
  planNew,
  planOld,
  planProportional,
  type ScaleStep,
  statusTotal,
} from './rolling.ts';
import {
  calculateStatus,
  conditionOf,
  type DeploymentStatus,
  hasProgressDeadline,
  isComplete,
  newCondition,
  recheckDelay,
  rolloutStatus,
  withCondition,
} from './status.ts';

/** Tools of a Deployment sync, pods included. */
export interface SyncTools extends Tools {
  pods: Lister<Pod>;
}

/** `recheckMs`: when progress must be judged again without anything happening. */
export interface SyncOutcome {
  recheckMs?: number;
}

/** One pass over a Deployment: reads the caches, writes the difference. Models DeploymentController.syncDeployment. */
export function syncDeployment(tools: SyncTools, stored: Deployment): ApiResult<SyncOutcome> {
  if (Object.keys(stored.spec.selector).length === 0) return refuseAll(tools, stored);
  const claimed = claimReplicaSets(tools, stored);
  if (!claimed.ok) return claimed;
  const replicaSets = claimed.value;
  if (stored.metadata.deletionTimestamp !== undefined) return syncStatusOnly(tools, stored, replicaSets);
  const noted = notePause(tools, stored);
  if (!noted.ok) return noted;
  const deployment = noted.value;
  if (deployment.spec.paused === true) return syncScale(tools, deployment, replicaSets);
  const known = syncRevisions(tools, deployment, replicaSets, false);
  if (!known.ok) return known;
  const present = known.value;
  if (isScalingEvent(present.deployment, everyReplicaSet(present)))
    return syncScale(tools, present.deployment, everyReplicaSet(present));
  return present.deployment.spec.strategy?.type === 'Recreate' ? rolloutRecreate(tools, present) : rolloutRolling(tools, present);
}

function refuseAll(tools: Tools, deployment: Deployment): ApiResult<SyncOutcome> {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  tools.recorder.event(deployment, 'Warning', 'SelectingAll', message);
  const observedGeneration = deployment.metadata.generation ?? 0;
  if ((deployment.status?.observedGeneration ?? 0) >= observedGeneration) return ok({});
  const written = tools.client.updateStatus({ ...deployment, status: { ...deployment.status, observedGeneration } });
  return written.ok ? ok({}) : written;
}

/** Marks the start and the end of a pause, so that paused time does not count against the deadline. Models checkPausedConditions. */
function notePause(tools: Tools, deployment: Deployment): ApiResult<Deployment> {
  if (!hasProgressDeadline(deployment)) return ok(deployment);
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  if (current?.reason === 'ProgressDeadlineExceeded') return ok(deployment);
  const marked = current?.reason === 'DeploymentPaused';
  const paused = deployment.spec.paused === true;
  if (paused === marked) return ok(deployment);
  const condition = paused
    ? newCondition(tools.clock, 'Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused')
    : newCondition(tools.clock, 'Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  const conditions = [...withCondition(deployment.status?.conditions ?? [], condition)];
  return tools.client.updateStatus({ ...deployment, status: { ...deployment.status, conditions } });
}

/** Status alone; nothing else is touched. Models syncStatusOnly and syncDeploymentStatus. */
function syncStatusOnly(tools: Tools, deployment: Deployment, replicaSets: readonly ReplicaSet[]): ApiResult<SyncOutcome> {
  const known = syncRevisions(tools, deployment, replicaSets, false);
  if (!known.ok) return known;
  return writeStatus(
    tools,
    known.value.deployment,
    calculateStatus(known.value.deployment, everyReplicaSet(known.value), known.value.newest, tools.clock),
  );
}

function writeStatus(tools: Tools, deployment: Deployment, status: DeploymentStatus): ApiResult<SyncOutcome> {
  if (sameStatus(deployment.status, status)) return ok({});
  const written = tools.client.updateStatus({ ...deployment, status });
  return written.ok ? ok({}) : written;
}

function writeRolloutStatus(tools: Tools, { deployment, newest, old }: Revisions): ApiResult<SyncOutcome> {
  const all = everyReplicaSet({ deployment, newest, old });
  const status = rolloutStatus(deployment, all, newest, tools.clock);
  if (!sameStatus(deployment.status, status)) return writeStatus(tools, deployment, status);
  const recheckMs = recheckDelay(deployment, status, tools.clock);
  return ok(recheckMs === undefined ? {} : { recheckMs });
}

/** Applies scale steps in order; the answer holds every ReplicaSet as it is afterwards. */
function applySteps(tools: Tools, present: Revisions, steps: readonly ScaleStep[]): ApiResult<Revisions> {
  const latest = new Map<string, ReplicaSet>();
  for (const { replicaSet, to } of steps) {
    const name = replicaSet.metadata.name;
    const written = scaleReplicaSet(tools, present.deployment, latest.get(name) ?? replicaSet, to);
    if (!written.ok) return written;
    latest.set(name, written.value);
  }
  const fresh = (one: ReplicaSet) => latest.get(one.metadata.name) ?? one;
  return ok({
    deployment: present.deployment,
    newest: present.newest === undefined ? undefined : fresh(present.newest),
    old: present.old.map(fresh),
  });
}

/** Scaling outside of a roll-out, and everything while paused. Models DeploymentController.sync and scale. */
function syncScale(tools: Tools, deployment: Deployment, replicaSets: readonly ReplicaSet[]): ApiResult<SyncOutcome> {
  const known = syncRevisions(tools, deployment, replicaSets, false);
  if (!known.ok) return known;
  const scaled = applySteps(tools, known.value, planScale(known.value));
  if (!scaled.ok) return scaled;
  const { newest, old } = scaled.value;
  // A running Deployment cleans up at the end of its roll-out instead.
  const cleaned = deployment.spec.paused === true ? cleanUpHistory(tools, deployment, old) : ok(null);
  if (!cleaned.ok) return cleaned;
  const fresh = scaled.value.deployment;
  return writeStatus(tools, fresh, calculateStatus(fresh, everyReplicaSet(scaled.value), newest, tools.clock));
}

function planScale({ deployment, newest, old }: Revisions): ScaleStep[] {
  const only = activeOrLatest(newest, old);
  if (only !== undefined) {
    return desiredOf(only) === desiredOf(deployment) ? [] : [{ replicaSet: only, to: desiredOf(deployment) }];
  }
  if (isSaturated(deployment, newest)) return activeOnes(old).map((replicaSet) => ({ replicaSet, to: 0 }));
  if (deployment.spec.strategy?.type === 'Recreate') return [];
  return planProportional(deployment, newest === undefined ? old : [...old, newest]);
}

/** Models rolloutRolling. */
function rolloutRolling(tools: Tools, known: Revisions): ApiResult<SyncOutcome> {
  const created = syncRevisions(tools, known.deployment, everyReplicaSet(known), true);
  if (!created.ok) return created;
  const present = created.value;
  const { deployment, newest, old } = present;
  if (newest === undefined) return writeRolloutStatus(tools, present);
  const up = planNew(deployment, everyReplicaSet(present), newest);
  const steps = up === undefined ? planOld(deployment, old, newest) : [up];
  const scaled = applySteps(tools, present, steps);
  if (!scaled.ok) return scaled;
  return finishRollout(tools, scaled.value, steps.length === 0);
}

/** Cleans up after a finished roll-out and writes the status. */
function finishRollout(tools: Tools, present: Revisions, settled: boolean): ApiResult<SyncOutcome> {
  if (settled && isComplete(present.deployment, present.deployment.status)) {
    const cleaned = cleanUpHistory(tools, present.deployment, present.old);
    if (!cleaned.ok) return cleaned;
  }
  return writeRolloutStatus(tools, present);
}

/** Models rolloutRecreate. */
function rolloutRecreate(tools: SyncTools, known: Revisions): ApiResult<SyncOutcome> {
  const { deployment } = known;
  const active = activeOnes(known.old);
  if (active.length > 0) {
    const scaled = applySteps(
      tools,
      known,
      active.map((replicaSet) => ({ replicaSet, to: 0 })),
    );
    return scaled.ok ? writeRolloutStatus(tools, scaled.value) : scaled;
  }
  if (oldPodsRunning(tools, known)) return writeRolloutStatus(tools, known);
  const created = syncRevisions(tools, deployment, everyReplicaSet(known), true);
  if (!created.ok) return created;
  const { newest } = created.value;
  const grow = newest !== undefined && desiredOf(newest) !== desiredOf(created.value.deployment);
  const steps = grow ? [{ replicaSet: newest, to: desiredOf(created.value.deployment) }] : [];
  const scaled = applySteps(tools, created.value, steps);
  return scaled.ok ? finishRollout(tools, scaled.value, true) : scaled;
}

/** Whether pods of old ReplicaSets have not ended yet. Models oldPodsRunning. */
function oldPodsRunning(tools: SyncTools, { deployment, newest, old }: Revisions): boolean {
  if (statusTotal(old, 'replicas') > 0) return true;
  const uids = new Set(old.map((one) => one.metadata.uid));
  return tools.pods.list(deployment.metadata.namespace).some((pod) => {
    if (!matchLabelSelector(deployment.spec.selector, pod.metadata.labels)) return false;
    const owner = controllerOf(pod)?.uid;
    if (owner === undefined || owner === newest?.metadata.uid || !uids.has(owner)) return false;
    return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
  });
}

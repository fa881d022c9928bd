import { compareStrings } from '#shared/core/compare.ts';
import { ok } from '#shared/core/result.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';
import type { ApiResult, Client, EventRecorder, Lister } from '../../client/types.ts';
import type { Clock } from '../../sim/types.ts';
import { claimObjects } from '../common/claim.ts';
import { computeHash } from '../common/templateHash.ts';
import {
  HASH_LABEL,
  maxRevision,
  newReplicaSetAnnotations,
  REVISION,
  replicasAnnotations,
  replicasAnnotationsDiffer,
  revisionOf,
  sameAnnotations,
} from './annotations.ts';
import { byAge, desiredOf, maxSurgeOf, newReplicaSetSize } from './rolling.ts';
import {
  conditionOf,
  type DeploymentCondition,
  hasProgressDeadline,
  historyLimit,
  newCondition,
  withCondition,
} from './status.ts';
import { equalIgnoreHash, withoutHash } from './template.ts';

/** What a sync of one Deployment works with. */
export interface Tools {
  client: Client;
  recorder: EventRecorder;
  clock: Clock;
  replicaSets: Lister<ReplicaSet>;
}

/** A Deployment with its ReplicaSets sorted out. */
export interface Revisions {
  deployment: Deployment;
  newest: ReplicaSet | undefined;
  old: ReplicaSet[];
}

/** The newest and the others together, the newest last. */
export function everyReplicaSet({ newest, old }: Revisions): ReplicaSet[] {
  return newest === undefined ? old : [...old, newest];
}

/** ReplicaSets a Deployment controls after adopting and releasing. Models getReplicaSetsForDeployment. */
export function claimReplicaSets(tools: Tools, deployment: Deployment): ApiResult<ReplicaSet[]> {
  const candidates = tools.replicaSets.list(deployment.metadata.namespace);
  return claimObjects(tools.client, deployment, candidates, (one) =>
    matchLabelSelector(deployment.spec.selector, one.metadata.labels),
  );
}

/** The ReplicaSet with the Deployment's present template; the oldest when several fit. Models deploymentutil.FindNewReplicaSet. */
export function findNewest(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...replicaSets].sort(byAge).find((one) => equalIgnoreHash(one.spec.template, deployment.spec.template));
}

/**
 * Sorts out newest and old ReplicaSets, brings revision and copied annotations up to date and, with `create`, makes the newest when it is
 * missing. Models getAllReplicaSetsAndSyncRevision.
 */
export function syncRevisions(
  tools: Tools,
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  create: boolean,
): ApiResult<Revisions> {
  const found = findNewest(deployment, replicaSets);
  const old = replicaSets.filter((one) => one !== found);
  const revision = maxRevision(old) + 1;
  if (found !== undefined) return syncExisting(tools, deployment, found, old, revision);
  if (!create) return ok({ deployment, newest: undefined, old });
  return createNewest(tools, deployment, old, revision);
}

function syncExisting(
  tools: Tools,
  deployment: Deployment,
  found: ReplicaSet,
  old: ReplicaSet[],
  revision: number,
): ApiResult<Revisions> {
  const annotations = newReplicaSetAnnotations(deployment, found, revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  if (!sameAnnotations(annotations, found.metadata.annotations) || minReadySeconds !== (found.spec.minReadySeconds ?? 0)) {
    const written = tools.client.update(resized(found, desiredOf(found), annotations, minReadySeconds));
    return written.ok ? ok({ deployment, newest: written.value, old }) : written;
  }
  const noted =
    hasProgressDeadline(deployment) && conditionOf(deployment.status?.conditions, 'Progressing') === undefined
      ? newCondition(tools.clock, 'Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${found.metadata.name}"`)
      : undefined;
  const written = noteRevision(tools, deployment, revisionOf(found) ?? revision, noted);
  return written.ok ? ok({ deployment: written.value, newest: found, old }) : written;
}

/** Writes the Deployment's revision and a condition, if they are news. */
function noteRevision(
  tools: Tools,
  deployment: Deployment,
  revision: number,
  condition: DeploymentCondition | undefined,
): ApiResult<Deployment> {
  const text = String(revision);
  if (deployment.metadata.annotations?.[REVISION] === text && condition === undefined) return ok(deployment);
  const conditions = deployment.status?.conditions ?? [];
  return tools.client.updateStatus({
    ...deployment,
    metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, [REVISION]: text } },
    status: {
      ...deployment.status,
      conditions: condition === undefined ? conditions : [...withCondition(conditions, condition)],
    },
  });
}

function createNewest(tools: Tools, deployment: Deployment, old: ReplicaSet[], revision: number): ApiResult<Revisions> {
  const wanted = buildReplicaSet(deployment, old, revision);
  const name = wanted.metadata.name;
  const created = tools.client.create(wanted);
  if (!created.ok && created.error.reason === 'AlreadyExists')
    return resolveCollision(tools, deployment, old, revision, name, created);
  if (!created.ok) return reportCreateFailure(tools, deployment, name, created);
  const size = desiredOf(wanted);
  if (size > 0)
    tools.recorder.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
  const condition = hasProgressDeadline(deployment)
    ? newCondition(tools.clock, 'Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`)
    : undefined;
  const written = noteRevision(tools, deployment, revision, condition);
  return written.ok ? ok({ deployment: written.value, newest: created.value, old }) : written;
}

/** The ReplicaSet a Deployment creates for its present template. Models the construction in getNewReplicaSet. */
export function buildReplicaSet(deployment: Deployment, old: readonly ReplicaSet[], revision: number): ReplicaSet {
  const plain = withoutHash(deployment.spec.template);
  const hash = computeHash(deployment.spec.template, deployment.status?.collisionCount);
  const labels = { ...plain.metadata?.labels, [HASH_LABEL]: hash };
  const desired = desiredOf(deployment);
  const selector = deployment.spec.selector;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: {
        ...newReplicaSetAnnotations(deployment, undefined, revision),
        ...replicasAnnotations(desired, desired + maxSurgeOf(deployment)),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newReplicaSetSize(deployment, old, 0),
      ...(deployment.spec.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...deployment.spec.template, metadata: { ...deployment.spec.template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

/** The name is taken: by our own earlier write (use it) or by something else (salt the next hash and try again). */
function resolveCollision(
  tools: Tools,
  deployment: Deployment,
  old: ReplicaSet[],
  revision: number,
  name: string,
  refused: ApiResult<ReplicaSet>,
): ApiResult<Revisions> {
  const present = tools.client.get('ReplicaSet', deployment.metadata.namespace ?? '', name);
  if (!present.ok) return present;
  const ours = present.value.metadata.ownerReferences?.some((one) => one.controller && one.uid === deployment.metadata.uid);
  if (ours && equalIgnoreHash(deployment.spec.template, present.value.spec.template)) {
    const written = noteRevision(tools, deployment, revision, undefined);
    return written.ok ? ok({ deployment: written.value, newest: present.value, old }) : written;
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  const written = tools.client.updateStatus({ ...deployment, status: { ...deployment.status, collisionCount } });
  if (!written.ok) return written;
  return refused.ok ? ok({ deployment: written.value, newest: undefined, old }) : refused;
}

function reportCreateFailure(
  tools: Tools,
  deployment: Deployment,
  name: string,
  refused: ApiResult<ReplicaSet> & { ok: false },
): ApiResult<Revisions> {
  const causes = refused.error.details?.causes ?? [];
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating')) return refused;
  const message = `Failed to create new replica set "${name}": ${refused.error.message}`;
  if (hasProgressDeadline(deployment)) {
    const condition = newCondition(tools.clock, 'Progressing', 'False', 'ReplicaSetCreateError', message);
    const conditions = [...withCondition(deployment.status?.conditions ?? [], condition)];
    tools.client.updateStatus({ ...deployment, status: { ...deployment.status, conditions } });
  }
  tools.recorder.event(deployment, 'Warning', 'ReplicaSetCreateError', message);
  return refused;
}

function resized(
  one: ReplicaSet,
  size: number,
  annotations: Readonly<Record<string, string>>,
  minReadySeconds: number,
): ReplicaSet {
  const { minReadySeconds: _before, ...spec } = one.spec;
  return {
    ...one,
    metadata: { ...one.metadata, annotations: { ...annotations } },
    spec: { ...spec, replicas: size, ...(minReadySeconds > 0 ? { minReadySeconds } : {}) },
  };
}

/**
 * Sets size and size annotations of a ReplicaSet and records the event when the size changes; writes nothing when all is as wanted.
 * Models DeploymentController.scaleReplicaSet.
 */
export function scaleReplicaSet(tools: Tools, deployment: Deployment, one: ReplicaSet, size: number): ApiResult<ReplicaSet> {
  const before = desiredOf(one);
  const desired = desiredOf(deployment);
  const most = desired + maxSurgeOf(deployment);
  if (before === size && !replicasAnnotationsDiffer(one, desired, most)) return ok(one);
  const annotations = { ...one.metadata.annotations, ...replicasAnnotations(desired, most) };
  const written = tools.client.update(resized(one, size, annotations, one.spec.minReadySeconds ?? 0));
  if (written.ok && before !== size) {
    const way = before < size ? 'up' : 'down';
    const message = `Scaled ${way} replica set ${one.metadata.name} from ${before} to ${size}`;
    tools.recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message);
  }
  return written;
}

/** Deletes the oldest empty ReplicaSets beyond the history limit. Models DeploymentController.cleanupDeployment. */
export function cleanUpHistory(tools: Tools, deployment: Deployment, old: readonly ReplicaSet[]): ApiResult<null> {
  const limit = historyLimit(deployment);
  if (limit === undefined) return ok(null);
  const cleanable = old.filter((one) => one.metadata.deletionTimestamp === undefined);
  const surplus = cleanable.length - limit;
  if (surplus <= 0) return ok(null);
  const revision = (one: ReplicaSet) => revisionOf(one) ?? 0;
  cleanable.sort((a, b) => revision(a) - revision(b) || compareStrings(a.metadata.name, b.metadata.name));
  for (const one of cleanable.slice(0, surplus)) {
    const unseen = (one.metadata.generation ?? 0) > (one.status?.observedGeneration ?? 0);
    if ((one.status?.replicas ?? 0) !== 0 || desiredOf(one) !== 0 || unseen) continue;
    const ref = { kind: 'ReplicaSet', namespace: one.metadata.namespace ?? '', name: one.metadata.name };
    const gone = tools.client.delete(ref);
    if (!gone.ok && gone.error.reason !== 'NotFound') return gone;
  }
  return ok(null);
}

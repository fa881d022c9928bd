import { ok, type Result } from '#shared/core/result.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import type { ControllerRevision, DaemonSet, StatefulSet } from '#shared/kube/kinds.ts';
import { isControlledBy } from '#shared/kube/pod.ts';
import { kindInfo, qualifiedKind } from '#shared/kube/registry.ts';
import type { Deployment, KubeObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type { Client, ComponentContext } from '../client/types.ts';
import { byRevision, listRevisions } from '../controllers/common/history.ts';
import { revisionOf } from '../controllers/deployment/rollback.ts';
import { clientError, nameOf } from './words.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** How far a roll-out is: kubectl's line, and whether it waits no longer. An error ends the command with exit code 1. */
export interface RolloutProgress {
  lines: string[];
  done: boolean;
  error?: Status;
}

const waiting = (text: string): RolloutProgress => ({ lines: [text], done: false });
const finished = (text: string): RolloutProgress => ({ lines: [text], done: true });
const failed = (text: string): RolloutProgress => ({ lines: [], done: true, error: clientError(text) });

/** `kubectl rollout status` at this instant. Models kubectl polymorphichelpers StatusViewer. */
export function rolloutStatus(client: Client, ref: ObjectRef, revision = 0): RolloutProgress {
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return { lines: [], done: true, error: found.error };
  const object = found.value as unknown;
  switch (ref.kind) {
    case 'Deployment':
      return deploymentStatus(object as Deployment, revision);
    case 'DaemonSet':
      return daemonSetStatus(object as DaemonSet);
    case 'StatefulSet':
      return statefulSetStatus(object as StatefulSet);
    default:
      return failed(`no status viewer has been implemented for ${groupKind(ref.kind)}`);
  }
}

/** `Kind`, or `Kind.group`, as kubectl names kinds it has no words for. */
export function groupKind(kind: string): string {
  const info = kindInfo(kind);
  return info === undefined ? kind : qualifiedKind(info);
}

function deploymentStatus(one: Deployment, revision: number): RolloutProgress {
  const { name, generation = 0 } = one.metadata;
  const running = revisionOf(one) ?? 0;
  if (revision > 0 && revision !== running)
    return failed(`desired revision (${revision}) is different from the running revision (${running})`);
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions } = one.status ?? {};
  if (generation > observedGeneration) return waiting('Waiting for deployment spec update to be observed...');
  if (getCondition(conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded')
    return failed(`deployment "${name}" exceeded its progress deadline`);
  const head = `Waiting for deployment "${name}" rollout to finish:`;
  const wanted = one.spec.replicas;
  if (wanted !== undefined && updatedReplicas < wanted)
    return waiting(`${head} ${updatedReplicas} out of ${wanted} new replicas have been updated...`);
  if (replicas > updatedReplicas) return waiting(`${head} ${replicas - updatedReplicas} old replicas are pending termination...`);
  if (availableReplicas < updatedReplicas)
    return waiting(`${head} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  return finished(`deployment "${name}" successfully rolled out`);
}

const ONLY_ROLLING = 'rollout status is only available for RollingUpdate strategy type';

function daemonSetStatus(one: DaemonSet): RolloutProgress {
  const { name, generation = 0 } = one.metadata;
  if (one.spec.updateStrategy?.type !== 'RollingUpdate') return failed(ONLY_ROLLING);
  const { observedGeneration = 0, updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = one.status;
  if (generation > observedGeneration) return waiting('Waiting for daemon set spec update to be observed...');
  const head = `Waiting for daemon set "${name}" rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled)
    return waiting(`${head} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`);
  if (numberAvailable < desiredNumberScheduled)
    return waiting(`${head} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`);
  return finished(`daemon set "${name}" successfully rolled out`);
}

function statefulSetStatus(one: StatefulSet): RolloutProgress {
  const { type, rollingUpdate } = one.spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return failed(ONLY_ROLLING);
  const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0 } = one.status;
  if (observedGeneration === 0 || (one.metadata.generation ?? 0) > observedGeneration)
    return waiting('Waiting for statefulset spec update to be observed...');
  const wanted = one.spec.replicas ?? 0;
  if (readyReplicas < wanted) return waiting(`Waiting for ${wanted - readyReplicas} pods to be ready...`);
  if (rollingUpdate !== undefined) {
    const rolled = wanted - (rollingUpdate.partition ?? 0);
    if (rollingUpdate.partition !== undefined && updatedReplicas < rolled)
      return waiting(
        `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${rolled} new pods have been updated...`,
      );
    return finished(`partitioned roll out complete: ${updatedReplicas} new pods have been updated...`);
  }
  const { updateRevision = '', currentRevision = '' } = one.status;
  if (updateRevision !== currentRevision)
    return waiting(`waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`);
  return finished(`statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...`);
}

/** Revisions a DaemonSet or StatefulSet controls, oldest first. Models controlledHistory of kubectl polymorphichelpers. */
export function controlledRevisions(ctx: ComponentContext, owner: DaemonSet | StatefulSet): ControllerRevision[] {
  return listRevisions(ctx.informer('ControllerRevision').lister, owner, owner.spec.selector)
    .filter((one) => isControlledBy(one, owner))
    .sort(byRevision);
}

/** `kubectl rollout history` without a revision of its own. Models kubectl polymorphichelpers HistoryViewer. */
export function rolloutHistory(ctx: ComponentContext, client: Client, ref: ObjectRef): Result<string[], Status> {
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const known = historyOf(ctx, found.value as unknown as KubeObject);
  if (known === undefined)
    return { ok: false, error: clientError(`no history viewer has been implemented for "${groupKind(ref.kind)}"`) };
  const head = `${nameOf(ref)} `;
  if (known.size === 0) return ok([head, 'No rollout history found.']);
  const rows = [...known]
    .sort(([a], [b]) => a - b)
    .map(([revision, cause]) => `${String(revision).padEnd(10)}${cause || '<none>'}`);
  return ok([head, 'REVISION  CHANGE-CAUSE', ...rows, '']);
}

/** Change cause by revision; undefined for kinds without a history. */
function historyOf(ctx: ComponentContext, owner: KubeObject): Map<number, string> | undefined {
  const cause = (object: KubeObject) => object.metadata.annotations?.[CHANGE_CAUSE] ?? '';
  if (owner.kind === 'DaemonSet' || owner.kind === 'StatefulSet')
    return new Map(controlledRevisions(ctx, owner as DaemonSet | StatefulSet).map((one) => [one.revision, cause(one)]));
  if (owner.kind !== 'Deployment') return undefined;
  const causes = new Map<number, string>();
  for (const set of ctx.informer('ReplicaSet').lister.list(owner.metadata.namespace ?? '')) {
    const revision = revisionOf(set);
    if (revision !== undefined && isControlledBy(set, owner)) causes.set(revision, cause(set));
  }
  return causes;
}

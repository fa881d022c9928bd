import { deepEqual } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { DaemonSet, StatefulSet } from '#shared/kube/kinds.ts';
import { isControlledBy } from '#shared/kube/pod.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { Deployment, ObjectRef, PodTemplateSpec, Status } from '#shared/kube/types.ts';
import type { Client, ComponentContext } from '../client/types.ts';
import { templatePatch } from '../controllers/common/history.ts';
import { rollbackTemplate } from '../controllers/deployment/rollback.ts';
import { controlledRevisions, groupKind } from './rolloutViews.ts';
import { clientError, line, resourceOf } from './words.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

type Lines = Result<string[], Status>;

/** `kubectl rollout undo`. `toRevision` 0 = the one before. Models kubectl polymorphichelpers RollbackerFor. */
export function rolloutUndo(ctx: ComponentContext, client: Client, ref: ObjectRef, toRevision: number): Lines {
  if (ref.kind === 'Deployment') return undoDeployment(ctx, client, ref, toRevision);
  if (ref.kind === 'DaemonSet' || ref.kind === 'StatefulSet') return undoByRevision(ctx, client, ref, toRevision);
  return unsupported(client, ref, `no rollbacker has been implemented for "${groupKind(ref.kind)}"`);
}

/** A DaemonSet or StatefulSet gets the template of a stored revision back. Models DaemonSetRollbacker and StatefulSetRollbacker. */
function undoByRevision(ctx: ComponentContext, client: Client, ref: ObjectRef, toRevision: number): Lines {
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const owner = found.value as unknown as DaemonSet | StatefulSet;
  const unknown = err(clientError(`unable to find specified revision ${toRevision} in history`));
  if (toRevision < 0) return unknown;
  const revisions = controlledRevisions(ctx, owner);
  if (toRevision === 0 && revisions.length <= 1) return err(clientError('no last revision to roll back to'));
  const target = toRevision === 0 ? revisions.at(-2) : revisions.find((one) => one.revision === toRevision);
  if (target === undefined) return unknown;
  if (deepEqual(templatePatch(owner.spec.template), target.data))
    return ok([line(ref, `skipped rollback (current template already matches revision ${toRevision})`)]);
  const patched = client.patch(ref, 'strategic', target.data);
  return patched.ok ? ok([line(ref, 'rolled back')]) : patched;
}

/** Models DeploymentRollbacker. */
function undoDeployment(ctx: ComponentContext, client: Client, ref: ObjectRef, toRevision: number): Lines {
  if (toRevision < 0) return err(clientError(`unable to find specified revision ${toRevision} in history`));
  const found = client.get('Deployment', ref.namespace, ref.name);
  if (!found.ok) return found;
  const deployment = found.value;
  const replicaSets = ctx
    .informer('ReplicaSet')
    .lister.list(ref.namespace)
    .filter((set) => isControlledBy(set, deployment));
  const target = rollbackTemplate(deployment, replicaSets, toRevision);
  if (!target.ok) return err(clientError(target.error));
  if (deployment.spec.paused === true) {
    const advice = `resume it first with 'kubectl rollout resume deployment/${ref.name}' and try again`;
    return err(clientError(`cannot rollback a paused deployment; ${advice}`));
  }
  const { template, annotations, unchanged } = target.value;
  if (unchanged) return ok([line(ref, `skipped rollback (current template already matches revision ${toRevision})`)]);
  const updated = client.update({
    ...deployment,
    metadata: { ...deployment.metadata, annotations },
    spec: { ...deployment.spec, template },
  });
  return updated.ok ? ok([line(ref, 'rolled back')]) : updated;
}

/** `kubectl rollout restart`: a new annotation in the template makes a new revision. */
export function rolloutRestart(client: Client, ref: ObjectRef, nowText: string): Lines {
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(ref.kind))
    return err(clientError(`${resourceOf(ref)} restarting is not supported`));
  const object = found.value as unknown as Deployment;
  if (object.spec.paused === true)
    return err(clientError(`${resourceOf(ref)} can't restart paused deployment (run rollout resume first)`));
  if (object.spec.template.metadata?.annotations?.[RESTARTED_AT] === nowText) {
    const why = 'if restart has already been triggered within the past second, please wait before attempting to trigger another';
    return err(clientError(`${resourceOf(ref)} ${why}`));
  }
  const patch = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: nowText } } } } };
  const patched = client.patch(ref, 'strategic', patch);
  return patched.ok ? ok([line(ref, 'restarted')]) : patched;
}

/** `kubectl rollout pause` and `resume`; only Deployments know it. */
export function rolloutPause(client: Client, ref: ObjectRef, paused: boolean): Lines {
  if (ref.kind !== 'Deployment')
    return unsupported(client, ref, `${resourceOf(ref)} ${paused ? 'pausing' : 'resuming'} is not supported`);
  const found = client.get('Deployment', ref.namespace, ref.name);
  if (!found.ok) return found;
  if ((found.value.spec.paused === true) === paused)
    return err(clientError(`${resourceOf(ref)} is ${paused ? 'already' : 'not'} paused`));
  const patched = client.patch(ref, 'strategic', { spec: { paused: paused ? true : null } });
  return patched.ok ? ok([line(ref, paused ? 'paused' : 'resumed')]) : patched;
}

/** kubectl looks the object up first; only one that exists is of the wrong kind. */
function unsupported(client: Client, ref: ObjectRef, message: string): Lines {
  const found = client.get(ref.kind, ref.namespace, ref.name);
  return found.ok ? err(clientError(message)) : found;
}

/** `kubectl scale`. */
export function scale(client: Client, ref: ObjectRef, replicas: number): Lines {
  if (replicas < 0)
    return err(clientError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0'));
  const scaled = client.scale(ref, replicas);
  return scaled.ok ? ok([line(ref, 'scaled')]) : scaled;
}

/** `kubectl set image`; no line when nothing changes. `*` names all containers. */
export function setImage(client: Client, ref: ObjectRef, container: string, image: string): Lines {
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const inPod = ref.kind === 'Pod';
  const object = found.value as unknown as Deployment;
  const spec = inPod ? (object.spec as unknown as PodTemplateSpec['spec']) : object.spec?.template?.spec;
  if (spec === undefined) return err(clientError(`${kindInfo(ref.kind)?.plural ?? ref.kind} "${ref.name}" has no pod template`));
  const named = (list: readonly { name: string; image?: string }[] | undefined) =>
    (list ?? []).filter((entry) => container === '*' || entry.name === container);
  const inits = named(spec.initContainers);
  const mains = named(spec.containers);
  if (inits.length + mains.length === 0) return err(clientError(`unable to find container named "${container}"`));
  if ([...inits, ...mains].every((entry) => entry.image === image)) return ok([]);
  const changed = (list: readonly { name: string }[]) => list.map(({ name }) => ({ name, image }));
  const podSpec = {
    ...(inits.length === 0 ? {} : { initContainers: changed(inits) }),
    ...(mains.length === 0 ? {} : { containers: changed(mains) }),
  };
  const patched = client.patch(ref, 'strategic', inPod ? { spec: podSpec } : { spec: { template: { spec: podSpec } } });
  return patched.ok ? ok([line(ref, 'image updated')]) : patched;
}

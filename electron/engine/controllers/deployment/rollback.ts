import { err, ok, type Result } from '#shared/core/result.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '#shared/kube/types.ts';
import { isOwnAnnotation, revisionOf } from './annotations.ts';
import { equalIgnoreHash, withoutHash } from './template.ts';

export { revisionOf } from './annotations.ts';

/** What to write into a Deployment to bring back an earlier template. */
export interface Rollback {
  revision: number;
  template: PodTemplateSpec;
  annotations: Record<string, string>;
  /** The Deployment has that template already: nothing to write. */
  unchanged: boolean;
}

/**
 * Template and annotations of an earlier revision (`toRevision` 0 = the one before the newest) among the ReplicaSets a Deployment controls.
 * The error says what kubectl says. Models kubectl polymorphichelpers DeploymentRollbacker and SetDeploymentAnnotationsTo.
 */
export function rollbackTemplate(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  toRevision: number,
): Result<Rollback, string> {
  const found = findRevision(deployment.metadata.name, replicaSets, toRevision);
  if (!found.ok) return found;
  const { revision, replicaSet } = found.value;
  const template = withoutHash(replicaSet.spec.template);
  const annotations: Record<string, string> = {};
  for (const [key, text] of Object.entries(deployment.metadata.annotations ?? {}))
    if (isOwnAnnotation(key)) annotations[key] = text;
  for (const [key, text] of Object.entries(replicaSet.metadata.annotations ?? {}))
    if (!isOwnAnnotation(key)) annotations[key] = text;
  return ok({ revision, template, annotations, unchanged: equalIgnoreHash(template, deployment.spec.template) });
}

function findRevision(
  name: string,
  replicaSets: readonly ReplicaSet[],
  toRevision: number,
): Result<{ revision: number; replicaSet: ReplicaSet }, string> {
  const known = replicaSets
    .map((replicaSet) => ({ replicaSet, revision: revisionOf(replicaSet) ?? 0 }))
    .filter(({ revision }) => revision > 0)
    .sort((a, b) => b.revision - a.revision);
  if (toRevision > 0) {
    const exact = known.find(({ revision }) => revision === toRevision);
    return exact === undefined ? err(`unable to find specified revision ${toRevision} in history`) : ok(exact);
  }
  const previous = known[1];
  return previous === undefined ? err(`no rollout history found for deployment "${name}"`) : ok(previous);
}

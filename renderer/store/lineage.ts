import type { ObjectKey, OwnerReference, Pod, ReplicaSet } from '#shared/kube/types.ts';

/** Where a ReplicaSet stands: its Deployment (if any), its revision, and whether that is the Deployment's newest. */
export interface Lineage {
  readonly deployment: ObjectKey | null;
  readonly revision: number;
  readonly current: boolean;
}

const REVISION = 'deployment.kubernetes.io/revision';

function controllerOf(references: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  return references?.find((reference) => reference.controller === true);
}

/** Lineage of each ReplicaSet, by ReplicaSet key. */
export function buildLineage(replicaSets: ReadonlyMap<ObjectKey, ReplicaSet>): ReadonlyMap<ObjectKey, Lineage> {
  const newest = new Map<ObjectKey, number>();
  const rows: { key: ObjectKey; deployment: ObjectKey | null; revision: number }[] = [];
  for (const [key, replicaSet] of replicaSets) {
    const owner = controllerOf(replicaSet.metadata.ownerReferences);
    const deployment = owner?.kind === 'Deployment' ? `Deployment/${replicaSet.metadata.namespace ?? ''}/${owner.name}` : null;
    const revision = Number(replicaSet.metadata.annotations?.[REVISION] ?? 0) || 0;
    rows.push({ key, deployment, revision });
    if (deployment) newest.set(deployment, Math.max(newest.get(deployment) ?? 0, revision));
  }
  return new Map(
    rows.map(({ key, deployment, revision }) => [
      key,
      { deployment, revision, current: deployment === null || revision === newest.get(deployment) },
    ]),
  );
}

/** Key of the ReplicaSet that controls a pod, or null. */
export function replicaSetKeyOf(pod: Pod): ObjectKey | null {
  const owner = controllerOf(pod.metadata.ownerReferences);
  return owner?.kind === 'ReplicaSet' ? `ReplicaSet/${pod.metadata.namespace ?? ''}/${owner.name}` : null;
}

/**
 * Names the family a pod belongs to, for its colour: its Deployment (the ReplicaSet's name without the template hash), else its controller,
 * else its `app` label, else its name without a trailing number or suffix.
 */
export function ownerKeyOf(pod: Pod): string {
  const namespace = pod.metadata.namespace ?? '';
  const owner = controllerOf(pod.metadata.ownerReferences);
  if (owner) {
    const hash = pod.metadata.labels?.['pod-template-hash'];
    if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)) {
      return `Deployment/${namespace}/${owner.name.slice(0, -hash.length - 1)}`;
    }
    return `${owner.kind}/${namespace}/${owner.name}`;
  }
  const app = pod.metadata.labels?.app ?? pod.metadata.labels?.['app.kubernetes.io/name'];
  return `Pod/${namespace}/${app ?? pod.metadata.name.replace(/-\d+$/, '')}`;
}

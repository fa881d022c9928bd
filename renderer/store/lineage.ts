import type { ControllerRevision, ObjectKey, OwnerReference, Pod, ReplicaSet } from '#shared/kube/types.ts';

/**
 * Where a ReplicaSet or a ControllerRevision stands: its owner (for a ReplicaSet its Deployment, if any), its revision, and whether that is the
 * owner's newest.
 */
export interface Lineage {
  readonly deployment: ObjectKey | null;
  readonly revision: number;
  readonly current: boolean;
}

const REVISION = 'deployment.kubernetes.io/revision';

function controllerOf(references: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  return references?.find((reference) => reference.controller === true);
}

/** Lineage of each ReplicaSet and ControllerRevision, by key. */
export function buildLineage(
  replicaSets: ReadonlyMap<ObjectKey, ReplicaSet>,
  revisions: ReadonlyMap<ObjectKey, ControllerRevision> = new Map(),
): ReadonlyMap<ObjectKey, Lineage> {
  const newest = new Map<ObjectKey, number>();
  const rows: { key: ObjectKey; deployment: ObjectKey | null; revision: number }[] = [];
  for (const [key, replicaSet] of replicaSets) {
    const owner = controllerOf(replicaSet.metadata.ownerReferences);
    const deployment = owner?.kind === 'Deployment' ? `Deployment/${replicaSet.metadata.namespace ?? ''}/${owner.name}` : null;
    const revision = Number(replicaSet.metadata.annotations?.[REVISION] ?? 0) || 0;
    rows.push({ key, deployment, revision });
    if (deployment) newest.set(deployment, Math.max(newest.get(deployment) ?? 0, revision));
  }
  const latest = new Map<string, number>();
  const stored = [...revisions].map(([key, one]) => {
    const owner = controllerOf(one.metadata.ownerReferences)?.uid ?? key;
    latest.set(owner, Math.max(latest.get(owner) ?? 0, one.revision));
    return { key, owner, revision: one.revision };
  });
  return new Map([
    ...rows.map(({ key, deployment, revision }): [ObjectKey, Lineage] => [
      key,
      { deployment, revision, current: deployment === null || revision === newest.get(deployment) },
    ]),
    ...stored.map(({ key, owner, revision }): [ObjectKey, Lineage] => [
      key,
      { deployment: null, revision, current: revision === latest.get(owner) },
    ]),
  ]);
}

/** Key of the ReplicaSet or ControllerRevision a pod was made from, or null. */
export function templateKeyOf(pod: Pod): ObjectKey | null {
  const owner = controllerOf(pod.metadata.ownerReferences);
  const hash = pod.metadata.labels?.['controller-revision-hash'];
  const namespace = pod.metadata.namespace ?? '';
  // A StatefulSet's label holds the revision's whole name, a DaemonSet's only the hash.
  if (owner?.kind === 'StatefulSet' && hash) return `ControllerRevision/${namespace}/${hash}`;
  if (owner?.kind === 'DaemonSet' && hash) return `ControllerRevision/${namespace}/${owner.name}-${hash}`;
  return replicaSetKeyOf(pod);
}

/** Key of the ReplicaSet that controls a pod, or null. */
export function replicaSetKeyOf(pod: Pod): ObjectKey | null {
  const owner = controllerOf(pod.metadata.ownerReferences);
  return owner?.kind === 'ReplicaSet' ? `ReplicaSet/${pod.metadata.namespace ?? ''}/${owner.name}` : null;
}

/**
 * Names the family a pod belongs to, for its colour: its Deployment (the ReplicaSet's name without the template hash), the CronJob of its Job
 * (whose name ends in the scheduled minute), else its controller, else its `app` label, else its name without a trailing number or suffix.
 */
export function ownerKeyOf(pod: Pod): string {
  const namespace = pod.metadata.namespace ?? '';
  const owner = controllerOf(pod.metadata.ownerReferences);
  if (owner) {
    const hash = pod.metadata.labels?.['pod-template-hash'];
    if (owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`)) {
      return `Deployment/${namespace}/${owner.name.slice(0, -hash.length - 1)}`;
    }
    const minute = owner.kind === 'Job' ? /^(.+)-\d{8,}$/.exec(owner.name) : null;
    if (minute) return `CronJob/${namespace}/${minute[1]}`;
    return `${owner.kind}/${namespace}/${owner.name}`;
  }
  const app = pod.metadata.labels?.app ?? pod.metadata.labels?.['app.kubernetes.io/name'];
  return `Pod/${namespace}/${app ?? pod.metadata.name.replace(/-\d+$/, '')}`;
}

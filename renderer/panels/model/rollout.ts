import { scaleIntOrPercent } from '#shared/kube/intOrPercent.ts';
import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';

/** One revision of a Deployment, newest first. */
export interface RevisionRow {
  revision: number;
  name: string;
  images: readonly string[];
  changeCause: string | null;
  desired: number;
  present: number;
  ready: number;
  current: boolean;
}

/** A roll-out against its limits. All numbers are pods. */
export interface RolloutView {
  desired: number;
  total: number;
  updated: number;
  available: number;
  /** At most this many pods may exist at once (desired + maxSurge). */
  ceiling: number;
  /** At least this many must be available (desired - maxUnavailable). */
  floor: number;
  paused: boolean;
  /** `refused`: pods that are missing may not be created. */
  state: 'complete' | 'progressing' | 'stalled' | 'paused' | 'refused';
  message: string | null;
  revisions: readonly RevisionRow[];
}

const REVISION = 'deployment.kubernetes.io/revision';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** Pods of a number or percentage of `total`; 0 for one that is neither. */
export function scaled(value: number | string | undefined, total: number, roundUp: boolean): number {
  const result = scaleIntOrPercent(value, total, roundUp);
  return result.ok ? result.value : 0;
}

/** Surge and unavailable limits in pods: surge rounds up, unavailable down; both zero means one unavailable. Models deployment/util ResolveFenceposts */
function limits(deployment: Deployment, desired: number): { ceiling: number; floor: number } {
  if (deployment.spec.strategy?.type === 'Recreate') return { ceiling: desired, floor: 0 };
  const rolling = deployment.spec.strategy?.rollingUpdate;
  const surge = scaled(rolling?.maxSurge ?? '25%', desired, true);
  const unavailable = scaled(rolling?.maxUnavailable ?? '25%', desired, false);
  const allowed = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { ceiling: desired + surge, floor: Math.max(0, desired - allowed) };
}

/** Why pods of a Deployment may not be created, in the words of the API server; undefined when they may. */
export function refusalOf(deployment: Deployment): string | undefined {
  return deployment.status.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')?.message;
}

function stateOf(deployment: Deployment, desired: number): RolloutView['state'] {
  if (deployment.spec.paused) return 'paused';
  const progressing = deployment.status.conditions?.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return 'stalled';
  if (refusalOf(deployment) !== undefined) return 'refused';
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = deployment.status;
  const settled = updatedReplicas === desired && replicas === desired && availableReplicas === desired;
  return settled && observedGeneration >= (deployment.metadata.generation ?? 0) ? 'complete' : 'progressing';
}

/** What the roll-out panel shows of a Deployment and its ReplicaSets. */
export function rolloutView(deployment: Deployment, replicaSets: Iterable<ReplicaSet>): RolloutView {
  const desired = deployment.spec.replicas ?? 1;
  const owned = [...replicaSets].filter((set) =>
    set.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === deployment.metadata.uid),
  );
  const current = Number(deployment.metadata.annotations?.[REVISION] ?? 0);
  const revisions = owned
    .map((set) => ({
      revision: Number(set.metadata.annotations?.[REVISION] ?? 0),
      name: set.metadata.name,
      images: (set.spec.template.spec?.containers ?? []).map((container) => container.image ?? ''),
      changeCause: set.metadata.annotations?.[CHANGE_CAUSE] ?? null,
      desired: set.spec.replicas ?? 1,
      present: set.status.replicas ?? 0,
      ready: set.status.readyReplicas ?? 0,
      current: Number(set.metadata.annotations?.[REVISION] ?? 0) === current,
    }))
    .sort((a, b) => b.revision - a.revision);
  const progressing = deployment.status.conditions?.find((condition) => condition.type === 'Progressing');
  return {
    desired,
    total: deployment.status.replicas ?? 0,
    updated: deployment.status.updatedReplicas ?? 0,
    available: deployment.status.availableReplicas ?? 0,
    ...limits(deployment, desired),
    paused: deployment.spec.paused === true,
    state: stateOf(deployment, desired),
    message: refusalOf(deployment) ?? progressing?.message ?? null,
    revisions,
  };
}

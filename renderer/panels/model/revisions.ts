import { isControlledBy } from '#shared/kube/pod.ts';
import type { Container, ControllerRevision, DaemonSet, Deployment, Pod, ReplicaSet, StatefulSet } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { templateKeyOf } from '../../store/lineage.ts';
import type { Workload } from '../../store/workloads.ts';
import { type RevisionRow, type RolloutView, rolloutView, scaled } from './rollout.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

function imagesOf(revision: ControllerRevision): string[] {
  const data = revision.data as { spec?: { template?: { spec?: { containers?: Container[] } } } } | undefined;
  return (data?.spec?.template?.spec?.containers ?? []).map((container) => container.image ?? '');
}

function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** Revisions of a StatefulSet or DaemonSet, newest first, with the pods that are of each. */
export function storedRevisions(
  owner: StatefulSet | DaemonSet,
  revisions: Iterable<ControllerRevision>,
  pods: Iterable<Pod>,
): RevisionRow[] {
  const counts = new Map<string, { present: number; ready: number }>();
  for (const pod of pods) {
    if (!isControlledBy(pod, owner)) continue;
    const key = templateKeyOf(pod);
    if (key === null) continue;
    const count = counts.get(key) ?? { present: 0, ready: 0 };
    counts.set(key, { present: count.present + 1, ready: count.ready + (isReady(pod) ? 1 : 0) });
  }
  const own = [...revisions].filter((revision) => isControlledBy(revision, owner)).sort((a, b) => b.revision - a.revision);
  return own.map((revision, index) => {
    const count = counts.get(objectKey(revision));
    return {
      revision: revision.revision,
      name: revision.metadata.name,
      images: imagesOf(revision),
      changeCause: revision.metadata.annotations?.[CHANGE_CAUSE] ?? null,
      desired: count?.present ?? 0,
      present: count?.present ?? 0,
      ready: count?.ready ?? 0,
      current: index === 0,
    };
  });
}

/** Revisions of any workload that keeps them, newest first; none for the other kinds. */
export function revisionsOf(workload: Workload, state: RolloutSources): readonly RevisionRow[] {
  if (workload.kind === 'Deployment') return rolloutView(workload, state.replicaSets.values()).revisions;
  if (workload.kind === 'StatefulSet' || workload.kind === 'DaemonSet')
    return storedRevisions(workload, state.revisions.values(), state.pods.values());
  return [];
}

/** The state a roll-out view is made from. */
export interface RolloutSources {
  readonly replicaSets: ReadonlyMap<string, ReplicaSet>;
  readonly revisions: ReadonlyMap<string, ControllerRevision>;
  readonly pods: ReadonlyMap<string, Pod>;
}

/** A StatefulSet's roll-out: one pod at a time (or maxUnavailable of them), none with a number below the partition. */
function statefulRollout(set: StatefulSet, revisions: readonly RevisionRow[]): RolloutView {
  const desired = set.spec.replicas ?? 1;
  const rolling = set.spec.updateStrategy?.rollingUpdate;
  const partition = rolling?.partition ?? 0;
  const allowed = Math.max(1, scaled(rolling?.maxUnavailable ?? 1, desired, true));
  const updated = set.status.updatedReplicas ?? 0;
  const available = set.status.availableReplicas ?? 0;
  const wanted = Math.max(0, desired - partition);
  const settled = available === desired && updated >= wanted && (set.status.replicas ?? 0) === desired;
  return {
    desired,
    total: set.status.replicas ?? 0,
    updated,
    available,
    ceiling: desired,
    floor: Math.max(0, desired - allowed),
    paused: false,
    state: settled ? 'complete' : 'progressing',
    message: partition > 0 ? `partition ${partition}` : null,
    revisions,
  };
}

function daemonRollout(set: DaemonSet, revisions: readonly RevisionRow[]): RolloutView {
  const { status } = set;
  const desired = status.desiredNumberScheduled ?? 0;
  const rolling = set.spec.updateStrategy?.rollingUpdate;
  const surge = scaled(rolling?.maxSurge ?? 0, desired, true);
  const allowed = scaled(rolling?.maxUnavailable ?? 1, desired, true);
  const updated = status.updatedNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  return {
    desired,
    total: revisions.reduce((sum, row) => sum + row.present, 0),
    updated,
    available,
    ceiling: desired + surge,
    floor: Math.max(0, desired - allowed),
    paused: false,
    state: available === desired && updated === desired ? 'complete' : 'progressing',
    message: set.spec.updateStrategy?.type === 'OnDelete' ? 'OnDelete' : null,
    revisions,
  };
}

/** The roll-out of a workload that has them. */
export function rolloutOf(workload: Deployment | StatefulSet | DaemonSet, state: RolloutSources): RolloutView {
  if (workload.kind === 'Deployment') return rolloutView(workload, state.replicaSets.values());
  const revisions = storedRevisions(workload, state.revisions.values(), state.pods.values());
  return workload.kind === 'StatefulSet' ? statefulRollout(workload, revisions) : daemonRollout(workload, revisions);
}

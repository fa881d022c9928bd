import { isControlledBy } from '#shared/kube/pod.ts';
import type { Container, ControllerRevision, DaemonSet, Pod, ReplicaSet, StatefulSet } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { templateKeyOf } from '../../store/lineage.ts';
import type { Workload } from '../../store/workloads.ts';
import { type RevisionRow, rolloutView } from './rollout.ts';

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
export function revisionsOf(
  workload: Workload,
  state: {
    readonly replicaSets: ReadonlyMap<string, ReplicaSet>;
    readonly revisions: ReadonlyMap<string, ControllerRevision>;
    readonly pods: ReadonlyMap<string, Pod>;
  },
): readonly RevisionRow[] {
  if (workload.kind === 'Deployment') return rolloutView(workload, state.replicaSets.values()).revisions;
  if (workload.kind === 'StatefulSet' || workload.kind === 'DaemonSet')
    return storedRevisions(workload, state.revisions.values(), state.pods.values());
  return [];
}

import { controllerOf } from '#shared/kube/pod.ts';
import type { DaemonSet, Deployment, ObjectKey, Pod, ReplicaSet, StatefulSet } from '#shared/kube/types.ts';
import { useCluster } from '../store/cluster.ts';
import { replicaSetKeyOf } from '../store/lineage.ts';
import type { Mirror } from '../store/mirror.ts';
import { useView } from '../store/view.ts';
import { type Workload, workloadOf } from '../store/workloads.ts';

/** Key of the object the inspector shows, or null. */
export function useSelectedKey(): ObjectKey | null {
  return useView((state) => state.selection.at(-1) ?? null);
}

/** The selected pod's key, or null. */
export function useSelectedPodKey(): ObjectKey | null {
  return useView((state) => {
    const key = state.selection.at(-1);
    return key?.startsWith('Pod/') ? key : null;
  });
}

/** Key of the Deployment a key belongs to: itself, its pod's or its ReplicaSet's owner. Null when there is none. */
export function deploymentKeyOf(state: Mirror, key: ObjectKey | null): ObjectKey | null {
  if (key === null) return null;
  if (key.startsWith('Deployment/')) return key;
  if (key.startsWith('ReplicaSet/')) return state.lineage.get(key)?.deployment ?? null;
  const pod: Pod | undefined = key.startsWith('Pod/') ? state.pods.get(key) : undefined;
  const set = pod ? replicaSetKeyOf(pod) : null;
  return set ? (state.lineage.get(set)?.deployment ?? null) : null;
}

/** Workloads with roll-outs and revisions. */
export type Rolling = Deployment | StatefulSet | DaemonSet;

/** Key of the workload with roll-outs that a key belongs to, or null. */
export function rollingKeyOf(state: Mirror, key: ObjectKey | null): ObjectKey | null {
  const deployment = deploymentKeyOf(state, key);
  if (deployment !== null || key === null) return deployment;
  if (/^(StatefulSet|DaemonSet)\//.test(key)) return key;
  const pod = key.startsWith('Pod/') ? state.pods.get(key) : undefined;
  const owner = pod ? controllerOf(pod) : undefined;
  return owner?.kind === 'StatefulSet' || owner?.kind === 'DaemonSet'
    ? `${owner.kind}/${pod?.metadata.namespace ?? ''}/${owner.name}`
    : null;
}

/** Whether a workload has roll-outs. */
export function isRolling(workload: Workload): workload is Rolling {
  return workload.kind === 'Deployment' || workload.kind === 'StatefulSet' || workload.kind === 'DaemonSet';
}

/** The workload with roll-outs that the selection belongs to; else the only Deployment there is; else null. */
export function useSelectedRolling(): Rolling | null {
  const key = useSelectedKey();
  return useCluster((state) => {
    const owner = rollingKeyOf(state, key);
    const found = owner ? workloadOf(state, owner) : undefined;
    if (found && isRolling(found)) return found;
    return state.deployments.size === 1 ? ([...state.deployments.values()][0] ?? null) : null;
  });
}

/** Any mirrored object by key, or null. */
export function objectOf(state: Mirror, key: ObjectKey): { kind: string; metadata: { name: string } } | null {
  const kind = key.slice(0, key.indexOf('/'));
  switch (kind) {
    case 'Node':
      return state.nodes.get(key.slice('Node//'.length)) ?? null;
    case 'Pod':
      return state.pods.get(key) ?? null;
    case 'Deployment':
      return state.deployments.get(key) ?? null;
    case 'ReplicaSet':
      return (state.replicaSets.get(key) as ReplicaSet | undefined) ?? null;
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
    case 'CronJob':
    case 'ReplicationController':
      return state.workloads.get(key) ?? null;
    case 'ControllerRevision':
      return state.revisions.get(key) ?? null;
    case 'PriorityClass':
      return state.priorityClasses.get(key) ?? null;
    case 'PodDisruptionBudget':
      return state.budgets.get(key) ?? null;
    case 'Namespace':
      return state.namespaces.get(key) ?? null;
    default:
      return state.others.get(key) ?? null;
  }
}

import { compareStrings } from '#shared/core/compare.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  ObjectKey,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import type { Mirror } from './mirror.ts';

/** Every kind that keeps pods alive or runs them to their end. */
export type Workload = Deployment | ReplicaSet | StatefulSet | DaemonSet | Job | CronJob | ReplicationController;
export type WorkloadKind = Workload['kind'];

/** The kinds in the order in which lists show them. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'CronJob',
  'Job',
];

/**
 * Where a workload stands, for lists and cards. `done` of `wanted` pods are ready (for a Job: succeeded; for a CronJob: active jobs of none).
 * `state`: `ok` as asked for; `moving` on the way; `failed` it has given up; `suspended` told to wait; `complete` a Job at its end.
 */
export interface WorkloadSummary {
  readonly key: ObjectKey;
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string;
  readonly done: number;
  readonly wanted: number;
  readonly state: 'ok' | 'moving' | 'failed' | 'suspended' | 'complete';
  /** Revision for the colour; 1 where the kind has none. */
  readonly revision: number;
}

function isTrue(conditions: readonly { type: string; status: string }[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}

function jobProgress(job: Job): Pick<WorkloadSummary, 'done' | 'wanted' | 'state'> {
  const { status } = job;
  const done = status?.succeeded ?? 0;
  const wanted = job.spec.completions ?? job.spec.parallelism ?? 1;
  if (isTrue(status?.conditions, 'Failed')) return { done, wanted, state: 'failed' };
  if (isTrue(status?.conditions, 'Complete')) return { done, wanted, state: 'complete' };
  return { done, wanted, state: job.spec.suspend === true ? 'suspended' : 'moving' };
}

function progress(workload: Workload): Pick<WorkloadSummary, 'done' | 'wanted' | 'state'> {
  if (workload.kind === 'Job') return jobProgress(workload);
  if (workload.kind === 'CronJob') {
    const active = workload.status?.active?.length ?? 0;
    return { done: active, wanted: 0, state: workload.spec.suspend === true ? 'suspended' : active > 0 ? 'moving' : 'ok' };
  }
  if (workload.kind === 'DaemonSet') {
    const wanted = workload.status?.desiredNumberScheduled ?? 0;
    const done = workload.status?.numberReady ?? 0;
    const updated = workload.status?.updatedNumberScheduled ?? 0;
    return { done, wanted, state: done === wanted && updated >= wanted ? 'ok' : 'moving' };
  }
  const wanted = workload.spec.replicas ?? 1;
  const done = workload.status?.readyReplicas ?? 0;
  if (workload.kind === 'Deployment') {
    const late = workload.status?.conditions?.find((condition) => condition.type === 'Progressing')?.reason;
    if (late === 'ProgressDeadlineExceeded') return { done, wanted, state: 'failed' };
  }
  const total = workload.status?.replicas ?? 0;
  return { done, wanted, state: done === wanted && total === wanted ? 'ok' : 'moving' };
}

/** Where one workload stands. */
export function workloadSummary(workload: Workload): WorkloadSummary {
  const { name, namespace = '', annotations } = workload.metadata;
  return {
    key: objectKey(workload),
    kind: workload.kind,
    name,
    namespace,
    ...progress(workload),
    revision: Number(annotations?.['deployment.kubernetes.io/revision'] ?? 1) || 1,
  };
}

/** Whether objects of the kind are workloads. */
export function isWorkload(kind: string): boolean {
  return (WORKLOAD_KINDS as readonly string[]).includes(kind);
}

/** Template of a workload's pods. */
export function templateOf(workload: Workload): PodTemplateSpec | undefined {
  return workload.kind === 'CronJob' ? workload.spec.jobTemplate.spec.template : workload.spec.template;
}

/** How many pods a workload asks for, where that is a number of its own; else 1. */
export function replicasOf(workload: Workload): number {
  return 'replicas' in workload.spec ? (workload.spec.replicas ?? 1) : 1;
}

/** Whether another workload shows it already: a Deployment's ReplicaSet, a CronJob's Job. */
function isPart(workload: Workload): boolean {
  return controllerOf(workload) !== undefined;
}

/** The workloads a list shows: not the ones that are parts of others, by kind, then namespace and name. */
export function listWorkloads(mirror: Pick<Mirror, 'deployments' | 'replicaSets' | 'workloads'>): Workload[] {
  const all: Workload[] = [...mirror.deployments.values(), ...mirror.replicaSets.values(), ...mirror.workloads.values()];
  return all
    .filter((workload) => !isPart(workload))
    .sort(
      (a, b) => WORKLOAD_KINDS.indexOf(a.kind) - WORKLOAD_KINDS.indexOf(b.kind) || compareStrings(objectKey(a), objectKey(b)),
    );
}

/** A workload by its key, or undefined. */
export function workloadOf(
  mirror: Pick<Mirror, 'deployments' | 'replicaSets' | 'workloads'>,
  key: ObjectKey,
): Workload | undefined {
  return mirror.deployments.get(key) ?? mirror.replicaSets.get(key) ?? mirror.workloads.get(key);
}

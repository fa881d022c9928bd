import type { Job } from '#shared/kube/kinds.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import type { Client, EventRecorder } from '../../client/types.ts';
import type { Clock } from '../../sim/types.ts';
import type { BackoffRecord } from './backoff.ts';
import type { JobCondition, JobStatus } from './conditions.ts';
import type { Indexes } from './indexes.ts';

/** What a sync works with. */
export interface JobTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** The pod as it is now. */
  pod(namespace: string, name: string): Pod | undefined;
}

/** What one sync knows and changes about a Job. */
export interface JobSync {
  job: Job;
  /** Next status, built up during the sync. */
  status: JobStatus;
  readonly pods: readonly Pod[];
  readonly activePods: readonly Pod[];
  readonly record: BackoffRecord;
  /** Pods that are counted in the status by uid, but may still be held. */
  readonly uncounted: { readonly succeeded: ReadonlySet<string>; readonly failed: ReadonlySet<string> };
  active: number;
  ready: number;
  terminating: number;
  succeeded: number;
  /** Indexes that were done before, and now. */
  doneBefore: Indexes;
  done: Indexes;
  /** Indexes that have failed for good; undefined without a limit per index. */
  failedIndexes: Indexes | undefined;
  /** The failed pod by index that is held until its replacement carries its counts on. */
  readonly held: Map<number, Pod>;
  /** The condition the Job is about to end with. */
  finish: JobCondition | undefined;
}

/** Deletes one pod and tells it by an event; undefined when it is gone or going. Models RealPodControl.DeletePod. */
export function deletePod(tools: JobTools, job: Job, pod: Pod): Status | undefined {
  const { namespace = '', name } = pod.metadata;
  const deleted = tools.client.delete({ kind: 'Pod', namespace, name });
  if (deleted.ok) tools.recorder.event(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  else if (deleted.error.reason !== 'NotFound') {
    tools.recorder.event(job, 'Warning', 'FailedDelete', `Error deleting: ${deleted.error.message}`);
    return deleted.error;
  }
  return undefined;
}

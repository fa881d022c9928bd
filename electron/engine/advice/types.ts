import type { Result } from '#shared/core/result.ts';
import type { AnyObject, Deployment, Node, Pod, ReplicaSet, Status } from '#shared/kube/types.ts';
import type { Attempt, DrainOptions, DrainPreview } from '#shared/protocol/index.ts';

/** What is to be different from the present state. Pods are named `namespace/name`. */
export interface Change {
  readonly nodes?: readonly Node[];
  readonly withoutNodes?: readonly string[];
  readonly withoutPods?: readonly string[];
  readonly pods?: readonly Pod[];
}

/** A copy of the scheduler's view on which decisions can be tried. */
export interface TryOut {
  /** Changes the copy for good. */
  change(change: Change): void;
  /** One decision under a change that is taken back afterwards. `promised`: another pod with room promised on the node of its status. */
  fit(
    pod: Pod,
    options?: { readonly change?: Change; readonly preempt?: boolean; readonly promised?: Pod },
  ): Result<Attempt, Status>;
}

/** Where pods of a workload come from. */
export type Workload = Deployment | ReplicaSet;

/** What advice asks of the rest of the engine. Nothing here writes. */
export interface AdviceDeps {
  tryOut(): TryOut;
  faults(): Readonly<Record<string, 'crashed' | 'partitioned'>>;
  /** Name of the pod's own scheduler when that has been stopped. */
  stoppedScheduler(pod: Pod): string | undefined;
  /** Pods that would be deleted if a ReplicaSet were so much smaller, first to go first. */
  leaving(set: ReplicaSet, count: number): readonly Pod[];
  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status>;
  /** What stands in the way of one eviction. */
  evictionPreview(pod: Pod): DrainPreview['evict'][number];
  /** An object as the API server would store it. */
  completed(object: AnyObject): Result<AnyObject, Status>;
}

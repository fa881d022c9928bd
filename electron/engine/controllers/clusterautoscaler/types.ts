import type { NodeGroup } from '#shared/kube/nodeGroups.ts';
import type { Node, Pod } from '#shared/kube/types.ts';

/** What is to be different in the copy. Pods are named `namespace/name`. */
export interface Change {
  readonly nodes?: readonly Node[];
  readonly withoutNodes?: readonly string[];
  readonly withoutPods?: readonly string[];
  /** Pods that run on their spec.nodeName. */
  readonly pods?: readonly Pod[];
}

/** A copy of the scheduler's view with its own filters, as the engine makes one. */
export interface TryOut {
  change(change: Change): void;
  /** First of the named nodes (of all, by name) that takes the pod, and what each one before it says against it. */
  place(
    pod: Pod,
    nodes?: readonly string[],
  ): { readonly node: string | undefined; readonly reasons: ReadonlyMap<string, readonly string[]> };
}

/** A node group as it stands. */
export interface GroupState {
  readonly group: NodeGroup;
  /** Nodes that are there, without those being deleted. */
  readonly nodes: readonly Node[];
  /** Machines on order. */
  readonly ordered: number;
  /** Nodes there and on order: what the cloud is to have. */
  readonly size: number;
}

/** One way to help: so many more machines of a group, for these pods. */
export interface Option {
  readonly state: GroupState;
  readonly count: number;
  readonly pods: readonly Pod[];
}

/** Order to a group, as told in events and status. */
export interface ScaleUp {
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly max: number;
}

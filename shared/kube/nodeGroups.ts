import type { ResourceList, Taint } from './types.ts';

/** Label of a node: the node group it belongs to. What a cloud knows by itself, the playground reads from here. */
export const NODE_GROUP_LABEL = 'stowage.dev/node-group';

/** How the cluster autoscaler chooses among node groups that would help. Models --expander. */
export const EXPANDERS = ['least-waste', 'most-pods', 'priority', 'random'] as const;
export type Expander = (typeof EXPANDERS)[number];

/** What a new machine of a node group is like. */
export interface NodeTemplate {
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly taints?: readonly Taint[];
  readonly capacity: ResourceList;
  /** The capacity when absent. */
  readonly allocatable?: ResourceList;
}

/** Machines of one kind that the cluster autoscaler may order and give back. */
export interface NodeGroup {
  /** Unique; new nodes are named `<name>-<suffix>`. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** From the order of a machine until its node appears, in virtual milliseconds; a minute when absent. */
  readonly provisionMs?: number;
  /** For the priority expander: the highest wins. 0 when absent. */
  readonly priority?: number;
  readonly template: NodeTemplate;
}

import type { NodeInfo } from './nodeinfo.ts';

/** What one cycle sees of the cluster: nodes in the order of the node tree (zones in turn). Models framework.SharedLister. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  get(name: string): NodeInfo | undefined;
  /** Nodes with a pod that has pod affinity or anti-affinity of any kind. */
  readonly nodesWithAffinityPods: readonly NodeInfo[];
  /** Nodes with a pod that has required anti-affinity. */
  readonly nodesWithRequiredAntiAffinityPods: readonly NodeInfo[];
}

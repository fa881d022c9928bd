import type { NodeInfo } from './nodeinfo.ts';

/** What one cycle sees of the cluster: nodes in the order of the node tree (zones in turn). Models framework.SharedLister. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  get(name: string): NodeInfo | undefined;
  /** Generation of each node, by position. */
  readonly generations: Int32Array;
  /** Rank of each name among all, by position. */
  readonly ranks: Int32Array;
  /** Names by position. */
  readonly listed: readonly string[];
  /** No node reports an image. */
  readonly imageless: boolean;
  /** All names in order: `NodeInfo.rank` is the place here. */
  readonly names: readonly string[];
  /** Nodes with a pod that has pod affinity or anti-affinity of any kind. */
  readonly nodesWithAffinityPods: readonly NodeInfo[];
  /** Nodes with a pod that has required anti-affinity. */
  readonly nodesWithRequiredAntiAffinityPods: readonly NodeInfo[];
  /** Changes when nodes come, go or get other labels: what was kept by position or domain is void then. */
  readonly epoch: number;
  /** Number of the last replaced node. */
  readonly sequence: number;
  /** Positions of the nodes replaced since a sequence number, some more than once; undefined when that is too long ago. */
  changedSince(sequence: number): readonly number[] | undefined;
  /** Domains of one topology key. */
  domains(key: string): Domains;
}

/** The values of one node label as small numbers. */
export interface Domains {
  /** Number of the domain of each node by position; -1 for nodes without the label. */
  readonly of: Int32Array;
  readonly values: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
}

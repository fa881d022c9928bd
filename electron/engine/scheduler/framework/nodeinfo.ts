import type { Node, Taint } from '#shared/kube/types.ts';
import { type HostPort, type PodInfo, portsConflict } from './podinfo.ts';
import { accumulate, amountOf, isScalarResource, type ResourceTable, type ResourceVector } from './resources.ts';

/** An image somewhere in the cluster. `nodes` is shared by all nodes that have it, so it is always current. */
export interface ImageState {
  readonly sizeBytes: number;
  readonly nodes: Set<string>;
}

/** Images by every name a node reports for them. */
export type ImageStates = ReadonlyMap<string, ImageState>;

const noImages: ImageStates = new Map();
const noTaints: readonly Taint[] = [];

/**
 * One node with the pods on it, added up. Mutable: the cache owns the live one, the snapshot its own copy, and preemption works on further copies.
 * Models pkg/scheduler/framework NodeInfo.
 */
export class NodeInfo {
  node: Node;
  readonly name: string;
  /** Place in the snapshot's node list, and among all names in order; copies keep them. -1 outside a snapshot. */
  position = -1;
  rank = -1;
  /** Number of this very state of the node, unique in its snapshot, which never changes it. 0: the live node or a copy that may change. */
  generation = 0;
  pods: PodInfo[] = [];
  podsWithAffinity: PodInfo[] = [];
  podsWithRequiredAntiAffinity: PodInfo[] = [];
  /** Sum of requests, by index of the resource table. */
  requested: ResourceVector = [0, 0, 0];
  nonZeroCpuMilli = 0;
  nonZeroMemoryBytes = 0;
  allocatable: ResourceVector = [0, 0, 0];
  allowedPods = 0;
  /** Cordoned. */
  unschedulable = false;
  taints: readonly Taint[] = noTaints;
  usedPorts: HostPort[] = [];
  images: ImageStates = noImages;

  constructor(node: Node) {
    this.node = node;
    this.name = node.metadata.name;
  }

  /** Takes over a new version of the node object. */
  setNode(node: Node, table: ResourceTable): void {
    this.node = node;
    this.allocatable = [0, 0, 0];
    this.allowedPods = 0;
    this.unschedulable = node.spec?.unschedulable ?? false;
    this.taints = node.spec?.taints ?? noTaints;
    const allocatable = node.status?.allocatable ?? {};
    for (const name in allocatable) {
      const amount = amountOf(name, allocatable[name] ?? 0);
      if (name === 'pods') this.allowedPods = amount;
      else if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || isScalarResource(name)) {
        const index = table.indexOf(name);
        while (this.allocatable.length < index) this.allocatable.push(0);
        this.allocatable[index] = amount;
      }
    }
  }

  addPod(info: PodInfo): void {
    this.pods.push(info);
    this.#count(info, 1);
    if (info.hasAffinity) this.podsWithAffinity.push(info);
    if (info.hasRequiredAntiAffinity) this.podsWithRequiredAntiAffinity.push(info);
    if (info.hostPorts.length > 0) this.usedPorts = [...this.usedPorts, ...info.hostPorts];
  }

  /** Takes a pod off; false when it is not here. */
  removePod(info: PodInfo): boolean {
    // From the end: mostly it is a pod that has just come.
    const index = this.pods.findLastIndex((one) => one.uid === info.uid && one.key === info.key);
    const present = this.pods[index];
    if (present === undefined) return false;
    this.pods.splice(index, 1);
    this.#count(present, -1);
    if (present.hasAffinity) this.podsWithAffinity = this.podsWithAffinity.filter((one) => one !== present);
    if (present.hasRequiredAntiAffinity)
      this.podsWithRequiredAntiAffinity = this.podsWithRequiredAntiAffinity.filter((one) => one !== present);
    if (present.hostPorts.length > 0) this.#freePorts(present.hostPorts);
    return true;
  }

  /** Ports are a set, as upstream's: when two pods hold the same one, the first to leave frees it. */
  #freePorts(freed: readonly HostPort[]): void {
    const same = (a: HostPort, b: HostPort) => a.port === b.port && a.protocol === b.protocol && a.ip === b.ip;
    this.usedPorts = this.usedPorts.filter((used) => !freed.some((port) => same(used, port)));
  }

  #count(info: PodInfo, sign: 1 | -1): void {
    accumulate(this.requested, info.requests, sign);
    this.nonZeroCpuMilli += sign * info.nonZeroCpuMilli;
    this.nonZeroMemoryBytes += sign * info.nonZeroMemoryBytes;
  }

  /** Whether a port is taken already. */
  portTaken(port: HostPort): boolean {
    return this.usedPorts.some((used) => portsConflict(used, port));
  }

  /** Copy that can be changed without touching this one. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.node);
    copy.position = this.position;
    copy.rank = this.rank;
    copy.pods = this.pods.slice();
    copy.podsWithAffinity = this.podsWithAffinity.slice();
    copy.podsWithRequiredAntiAffinity = this.podsWithRequiredAntiAffinity.slice();
    copy.requested = this.requested.slice();
    copy.nonZeroCpuMilli = this.nonZeroCpuMilli;
    copy.nonZeroMemoryBytes = this.nonZeroMemoryBytes;
    copy.allocatable = this.allocatable;
    copy.allowedPods = this.allowedPods;
    copy.unschedulable = this.unschedulable;
    copy.taints = this.taints;
    copy.usedPorts = this.usedPorts;
    copy.images = this.images;
    return copy;
  }
}

/** A node without pods, parsed. */
export function createNodeInfo(node: Node, table: ResourceTable): NodeInfo {
  const info = new NodeInfo(node);
  info.setNode(node, table);
  return info;
}

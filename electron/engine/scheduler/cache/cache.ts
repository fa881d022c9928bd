import type { Node, Pod } from '#shared/kube/types.ts';
import { createNodeInfo, type NodeInfo } from '../framework/nodeinfo.ts';
import { keyOfPod, type PodInfo, type PodInfos } from '../framework/podinfo.ts';
import type { Snapshot } from '../framework/snapshot.ts';
import { ImageTable } from './images.ts';
import { NodeTree, zoneKey } from './nodetree.ts';
import { SnapshotCopy } from './snapshot.ts';

interface Placement {
  readonly info: PodInfo;
  readonly node: string;
  readonly assumed: boolean;
}

/**
 * What the scheduler believes about nodes and the pods on them. A pod's way through it:
 *
 *     (unknown) --assume--> assumed --setPod (seen bound)--> added --removePod--> (unknown)
 *                              |--forget (binding failed)--> (unknown)
 *
 * An assumed pod never expires here, because a binding is answered at once. Models pkg/scheduler/backend/cache.
 */
export class SchedulerCache {
  readonly #pods: PodInfos;
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #placements = new Map<string, Placement>();
  /** Pods on nodes whose object is not here (yet, or any more), by node. */
  readonly #orphans = new Map<string, Set<string>>();
  readonly #tree = new NodeTree();
  readonly #images = new ImageTable();
  readonly #snapshot = new SnapshotCopy();
  /** Nodes that changed since the last snapshot. */
  readonly #changed = new Set<string>();
  #orderChanged = true;

  constructor(pods: PodInfos) {
    this.#pods = pods;
  }

  addNode(node: Node): void {
    const name = node.metadata.name;
    const info = createNodeInfo(node, this.#pods.table);
    info.images = this.#images.setNode(node);
    for (const key of this.#orphans.get(name) ?? []) info.addPod(this.#placements.get(key)!.info);
    this.#orphans.delete(name);
    this.#nodes.set(name, info);
    this.#tree.add(node);
    this.#orderChanged = true;
    this.#changed.add(name);
  }

  updateNode(before: Node, after: Node): void {
    const info = this.#nodes.get(after.metadata.name);
    if (info === undefined) {
      this.addNode(after);
      return;
    }
    info.setNode(after, this.#pods.table);
    if (before.status?.images !== after.status?.images) info.images = this.#images.setNode(after);
    if (zoneKey(before) !== zoneKey(after)) {
      this.#tree.remove(before);
      this.#tree.add(after);
      this.#orderChanged = true;
    }
    this.#changed.add(info.name);
  }

  removeNode(node: Node): void {
    const name = node.metadata.name;
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    if (info.pods.length > 0) this.#orphans.set(name, new Set(info.pods.map(({ key }) => key)));
    this.#nodes.delete(name);
    this.#tree.remove(node);
    this.#images.removeNode(name);
    this.#orderChanged = true;
  }

  /** A pod that has a node: seen for the first time, changed, or the confirmation of an assumed one. */
  setPod(pod: Pod): void {
    const known = this.#placements.get(keyOfPod(pod))?.info.pod;
    const info = known === undefined ? this.#pods.of(pod) : this.#pods.next(known, pod);
    this.#take(info.key);
    this.#place(info, pod.spec.nodeName ?? '', false);
  }

  removePod(pod: Pod): void {
    this.#take(keyOfPod(pod));
  }

  /** Counts a pod on its node before the binding is written. */
  assume(info: PodInfo, node: string): void {
    this.#place(info, node, true);
  }

  /** Takes an assumed pod back; without effect once it has been seen bound. */
  forget(info: PodInfo): void {
    if (this.#placements.get(info.key)?.assumed === true) this.#take(info.key);
  }

  #place(info: PodInfo, node: string, assumed: boolean): void {
    this.#placements.set(info.key, { info, node, assumed });
    const live = this.#nodes.get(node);
    if (live !== undefined) {
      live.addPod(info);
      this.#changed.add(node);
      return;
    }
    const orphans = this.#orphans.get(node) ?? new Set();
    this.#orphans.set(node, orphans.add(info.key));
  }

  #take(key: string): void {
    const placement = this.#placements.get(key);
    if (placement === undefined) return;
    this.#placements.delete(key);
    const live = this.#nodes.get(placement.node);
    if (live !== undefined) {
      live.removePod(placement.info);
      this.#changed.add(placement.node);
      return;
    }
    const orphans = this.#orphans.get(placement.node);
    orphans?.delete(key);
    if (orphans?.size === 0) this.#orphans.delete(placement.node);
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  get podCount(): number {
    return this.#placements.size;
  }

  /** Brings the snapshot up to date: copies only the nodes that changed since the last call. Models Cache.UpdateSnapshot. */
  updateSnapshot(): Snapshot {
    for (const name of this.#changed) {
      const live = this.#nodes.get(name);
      if (live !== undefined) this.#snapshot.replace(live);
    }
    this.#changed.clear();
    if (this.#orderChanged) this.#snapshot.reorder(this.#tree.list());
    this.#orderChanged = false;
    return this.#snapshot;
  }
}

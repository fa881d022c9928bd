import type { NodeInfo } from '../framework/nodeinfo.ts';
import type { Snapshot } from '../framework/snapshot.ts';

/** The scheduler's own copy of the cache, brought up to date at the start of each cycle. Models backend/cache Snapshot. */
export class SnapshotCopy implements Snapshot {
  readonly #byName = new Map<string, NodeInfo>();
  readonly #positions = new Map<string, number>();
  #nodes: NodeInfo[] = [];
  #withAffinity: NodeInfo[] | undefined;
  #withAntiAffinity: NodeInfo[] | undefined;

  get nodes(): readonly NodeInfo[] {
    return this.#nodes;
  }

  get(name: string): NodeInfo | undefined {
    return this.#byName.get(name);
  }

  get nodesWithAffinityPods(): readonly NodeInfo[] {
    this.#withAffinity ??= this.#nodes.filter((node) => node.podsWithAffinity.length > 0);
    return this.#withAffinity;
  }

  get nodesWithRequiredAntiAffinityPods(): readonly NodeInfo[] {
    this.#withAntiAffinity ??= this.#nodes.filter((node) => node.podsWithRequiredAntiAffinity.length > 0);
    return this.#withAntiAffinity;
  }

  /** Takes over a node that changed; its place in the list stays. */
  replace(live: NodeInfo): void {
    const copy = live.clone();
    const old = this.#byName.get(live.name);
    this.#byName.set(live.name, copy);
    const position = this.#positions.get(live.name);
    if (position !== undefined) this.#nodes[position] = copy;
    if (old === undefined || old.podsWithAffinity.length + copy.podsWithAffinity.length > 0) this.#forgetLists();
  }

  /** Sets which nodes there are, in order. Copies of nodes that are gone are dropped. */
  reorder(names: readonly string[]): void {
    const wanted = new Set(names);
    for (const name of this.#byName.keys()) if (!wanted.has(name)) this.#byName.delete(name);
    this.#nodes = names.flatMap((name) => this.#byName.get(name) ?? []);
    this.#positions.clear();
    for (let i = 0; i < this.#nodes.length; i++) this.#positions.set(this.#nodes[i]!.name, i);
    this.#forgetLists();
  }

  #forgetLists(): void {
    this.#withAffinity = undefined;
    this.#withAntiAffinity = undefined;
  }
}

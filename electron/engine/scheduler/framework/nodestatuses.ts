import type { FrameworkCode } from '#shared/protocol/explain.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PluginStatus } from './status.ts';

/** Status of nodes that said no, plus one status for all nodes that were not asked. Models framework.NodeToStatus. */
export class NodeStatuses {
  /** In order of arrival; the map over them is made when somebody asks for a node by name. */
  readonly #names: string[] = [];
  readonly #list: PluginStatus[] = [];
  /** Places in the snapshot, as long as every node was added with its own. */
  #positions: number[] | undefined = [];
  #places: Map<string, number> | undefined;
  #absent: PluginStatus | undefined;

  /** Absent nodes count as unresolvable without a reason when nothing else was said. */
  get(node: string): PluginStatus {
    const place = this.#byName().get(node);
    return place === undefined ? this.absent : this.#list[place]!;
  }

  has(node: string): boolean {
    return this.#byName().has(node);
  }

  /** Sets the status of a node, in place of what it said before. */
  set(node: string, status: PluginStatus): void {
    const place = this.#byName().get(node);
    if (place !== undefined) this.#list[place] = status;
    else this.add(node, status);
  }

  /** The same for a node that has not said anything yet, with its place in the snapshot if that is known. */
  add(node: string, status: PluginStatus, position?: number): void {
    if (position === undefined) this.#positions = undefined;
    else this.#positions?.push(position);
    this.#places?.set(node, this.#names.length);
    this.#names.push(node);
    this.#list.push(status);
  }

  #byName(): ReadonlyMap<string, number> {
    this.#places ??= new Map(this.#names.map((name, place) => [name, place]));
    return this.#places;
  }

  get absent(): PluginStatus {
    return this.#absent ?? { code: 'UnschedulableAndUnresolvable', reasons: [] };
  }

  setAbsent(status: PluginStatus): void {
    this.#absent = status;
  }

  get size(): number {
    return this.#names.length;
  }

  *entries(): IterableIterator<[string, PluginStatus]> {
    for (let i = 0; i < this.#names.length; i++) yield [this.#names[i]!, this.#list[i]!];
  }

  /** How many nodes said each thing, in order of the first; one object counts as one thing. */
  counts(): ReadonlyMap<PluginStatus, number> {
    const counts = new Map<PluginStatus, number>();
    let last: PluginStatus | undefined;
    let count = 0;
    for (const status of this.#list) {
      if (status === last) {
        count++;
        continue;
      }
      if (last !== undefined) counts.set(last, (counts.get(last) ?? 0) + count);
      last = status;
      count = 1;
    }
    if (last !== undefined) counts.set(last, (counts.get(last) ?? 0) + count);
    return counts;
  }

  /** The nodes of the snapshot whose status has this code, in its order. */
  nodesWith(nodes: readonly NodeInfo[], code: FrameworkCode): NodeInfo[] {
    if (this.#positions === undefined) return nodes.filter((node) => this.get(node.name).code === code);
    const unasked = this.absent.code === code ? 1 : 0;
    const wanted = new Uint8Array(nodes.length).fill(unasked);
    for (let i = 0; i < this.#list.length; i++) wanted[this.#positions[i]!] = this.#list[i]!.code === code ? 1 : 0;
    return nodes.filter((_, position) => wanted[position] === 1);
  }
}

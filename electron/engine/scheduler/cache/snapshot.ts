import { compareStrings } from '#shared/core/compare.ts';
import type { NodeInfo } from '../framework/nodeinfo.ts';
import type { Domains, Snapshot } from '../framework/snapshot.ts';

/** Replacements remembered beside one for each node. */
const logSlack = 1024;

/** The scheduler's own copy of the cache, brought up to date at the start of each cycle. Models backend/cache Snapshot. */
export class SnapshotCopy implements Snapshot {
  readonly #byName = new Map<string, NodeInfo>();
  #nodes: NodeInfo[] = [];
  #names: readonly string[] = [];
  #withImages = 0;
  generations = new Int32Array(0);
  ranks = new Int32Array(0);
  listed: readonly string[] = [];
  #withAffinity: NodeInfo[] | undefined;
  #withAntiAffinity: NodeInfo[] | undefined;
  /** Positions of the replaced nodes; the first one has the sequence number `#logBase` + 1. */
  #log: number[] = [];
  #logBase = 0;
  #generation = 0;
  #domains = new Map<string, Domains>();
  epoch = 0;

  get nodes(): readonly NodeInfo[] {
    return this.#nodes;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get imageless(): boolean {
    return this.#withImages === 0;
  }

  get sequence(): number {
    return this.#logBase + this.#log.length;
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

  changedSince(sequence: number): readonly number[] | undefined {
    return sequence < this.#logBase ? undefined : this.#log.slice(sequence - this.#logBase);
  }

  domains(key: string): Domains {
    let found = this.#domains.get(key);
    if (found === undefined) {
      found = numberDomains(this.#nodes, key);
      this.#domains.set(key, found);
    }
    return found;
  }

  /** Takes over a node that changed; its place in the list stays. */
  replace(live: NodeInfo): void {
    const copy = live.clone();
    const old = this.#byName.get(live.name);
    copy.generation = ++this.#generation;
    copy.position = old?.position ?? -1;
    copy.rank = old?.rank ?? -1;
    this.#byName.set(live.name, copy);
    this.#withImages += (copy.images.size > 0 ? 1 : 0) - ((old?.images.size ?? 0) > 0 ? 1 : 0);
    if (copy.position >= 0) {
      this.#nodes[copy.position] = copy;
      this.generations[copy.position] = copy.generation;
      this.#note(copy.position);
    }
    if (old !== undefined && old.node.metadata.labels !== copy.node.metadata.labels) this.#newEpoch();
    if (old === undefined || old.podsWithAffinity.length + copy.podsWithAffinity.length > 0) this.#forgetLists();
  }

  /** Sets which nodes there are, in order. Copies of nodes that are gone are dropped. */
  reorder(names: readonly string[]): void {
    const wanted = new Set(names);
    for (const name of this.#byName.keys()) if (!wanted.has(name)) this.#byName.delete(name);
    this.#nodes = names.flatMap((name) => this.#byName.get(name) ?? []);
    this.#names = this.#nodes.map(({ name }) => name).sort(compareStrings);
    for (let i = 0; i < this.#nodes.length; i++) this.#nodes[i]!.position = i;
    for (let i = 0; i < this.#names.length; i++) this.#byName.get(this.#names[i]!)!.rank = i;
    this.listed = this.#nodes.map(({ name }) => name);
    this.ranks = Int32Array.from(this.#nodes, ({ rank }) => rank);
    this.generations = Int32Array.from(this.#nodes, ({ generation }) => generation);
    this.#withImages = this.#nodes.filter(({ images }) => images.size > 0).length;
    this.#newEpoch();
    this.#forgetLists();
  }

  #note(position: number): void {
    this.#log.push(position);
    if (this.#log.length <= 2 * (this.#nodes.length + logSlack)) return;
    const dropped = this.#nodes.length + logSlack;
    this.#log = this.#log.slice(dropped);
    this.#logBase += dropped;
  }

  #newEpoch(): void {
    this.epoch++;
    this.#domains = new Map();
  }

  #forgetLists(): void {
    this.#withAffinity = undefined;
    this.#withAntiAffinity = undefined;
  }
}

function numberDomains(nodes: readonly NodeInfo[], key: string): Domains {
  const of = new Int32Array(nodes.length);
  const numbers = new Map<string, number>();
  for (let i = 0; i < nodes.length; i++) {
    const value = nodes[i]!.node.metadata.labels?.[key];
    let number = value === undefined ? -1 : numbers.get(value);
    if (value !== undefined && number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
    }
    of[i] = number ?? -1;
  }
  return { of, values: [...numbers.keys()], numbers };
}

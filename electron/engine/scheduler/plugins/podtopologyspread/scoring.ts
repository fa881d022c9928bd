import type { ScoreList } from '../../framework/columns.ts';
import type { Summed } from '../../framework/ledger.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { requiredNodeTest } from '../../framework/nodeselector.ts';
import { maxNodeScore } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import type { Domains, Snapshot } from '../../framework/snapshot.ts';
import { type Constraint, hasAllKeys, hostnameLabel, included, PodMatcher } from './constraints.ts';

/** Matching pods of one soft constraint: on each node, and in each domain (not for hosts, where the node's own count is taken). */
class SoftCounts {
  readonly domains: Domains;
  /** Domain of nodes without the label, which count as one with an empty value. */
  readonly unlabelled: number;
  readonly onHost: boolean;
  readonly ofNode: Int32Array;
  readonly sums: Int32Array;
  /** What each node brings to its domain. */
  readonly #brought: Int32Array;

  constructor(domains: Domains, onHost: boolean) {
    this.domains = domains;
    this.unlabelled = domains.numbers.get('') ?? domains.values.length;
    this.onHost = onHost;
    this.ofNode = new Int32Array(domains.of.length);
    this.sums = new Int32Array(domains.values.length + 1);
    this.#brought = new Int32Array(domains.of.length);
  }

  domainOf(position: number): number {
    const domain = this.domains.of[position]!;
    return domain < 0 ? this.unlabelled : domain;
  }

  set(position: number, count: number, brought: number): void {
    this.ofNode[position] = count;
    this.sums[this.domainOf(position)]! += brought - this.#brought[position]!;
    this.#brought[position] = brought;
  }
}

/** Matching pods of the soft constraints of one template. `requireAll`: a node must have every label (not so for the system's default constraints). */
export class SoftSpread implements Summed {
  readonly constraints: readonly Constraint[];
  readonly requireAll: boolean;
  readonly #pod: PodInfo;
  readonly #matchers: readonly PodMatcher[];
  readonly #required: ReturnType<typeof requiredNodeTest>;
  counts: SoftCounts[] = [];

  constructor(pod: PodInfo, constraints: readonly Constraint[], requireAll: boolean) {
    this.#pod = pod;
    this.constraints = constraints;
    this.requireAll = requireAll;
    const namespace = pod.pod.metadata.namespace ?? '';
    this.#matchers = constraints.map(({ selector }) => new PodMatcher(selector, namespace));
    this.#required = requiredNodeTest(pod.pod);
  }

  /** Whether the node at a position has the label of every constraint. */
  hasAllLabels(position: number): boolean {
    for (const { domains } of this.counts) if (domains.of[position]! < 0) return false;
    return true;
  }

  rebuild(snapshot: Snapshot): void {
    this.counts = this.constraints.map(
      ({ topologyKey }) => new SoftCounts(snapshot.domains(topologyKey), topologyKey === hostnameLabel),
    );
    for (const node of snapshot.nodes) this.replace(node);
  }

  replace({ node, pods, position }: NodeInfo): void {
    const complete = !this.requireAll || hasAllKeys(node, this.constraints);
    for (let i = 0; i < this.constraints.length; i++) {
      const count = this.#matchers[i]!.count(pods);
      const counted = complete && included(this.constraints[i]!, this.#pod.pod, node, this.#required);
      this.counts[i]!.set(position, count, counted ? count : 0);
    }
  }
}

/** What Score needs of the soft constraints. Models podtopologyspread preScoreState. */
export interface SpreadScores {
  readonly soft: SoftSpread;
  /** Feasible nodes that lack a label and score nothing. */
  readonly ignored: ReadonlySet<string>;
  /** Few domains weigh less than many: log(domains + 2). */
  readonly weights: readonly number[];
}

/** Counts the domains of the feasible nodes. */
export function prepareScores(soft: SoftSpread, feasible: readonly NodeInfo[], positions: Int32Array): SpreadScores {
  const ignored = new Set<string>();
  if (soft.requireAll) {
    for (let k = 0; k < positions.length; k++) if (!soft.hasAllLabels(positions[k]!)) ignored.add(feasible[k]!.name);
  }
  const weights = soft.counts.map((counts) => {
    if (counts.onHost) return Math.log(feasible.length - ignored.size + 2);
    const seen = new Uint8Array(counts.sums.length);
    let domains = 0;
    for (let k = 0; k < positions.length; k++) {
      if (ignored.size > 0 && ignored.has(feasible[k]!.name)) continue;
      const domain = counts.domainOf(positions[k]!);
      if (seen[domain] === 0) domains++;
      seen[domain] = 1;
    }
    return Math.log(domains + 2);
  });
  return { soft, ignored, weights };
}

/** Weighted number of matching pods in the node's domains: the fewer the better. */
export function scoreSpread({ soft, ignored, weights }: SpreadScores, { name, position }: NodeInfo): number {
  if (ignored.size > 0 && ignored.has(name)) return 0;
  let sum = 0;
  for (let i = 0; i < soft.counts.length; i++) {
    const counts = soft.counts[i]!;
    const domain = counts.domains.of[position]!;
    if (domain < 0) continue;
    const count = counts.onHost ? counts.ofNode[position]! : counts.sums[domain]!;
    sum += count * weights[i]! + (soft.constraints[i]!.maxSkew - 1);
  }
  return Math.round(sum);
}

/** The same for many nodes: constraint by constraint, in the order in which a single score adds up. */
export function scoreAll(scores: SpreadScores, positions: Int32Array, raw: Float64Array, nodes: readonly NodeInfo[]): void {
  const { soft, ignored, weights } = scores;
  if (ignored.size > 0) {
    for (let k = 0; k < raw.length; k++) raw[k] = scoreSpread(scores, nodes[k]!);
    return;
  }
  raw.fill(0);
  for (let i = 0; i < soft.counts.length; i++) {
    const { domains, onHost, ofNode, sums: counts } = soft.counts[i]!;
    const weight = weights[i]!;
    const allowance = soft.constraints[i]!.maxSkew - 1;
    const domainOf = domains.of;
    for (let k = 0; k < raw.length; k++) {
      const position = positions[k]!;
      const domain = domainOf[position]!;
      if (domain >= 0) raw[k]! += (onHost ? ofNode[position]! : counts[domain]!) * weight + allowance;
    }
  }
  for (let k = 0; k < raw.length; k++) raw[k] = Math.round(raw[k]!);
}

/** Turns counts round: the emptiest domains get the most. Models podtopologyspread NormalizeScore. */
export function normalizeSpread({ ignored }: SpreadScores, values: ScoreList, nodes: readonly NodeInfo[]): void {
  const takesPart = (i: number) => ignored.size === 0 || !ignored.has(nodes[i]!.name);
  let min = Number.MAX_SAFE_INTEGER;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    if (!takesPart(i)) continue;
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
  }
  for (let i = 0; i < values.length; i++) {
    if (!takesPart(i)) values[i] = 0;
    else values[i] = max === 0 ? maxNodeScore : Math.floor((maxNodeScore * (max + min - values[i]!)) / max);
  }
}

import type { Node } from '#shared/kube/types.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { requiredNodeTest } from '../../framework/nodeselector.ts';
import { maxNodeScore } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';
import { type Constraint, countMatching, hasAllKeys, hostnameLabel, included } from './constraints.ts';

/** What Score needs of the soft constraints. Models podtopologyspread preScoreState. */
export interface SpreadScores {
  readonly constraints: readonly Constraint[];
  /** Feasible nodes that lack a label and score nothing. */
  readonly ignored: ReadonlySet<string>;
  /** Matching pods by domain, for each constraint but those over hosts. */
  readonly counts: readonly ReadonlyMap<string, number>[];
  /** Few domains weigh less than many: log(domains + 2). */
  readonly weights: readonly number[];
}

const domainOf = (node: Node, { topologyKey }: Constraint) => node.metadata.labels?.[topologyKey] ?? '';

/** Counts the domains of the feasible nodes. `requireAll`: a node must have every label (not so for the system's default constraints). */
export function prepareScores(
  pod: PodInfo,
  constraints: readonly Constraint[],
  feasible: readonly NodeInfo[],
  all: readonly NodeInfo[],
  requireAll: boolean,
): SpreadScores {
  const ignored = new Set<string>();
  const counts = constraints.map(() => new Map<string, number>());
  for (const { node, name } of feasible) {
    if (requireAll && !hasAllKeys(node, constraints)) ignored.add(name);
    else {
      constraints.forEach((constraint, i) => {
        if (constraint.topologyKey !== hostnameLabel) counts[i]?.set(domainOf(node, constraint), 0);
      });
    }
  }
  const weights = constraints.map(({ topologyKey }, i) => {
    const domains = topologyKey === hostnameLabel ? feasible.length - ignored.size : (counts[i]?.size ?? 0);
    return Math.log(domains + 2);
  });
  const required = requiredNodeTest(pod.pod);
  const namespace = pod.pod.metadata.namespace ?? '';
  for (const { node, pods } of all) {
    if (requireAll && !hasAllKeys(node, constraints)) continue;
    constraints.forEach((constraint, i) => {
      const known = counts[i]?.get(domainOf(node, constraint));
      if (known === undefined || !included(constraint, pod.pod, node, required)) return;
      counts[i]?.set(domainOf(node, constraint), known + countMatching(pods, constraint.selector, namespace));
    });
  }
  return { constraints, ignored, counts, weights };
}

/** Weighted number of matching pods in the node's domains: the fewer the better. */
export function scoreSpread(scores: SpreadScores, pod: PodInfo, info: NodeInfo): number {
  if (scores.ignored.has(info.name)) return 0;
  let sum = 0;
  scores.constraints.forEach((constraint, i) => {
    const value = info.node.metadata.labels?.[constraint.topologyKey];
    if (value === undefined) return;
    const onHost = constraint.topologyKey === hostnameLabel;
    const count = onHost
      ? countMatching(info.pods, constraint.selector, pod.pod.metadata.namespace ?? '')
      : (scores.counts[i]?.get(value) ?? 0);
    sum += count * (scores.weights[i] ?? 0) + (constraint.maxSkew - 1);
  });
  return Math.round(sum);
}

/** Turns counts round: the emptiest domains get the most. Models podtopologyspread NormalizeScore. */
export function normalizeSpread({ ignored }: SpreadScores, values: number[], nodes: readonly NodeInfo[]): void {
  const taking = nodes.map(({ name }) => !ignored.has(name));
  let min = Number.MAX_SAFE_INTEGER;
  let max = 0;
  values.forEach((value, i) => {
    if (!taking[i]) return;
    min = Math.min(min, value);
    max = Math.max(max, value);
  });
  for (let i = 0; i < values.length; i++) {
    if (!taking[i]) values[i] = 0;
    else values[i] = max === 0 ? maxNodeScore : Math.floor((maxNodeScore * (max + min - (values[i] ?? 0))) / max);
  }
}

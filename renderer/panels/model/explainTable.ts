import { compareStrings } from '#shared/core/compare.ts';
import type { Attempt, NodeVerdict } from '#shared/protocol/index.ts';

/** A column of the node by plugin table: plugins that scored in this attempt, in order of first appearance. */
export interface ScoreColumn {
  plugin: string;
  weight: number;
}

/** The table of one attempt. Rows: chosen node first, then by falling total, then those that do not fit, by name. */
export interface ExplainTable {
  columns: readonly ScoreColumn[];
  rows: readonly NodeVerdict[];
  fits: number;
  rejected: number;
  /** Nodes in the cluster that this attempt did not look at. */
  unseen: number;
}

function rank(verdict: NodeVerdict, attempt: Attempt): number {
  if (verdict.node === attempt.selected) return 0;
  if (verdict.code === 'Success') return 1;
  return verdict.victims && verdict.victims.length > 0 ? 2 : 3;
}

/** Lays out one attempt as a table. */
export function explainTable(attempt: Attempt): ExplainTable {
  const columns = new Map<string, ScoreColumn>();
  for (const node of attempt.nodes)
    for (const score of node.scores)
      if (!columns.has(score.plugin)) columns.set(score.plugin, { plugin: score.plugin, weight: score.weight });
  const rows = [...attempt.nodes].sort(
    (a, b) => rank(a, attempt) - rank(b, attempt) || (b.total ?? 0) - (a.total ?? 0) || compareStrings(a.node, b.node),
  );
  const fits = attempt.nodes.filter((node) => node.code === 'Success').length;
  return {
    columns: [...columns.values()],
    rows,
    fits,
    rejected: attempt.nodes.length - fits,
    unseen: Math.max(0, attempt.nodesTotal - attempt.nodes.length),
  };
}

/** Refusals of one attempt by reason, most frequent first: what the histogram of the message counts. */
export function reasonCounts(attempt: Attempt): { plugin: string; reason: string; nodes: string[] }[] {
  const groups = new Map<string, { plugin: string; reason: string; nodes: string[] }>();
  for (const node of attempt.nodes) {
    if (node.code === 'Success') continue;
    for (const reason of node.reasons) {
      const id = `${node.plugin ?? ''}|${reason}`;
      const group = groups.get(id) ?? { plugin: node.plugin ?? '', reason, nodes: [] };
      group.nodes.push(node.node);
      groups.set(id, group);
    }
  }
  return [...groups.values()].sort((a, b) => b.nodes.length - a.nodes.length || compareStrings(a.reason, b.reason));
}

/** Attempts of one pod as a file that programs read: `{pod, attempts}`, newest first. */
export function attemptsJson(attempts: readonly Attempt[]): string {
  return `${JSON.stringify({ pod: attempts[0]?.pod ?? '', attempts }, null, 2)}\n`;
}

import type { Attempt } from '#shared/protocol/index.ts';
import type { ReasonCount } from '../explain/pending.ts';
import type { Happening } from './happening.ts';

/** Refusals of an attempt, by reason, as FailedScheduling would count them. */
function refusals(attempt: Attempt): ReasonCount[] {
  const counts = new Map<string, number>();
  for (const { code, reasons } of attempt.nodes) {
    const reason = reasons[0];
    if (code !== 'Success' && reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

/** Score plugin that gave most of the chosen node's lead over the average of the others that fitted; null when none did. */
function decider(attempt: Attempt): string | null {
  const chosen = attempt.nodes.find((node) => node.node === attempt.selected);
  const others = attempt.nodes.filter((node) => node.code === 'Success' && node !== chosen);
  let best: { plugin: string; lead: number } | null = null;
  for (const { plugin, weighted } of chosen?.scores ?? []) {
    const sum = others.reduce((all, node) => all + (node.scores.find((one) => one.plugin === plugin)?.weighted ?? 0), 0);
    const lead = weighted - sum / Math.max(1, others.length);
    if (lead > (best?.lead ?? 0)) best = { plugin, lead };
  }
  return best?.plugin ?? null;
}

/** A single placing with the reason the scheduler's own attempt gives: the only node that fitted, drawn among equals, or the best score. */
export function withAttempt(told: Happening, attempt: Attempt | undefined): Happening {
  const node = told.nodes[0];
  if (told.kind !== 'placed' || told.pods.length !== 1 || told.why === 'pinned') return told;
  if (!attempt?.selected || attempt.selected !== node || attempt.result !== 'scheduled') return told;
  const fits = attempt.nodes.filter((one) => one.code === 'Success').length;
  const all = attempt.nodes.length >= attempt.nodesTotal;
  const values = { ...told.values, node, fits, total: attempt.nodesTotal, best: attempt.best.length };
  if (fits === 1 && all) {
    if (attempt.nodesTotal === 1) return { ...told, why: 'onlyNode', values };
    if (told.why === 'madeWay' || told.why === 'roomAfter') return { ...told, why: 'onlyFitAfter', values };
    return { ...told, why: 'onlyFit', values, reasons: refusals(attempt) };
  }
  if (told.why !== null || fits < 2) return told;
  if (attempt.tieBreak) return { ...told, why: 'drawn', values };
  const plugin = decider(attempt);
  return plugin === null ? { ...told, why: 'scored', values } : { ...told, why: 'scoredFor', values: { ...values, plugin } };
}

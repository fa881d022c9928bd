import { compareStrings } from '#shared/core/compare.ts';
import type { NodeStatuses } from './nodestatuses.ts';

/**
 * Text of a FailedScheduling event: `0/3 nodes are available: 1 Insufficient cpu, 2 Too many pods. <postFilter>`. Counts are sorted as strings,
 * so "10 x" comes before "2 x". Models pkg/scheduler/framework FitError.Error.
 */
export function fitErrorMessage(parts: {
  nodes: number;
  statuses: NodeStatuses;
  preFilterMessage: string;
  postFilterMessage: string;
}): string {
  let text = `0/${parts.nodes} nodes are available:`;
  if (parts.preFilterMessage !== '') text += ` ${parts.preFilterMessage}.`;
  else {
    const histogram = reasonHistogram(parts.statuses, parts.nodes);
    if (histogram.length > 0) text += ` ${histogram.join(', ')}.`;
  }
  return parts.postFilterMessage === '' ? text : `${text} ${parts.postFilterMessage}`;
}

function reasonHistogram(statuses: NodeStatuses, nodes: number): string[] {
  const counts = new Map<string, number>();
  const add = (reason: string, count: number) => counts.set(reason, (counts.get(reason) ?? 0) + count);
  for (const [status, count] of statuses.counts()) for (const reason of status.reasons) add(reason, count);
  if (statuses.size < nodes) for (const reason of statuses.absent.reasons) add(reason, nodes - statuses.size);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort(compareStrings);
}

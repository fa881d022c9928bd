import type { Pod } from '#shared/kube/types.ts';

/** One part of a FailedScheduling message: how many nodes gave this reason. */
export interface ReasonCount {
  count: number;
  reason: string;
}

/** Splits `0/4 nodes are available: 1 Insufficient cpu, 3 node(s) had untolerated taint(s). preemption: …` into its counted reasons, most frequent first. */
export function countedReasons(message: string): ReasonCount[] {
  // The counted reasons end with a full stop; what the PostFilter plugins said follows.
  const body = /nodes are available: (.*?)\.?(?:(?<=\.) |$)/s.exec(message)?.[1];
  if (!body) return [];
  const found: ReasonCount[] = [];
  for (const part of body.split(/, (?=\d+ )/)) {
    const match = /^(\d+) (.+?)\.?$/s.exec(part.trim());
    if (match) found.push({ count: Number(match[1]), reason: match[2] ?? '' });
  }
  return found.sort((a, b) => b.count - a.count);
}

/** The scheduler's reason a pod is still waiting that most nodes gave; its gates when it is gated; null when none is known yet. */
export function mainPendingReason(pod: Pod): string | null {
  const condition = pod.status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  const gates = pod.spec.schedulingGates ?? [];
  if (gates.length > 0) return `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`;
  const message = condition?.message ?? '';
  return countedReasons(message)[0]?.reason ?? (message === '' ? null : message);
}

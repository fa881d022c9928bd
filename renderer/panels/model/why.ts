import { DEFAULT_PROFILE } from '#shared/kube/schedulerConfig/index.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Attempt, ComponentView, QueueView } from '#shared/protocol/index.ts';

/** The one-line answer to "why is this pod where it is". */
export type Verdict =
  | { type: 'runs'; node: string }
  | { type: 'pinned'; node: string }
  | { type: 'waitsForRoom'; node: string; victims: number }
  | { type: 'gated'; gates: readonly string[] }
  | { type: 'unknownScheduler'; name: string }
  | { type: 'schedulerStopped'; name: string }
  | { type: 'queued' }
  | { type: 'fitsNowhere' }
  | { type: 'finished' };

function inLane(lane: QueueView['active'], pod: Pod): boolean {
  return lane.some((entry) => entry.name === pod.metadata.name && entry.namespace === (pod.metadata.namespace ?? ''));
}

/** Judges a pod by its own state, its place in the queue and its newest attempt. */
export function verdictOf(
  pod: Pod,
  attempt: Attempt | undefined,
  queue: QueueView,
  components: readonly ComponentView[],
): Verdict {
  const node = pod.spec.nodeName;
  const phase = pod.status.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return { type: 'finished' };
  if (node) return attempt?.selected ? { type: 'runs', node } : { type: 'pinned', node };
  const gates = (pod.spec.schedulingGates ?? []).map((gate) => gate.name);
  if (gates.length > 0) return { type: 'gated', gates };
  const profile = pod.spec.schedulerName ?? DEFAULT_PROFILE;
  const schedulers = components.filter(({ profiles }) => profiles !== undefined);
  const own = schedulers.find(({ profiles }) => profiles?.includes(profile));
  if (own && !own.running) return { type: 'schedulerStopped', name: own.name };
  if (!own && schedulers.length > 0) return { type: 'unknownScheduler', name: profile };
  const nominated = pod.status.nominatedNodeName ?? attempt?.nominatedNode;
  if (nominated) return { type: 'waitsForRoom', node: nominated, victims: attempt?.victims.length ?? 0 };
  if (!attempt || attempt.result === 'preview' ? inLane(queue.active, pod) || inLane(queue.inFlight, pod) : false)
    return { type: 'queued' };
  return attempt && attempt.result !== 'scheduled' ? { type: 'fitsNowhere' } : { type: 'queued' };
}

/** Plugins that gave most of the chosen node's lead over the average of the others, at most two, best first. */
export function decisivePlugins(attempt: Attempt): string[] {
  const chosen = attempt.nodes.find((node) => node.node === attempt.selected);
  const others = attempt.nodes.filter((node) => node.code === 'Success' && node.node !== attempt.selected);
  if (!chosen || others.length === 0) return [];
  const leads = chosen.scores.map((score) => {
    const rest = others.reduce((sum, node) => sum + (node.scores.find((one) => one.plugin === score.plugin)?.weighted ?? 0), 0);
    return { plugin: score.plugin, lead: score.weighted - rest / others.length };
  });
  return leads
    .filter((one) => one.lead > 0)
    .sort((a, b) => b.lead - a.lead)
    .slice(0, 2)
    .map((one) => one.plugin);
}

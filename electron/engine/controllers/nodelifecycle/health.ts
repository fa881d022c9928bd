import { getCondition } from '#shared/kube/conditions.ts';
import type { Node, NodeCondition } from '#shared/kube/types.ts';

/** Condition types that turn Unknown together when the kubelet falls silent, in the order in which missing ones are appended. */
const SILENCED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** How long a node that never reported may stay silent. Models --node-startup-grace-period. */
export const STARTUP_GRACE_MS = 60_000;

/** What the controller remembers of one node: when it last saw a sign of life, judged by its own clock. */
export interface NodeHealth {
  probeMs: number;
  ready: NodeCondition | undefined;
  leaseRenewTime: string | undefined;
}

/** What is known now: the node's Ready condition and its Lease's renew time. */
export interface HealthSigns {
  createdMs: number;
  ready: NodeCondition | undefined;
  leaseRenewTime: string | undefined;
}

/**
 * Updates the memory by what is seen now: a new heartbeat time, or a Lease renewed since, counts as life at `nowMs`.
 * Models nodelifecycle tryUpdateNodeHealth.
 */
export function observe(saved: NodeHealth | undefined, signs: HealthSigns, nowMs: number): NodeHealth {
  const { ready, leaseRenewTime } = signs;
  let probeMs: number;
  if (saved === undefined) probeMs = ready === undefined ? signs.createdMs : nowMs;
  else if (saved.ready === undefined) probeMs = ready === undefined ? saved.probeMs : nowMs;
  else if (ready === undefined) probeMs = saved.probeMs;
  else probeMs = saved.ready.lastHeartbeatTime === ready.lastHeartbeatTime ? saved.probeMs : nowMs;
  const renewed = leaseRenewTime !== undefined && (saved?.leaseRenewTime === undefined || saved.leaseRenewTime < leaseRenewTime);
  return { probeMs: renewed ? nowMs : probeMs, ready, leaseRenewTime: renewed ? leaseRenewTime : saved?.leaseRenewTime };
}

/** Conditions of a node whose kubelet is silent: those it once posted become Unknown, those it never posted are filled in. */
export function silencedConditions(node: Node, nowText: string): NodeCondition[] {
  const conditions = node.status.conditions ?? [];
  const known = conditions.map((condition): NodeCondition => {
    if (!SILENCED.some((type) => type === condition.type) || condition.status === 'Unknown') return condition;
    return {
      ...condition,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: nowText,
    };
  });
  const missing = SILENCED.filter((type) => getCondition(conditions, type) === undefined).map((type): NodeCondition => {
    const created = node.metadata.creationTimestamp;
    return {
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      ...(created === undefined ? {} : { lastHeartbeatTime: created }),
      lastTransitionTime: nowText,
    };
  });
  return [...known, ...missing];
}

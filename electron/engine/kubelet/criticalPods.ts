import { type Amounts, podPriority, podRequests, qosClass } from '#shared/kube/pod.ts';
import { SYSTEM_PRIORITY_CLASSES } from '#shared/kube/priority.ts';
import type { Pod } from '#shared/kube/types.ts';

const STATIC_SOURCE = 'kubernetes.io/config.source';
const MIRROR = 'kubernetes.io/config.mirror';
const CRITICAL = SYSTEM_PRIORITY_CLASSES['system-cluster-critical'] ?? 2_000_000_000;

/** Reason and words of a pod that a kubelet ends for a critical one. */
export const PREEMPTED = {
  reason: 'Preempting',
  message: 'Preempted in order to admit critical pod',
  condition: {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message: 'Pod was preempted by Kubelet to accommodate a critical pod.',
  },
} as const;

/** Static pods, their mirrors, and pods of a system priority. Models kubetypes.IsCriticalPod. */
export function isCriticalPod(pod: Pod): boolean {
  const annotations = pod.metadata.annotations;
  const source = annotations?.[STATIC_SOURCE];
  return (source !== undefined && source !== 'api') || annotations?.[MIRROR] !== undefined || podPriority(pod) >= CRITICAL;
}

/** Whether the first may end the second to get room. Models kubetypes.Preemptable. */
export function isPreemptable(by: Pod, pod: Pod): boolean {
  return (isCriticalPod(by) && !isCriticalPod(pod)) || podPriority(by) > podPriority(pod);
}

/**
 * The pods to end so that what is missing becomes free: as few and as small as can be, Guaranteed ones only when nothing else helps, then Burstable ones.
 * undefined when all of them together would not do. Models pkg/kubelet/preemption getPodsToPreempt.
 */
export function podsToPreempt(by: Pod, pods: readonly Pod[], missing: Amounts): Pod[] | undefined {
  const candidates = pods.filter((pod) => isPreemptable(by, pod));
  const of = (name: string): Pod[] => candidates.filter((pod) => qosClass(pod.spec) === name);
  const bestEffort = of('BestEffort');
  const burstable = of('Burstable');
  const guaranteed = of('Guaranteed');
  if (Object.keys(subtract(missing, candidates)).length > 0) return undefined;
  const third = byDistance(guaranteed, subtract(missing, [...bestEffort, ...burstable]));
  const second = byDistance(burstable, subtract(missing, [...bestEffort, ...third]));
  const first = byDistance(bestEffort, subtract(missing, [...second, ...third]));
  return [...first, ...second, ...third];
}

function amountOf(pod: Pod, resource: string): number {
  return resource === 'pods' ? 1 : (podRequests(pod)[resource] ?? 0);
}

function subtract(missing: Amounts, pods: readonly Pod[]): Amounts {
  const left: Record<string, number> = {};
  for (const [resource, amount] of Object.entries(missing)) {
    const rest = pods.reduce((sum, pod) => sum - amountOf(pod, resource), amount);
    if (rest > 0) left[resource] = rest;
  }
  return left;
}

/** Pods nearest to what is missing first, until nothing is. */
function byDistance(pods: readonly Pod[], missing: Amounts): Pod[] {
  const left = [...pods];
  const chosen: Pod[] = [];
  let wanted = missing;
  while (Object.keys(wanted).length > 0) {
    let best: Pod | undefined;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (const pod of left) {
      const distance = distanceOf(pod, wanted);
      if (distance < bestDistance || (distance === bestDistance && best !== undefined && isSmaller(pod, best))) {
        best = pod;
        bestDistance = distance;
      }
    }
    if (best === undefined) return chosen;
    chosen.push(best);
    wanted = subtract(wanted, [best]);
    left.splice(left.indexOf(best), 1);
  }
  return chosen;
}

function distanceOf(pod: Pod, missing: Amounts): number {
  return Object.entries(missing).reduce((sum, [resource, amount]) => {
    const rest = Math.max(0, amount - amountOf(pod, resource));
    return sum + (rest / amount) ** 2;
  }, 0);
}

/** Models smallerResourceRequest: memory counts first, then CPU; equals are smaller. */
function isSmaller(pod: Pod, than: Pod): boolean {
  for (const resource of ['memory', 'cpu']) {
    const a = amountOf(pod, resource);
    const b = amountOf(than, resource);
    if (a !== b) return a < b;
  }
  return true;
}

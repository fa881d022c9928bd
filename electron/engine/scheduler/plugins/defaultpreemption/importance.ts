import { compareStrings } from '#shared/core/compare.ts';
import type { TimeReader } from '#shared/kube/conditions.ts';
import type { PodInfo } from '../../framework/podinfo.ts';

/** Virtual time since which the pod has run; now when it has not started. Models pkg/scheduler/util GetPodStartTime. */
export function startMs(clock: TimeReader, pod: PodInfo): number {
  const startTime = pod.pod.status?.startTime;
  return startTime === undefined ? clock.nowMs : clock.parseMs(startTime);
}

/** Negative when `a` is the more important pod: higher priority, then longer running, then by name. Models pkg/scheduler/util MoreImportantPod. */
export function compareImportance(clock: TimeReader, a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || startMs(clock, a) - startMs(clock, b) || compareStrings(a.key, b.key);
}

/** Earliest start among the victims of the highest priority. Models pkg/scheduler/util GetEarliestPodStartTime. */
export function earliestStartOfHighest(clock: TimeReader, victims: readonly PodInfo[]): number {
  let highest = Number.NEGATIVE_INFINITY;
  let earliest = Number.POSITIVE_INFINITY;
  for (const victim of victims) {
    const start = startMs(clock, victim);
    if (victim.priority > highest) {
      highest = victim.priority;
      earliest = start;
    } else if (victim.priority === highest && start < earliest) earliest = start;
  }
  return earliest;
}

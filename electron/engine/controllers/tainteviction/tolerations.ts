import { tolerates } from '#shared/kube/taints.ts';
import type { Taint, Toleration } from '#shared/kube/types.ts';

/** For each taint the first toleration that covers it; undefined when one is not covered. Models v1helper.GetMatchingTolerations. */
export function usedTolerations(taints: readonly Taint[], tolerations: readonly Toleration[]): Toleration[] | undefined {
  const used: Toleration[] = [];
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => tolerates(candidate, taint));
    if (toleration === undefined) return undefined;
    used.push(toleration);
  }
  return used;
}

/** Shortest time the tolerations grant, in seconds, never below 0; undefined = for ever. Models tainteviction getMinTolerationTime. */
export function shortestSeconds(tolerations: readonly Toleration[]): number | undefined {
  let shortest: number | undefined;
  for (const { tolerationSeconds } of tolerations) {
    if (tolerationSeconds === undefined) continue;
    const seconds = Math.max(0, tolerationSeconds);
    if (shortest === undefined || seconds < shortest) shortest = seconds;
  }
  return tolerations.length === 0 ? 0 : shortest;
}

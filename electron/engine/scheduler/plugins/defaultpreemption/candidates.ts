import type { TimeReader } from '#shared/kube/conditions.ts';
import type { PreemptionCandidate } from '../../framework/plugin.ts';
import { earliestStartOfHighest } from './importance.ts';

/** Makes every priority positive, so that few victims of negative priority do not beat none. */
const priorityOffset = 2 ** 31;

/** The candidates that do best in every rule, applied one after the other. More than one: equally good. Models preemption pickOneNodeForPreemption. */
export function bestCandidates(clock: TimeReader, candidates: readonly PreemptionCandidate[]): readonly PreemptionCandidate[] {
  const rules: ((candidate: PreemptionCandidate) => number)[] = [
    ({ pdbViolations }) => -pdbViolations,
    ({ victims }) => -(victims[0]?.priority ?? 0),
    ({ victims }) => -victims.reduce((sum, { priority }) => sum + priority + priorityOffset, 0),
    ({ victims }) => -victims.length,
    ({ victims }) => earliestStartOfHighest(clock, victims),
  ];
  let left = candidates;
  for (const rule of rules) {
    if (left.length <= 1) return left;
    let top = Number.NEGATIVE_INFINITY;
    for (const candidate of left) top = Math.max(top, rule(candidate));
    left = left.filter((candidate) => rule(candidate) === top);
  }
  return left;
}

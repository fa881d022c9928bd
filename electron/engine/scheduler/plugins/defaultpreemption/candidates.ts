import type { TimeReader } from '#shared/kube/conditions.ts';
import type { PreemptionLoss } from '#shared/protocol/explain.ts';
import type { PreemptionCandidate } from '../../framework/plugin.ts';
import { earliestStartOfHighest } from './importance.ts';

/** Makes every priority positive, so that few victims of negative priority do not beat none. */
const priorityOffset = 2 ** 31;

/** The candidates that are equally good, and by which rule each of the others lost. */
export interface Ranking {
  readonly best: readonly PreemptionCandidate[];
  readonly lostBy: ReadonlyMap<string, PreemptionLoss>;
}

/** The candidates that do best in every rule, applied one after the other. More than one: equally good. Models preemption pickOneNodeForPreemption. */
export function rankCandidates(clock: TimeReader, candidates: readonly PreemptionCandidate[]): Ranking {
  const rules: readonly [PreemptionLoss, (candidate: PreemptionCandidate) => number][] = [
    ['budgets', ({ pdbViolations }) => -pdbViolations],
    ['highestPriority', ({ victims }) => -(victims[0]?.priority ?? 0)],
    ['prioritySum', ({ victims }) => -victims.reduce((sum, { priority }) => sum + priority + priorityOffset, 0)],
    ['podCount', ({ victims }) => -victims.length],
    ['startTime', ({ victims }) => earliestStartOfHighest(clock, victims)],
  ];
  const lostBy = new Map<string, PreemptionLoss>();
  let left = candidates;
  for (const [name, rule] of rules) {
    if (left.length <= 1) break;
    const values = left.map(rule);
    let top = Number.NEGATIVE_INFINITY;
    for (const value of values) top = Math.max(top, value);
    left = left.filter((candidate, i) => {
      const stays = values[i] === top;
      if (!stays) lostBy.set(candidate.node, name);
      return stays;
    });
  }
  return { best: left, lostBy };
}

import { isPodReady, setCondition } from '#shared/kube/conditions.ts';
import type { Pod, PodDisruptionBudget } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import type { Expectation } from './expected.ts';

export type BudgetStatus = PodDisruptionBudget['status'];
type BudgetCondition = NonNullable<BudgetStatus['conditions']>[number];

/** How long an evicted pod counts as going before the budget expects it back. Models DeletionTimeout. */
export const DELETION_TIMEOUT_MS = 120_000;

/** Evicted pods that have not gone yet, those overdue, and when to look again. Models buildDisruptedPodMap. */
export interface Disrupted {
  pods: Record<string, string>;
  overdue: Pod[];
  recheckMs: number | undefined;
}

/** Sorts the budget's evicted pods by what has become of them. */
export function disruptedPods(budget: PodDisruptionBudget, pods: readonly Pod[], clock: Clock): Disrupted {
  const noted = budget.status?.disruptedPods ?? {};
  const result: Disrupted = { pods: {}, overdue: [], recheckMs: undefined };
  for (const pod of pods) {
    const since = noted[pod.metadata.name];
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const left = clock.parseMs(since) + DELETION_TIMEOUT_MS - clock.nowMs;
    if (left < 0) {
      result.overdue.push(pod);
      continue;
    }
    result.pods[pod.metadata.name] = since;
    if (result.recheckMs === undefined || left < result.recheckMs) result.recheckMs = left;
  }
  return result;
}

/** Ready pods that are not going and not about to. Models countHealthyPods. */
export function countHealthy(pods: readonly Pod[], disrupted: Readonly<Record<string, string>>): number {
  return pods.filter(
    (pod) => pod.metadata.deletionTimestamp === undefined && disrupted[pod.metadata.name] === undefined && isPodReady(pod),
  ).length;
}

/** Status of a budget from its counts. Models updatePdbStatus and UpdateDisruptionAllowedCondition. */
export function budgetStatus(
  budget: PodDisruptionBudget,
  expectation: Expectation,
  currentHealthy: number,
  disrupted: Readonly<Record<string, string>>,
  now: string,
): BudgetStatus {
  const { expected, desiredHealthy } = expectation;
  const spare = currentHealthy - desiredHealthy;
  const disruptionsAllowed = expected <= 0 || spare <= 0 ? 0 : spare;
  const observedGeneration = budget.metadata.generation ?? 0;
  const condition: BudgetCondition = {
    type: 'DisruptionAllowed',
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    observedGeneration,
    lastTransitionTime: now,
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  return {
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: { ...disrupted } } : {}),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    observedGeneration,
    conditions: [...setCondition(budget.status?.conditions, condition, now)],
  };
}

/** Status of a budget that could not be worked out: nothing may be disrupted. Models failSafe. */
export function failedStatus(budget: PodDisruptionBudget, message: string, now: string): BudgetStatus {
  const observedGeneration = budget.metadata.generation ?? 0;
  const condition: BudgetCondition = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration,
    lastTransitionTime: now,
    reason: 'SyncFailed',
    message,
  };
  const before = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 };
  const conditions = [...setCondition(before.conditions, condition, now)];
  return { ...before, disruptionsAllowed: 0, observedGeneration, conditions };
}

import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { PodDisruptionBudget } from '#shared/kube/types.ts';
import type { PodInfo } from '../../framework/podinfo.ts';

/** True for a selector that selects everything: the scheduler lets such a budget match nothing. */
function isEmptySelector(budget: PodDisruptionBudget): boolean {
  const selector = budget.spec.selector;
  return (
    selector === undefined ||
    (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)
  );
}

/**
 * Splits pods, in their order, into those whose eviction some budget forbids and the others. Each pod uses up a disruption of its budgets.
 * Models plugins/defaultpreemption filterPodsWithPDBViolation.
 */
export function splitByBudget(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { violating: PodInfo[]; others: PodInfo[] } {
  const allowed = budgets.map((budget) => budget.status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    const { namespace, name, labels } = info.pod.metadata;
    let violated = false;
    if (labels !== undefined && Object.keys(labels).length > 0) {
      budgets.forEach((budget, i) => {
        if (
          budget.metadata.namespace !== namespace ||
          isEmptySelector(budget) ||
          !matchLabelSelector(budget.spec.selector, labels)
        )
          return;
        if (budget.status?.disruptedPods !== undefined && Object.hasOwn(budget.status.disruptedPods, name)) return;
        allowed[i] = (allowed[i] ?? 0) - 1;
        if (allowed[i]! < 0) violated = true;
      });
    }
    (violated ? violating : others).push(info);
  }
  return { violating, others };
}

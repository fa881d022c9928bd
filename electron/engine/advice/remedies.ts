import type { Pod, PodDisruptionBudget } from '#shared/kube/types.ts';
import { refOf } from '#shared/kube/types.ts';
import type { Command, DrainPreview, Suggestion } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';

/** Budgets for which a way around is offered. */
const MOST_BUDGETS = 5;

/** Ways around the budgets that stand in the way of evictions: one pod less to be kept, or no budget. */
export function adviseBudgets(
  ctx: ComponentContext,
  blocked: readonly { pod: Pod; budget: DrainPreview['evict'][number] }[],
): Suggestion[] {
  const budgets = new Map<string, PodDisruptionBudget>();
  for (const { pod, budget } of blocked) {
    for (const name of budget.budget?.split(', ') ?? []) {
      const found = ctx.informer('PodDisruptionBudget').lister.get(pod.metadata.namespace ?? '', name);
      if (found !== undefined) budgets.set(`${pod.metadata.namespace}/${name}`, found);
    }
  }
  return [...budgets.values()].slice(0, MOST_BUDGETS).flatMap(waysAround);
}

function waysAround(budget: PodDisruptionBudget): Suggestion[] {
  const ref = refOf(budget);
  const base = { ties: 0, victims: [], changes: 1, restarts: 0 };
  const remove: Suggestion = {
    ...base,
    kind: 'deleteBudget',
    values: { name: ref.name },
    command: { type: 'delete', refs: [ref] },
  };
  const { currentHealthy = 0, expectedPods = 0 } = budget.status ?? {};
  if (currentHealthy < 1) return [remove];
  const [field, amount] =
    budget.spec.maxUnavailable === undefined
      ? (['minAvailable', currentHealthy - 1] as const)
      : (['maxUnavailable', expectedPods - currentHealthy + 1] as const);
  const command: Command = { type: 'patch', ref, patchType: 'merge', patch: { spec: { [field]: amount } } };
  const values = { name: ref.name, field, from: String(budget.spec[field] ?? ''), to: amount };
  return [{ ...base, kind: 'loosenBudget', values, command }, remove];
}

import { addQuantity, type Quantity, quantityFromValue } from '../quantity.ts';
import { allKinds, type KindInfo } from '../registry.ts';
import type { AnyObject, ResourceQuota } from '../types.ts';
import { type Amounts, readAmounts } from './amounts.ts';
import { claimEvaluator, countEvaluator, serviceEvaluator } from './others.ts';
import { podEvaluator } from './pods.ts';
import type { QuotaClock, QuotaEvaluator, ScopeRequirement } from './types.ts';

export type { Amounts } from './amounts.ts';
export type { QuotaClock, QuotaEvaluator, ScopeRequirement } from './types.ts';

const SPECIAL: readonly QuotaEvaluator[] = [podEvaluator, serviceEvaluator, claimEvaluator];
const ZERO = quantityFromValue(0);
const known = new Map<string, QuotaEvaluator>();

/** The evaluator of a kind of namespaced objects; undefined for those no quota counts (events, cluster-scoped kinds). */
export function evaluatorOf(info: KindInfo): QuotaEvaluator | undefined {
  if (!info.namespaced || !info.storable || info.kind === 'Event') return undefined;
  const before = known.get(info.kind);
  if (before !== undefined) return before;
  const evaluator = SPECIAL.find(({ kind }) => kind === info.kind) ?? countEvaluator(info);
  known.set(info.kind, evaluator);
  return evaluator;
}

/** Evaluators of all kinds, in the order of the registry. */
export function allEvaluators(): QuotaEvaluator[] {
  return allKinds.flatMap((info) => evaluatorOf(info) ?? []);
}

/** The scopes an object must meet, all of them. Models getScopeSelectorsFromQuota. */
export function scopesOf({ spec }: ResourceQuota): ScopeRequirement[] {
  return [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
}

/** Whether a quota has to do with an object: by the resources in its status, and by its scopes. Models generic.Matches. */
export function quotaMatches(evaluator: QuotaEvaluator, quota: ResourceQuota, object: AnyObject): boolean {
  if (evaluator.matching(Object.keys(quota.status?.hard ?? {})).length === 0) return false;
  return scopesOf(quota).every((scope) => evaluator.matchesScope(scope, object));
}

/**
 * What the objects of a namespace use of the hard limits that can be measured. `list` gives the namespace's objects of a kind.
 * Models quota.CalculateUsage.
 */
export function countUsage(quota: ResourceQuota, list: (kind: string) => readonly AnyObject[], clock: QuotaClock): Amounts {
  const hard = readAmounts(quota.spec?.hard);
  const scopes = scopesOf(quota);
  const used = new Map<string, Quantity>();
  for (const evaluator of allEvaluators()) {
    const names = evaluator.matching(hard.keys());
    if (names.length === 0) continue;
    for (const name of names) if (!used.has(name)) used.set(name, ZERO);
    for (const object of list(evaluator.kind)) {
      if (!scopes.every((scope) => evaluator.matchesScope(scope, object))) continue;
      const usage = evaluator.usage(object, clock);
      for (const name of names) {
        const amount = usage.get(name);
        if (amount !== undefined) used.set(name, addQuantity(used.get(name) ?? ZERO, amount));
      }
    }
  }
  return used;
}

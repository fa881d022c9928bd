import type { AnyObject } from '../types.ts';
import type { Amounts } from './amounts.ts';

/** One scope a quota is limited to. Models ScopedResourceSelectorRequirement. */
export interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

/** What an evaluator must know of the time: now, and how to read a stored time stamp (NaN when there is none). */
export interface QuotaClock {
  readonly nowMs: number;
  parseMs(text: string): number;
}

/** How objects of one kind use up quotas. Models quota.Evaluator. */
export interface QuotaEvaluator {
  readonly kind: string;
  /** Whether a write of this sort can use anything up. */
  handles(operation: string, subresource: string | undefined): boolean;
  /** The names among these that the evaluator counts. */
  matching(names: Iterable<string>): string[];
  matchesScope(scope: ScopeRequirement, object: AnyObject): boolean;
  usage(object: AnyObject, clock: QuotaClock): Amounts;
  /** Complaint about an object that a quota of these names can't count, or undefined. */
  constraint(required: readonly string[], object: AnyObject): string | undefined;
  /** Whether an update gives something back, so that usage has to be counted again. */
  givesBack(before: AnyObject, after: AnyObject, clock: QuotaClock): boolean;
}

import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { LabelSelector } from '#shared/kube/types.ts';

/** A parsed label selector. `empty`: selects everything. */
export interface LabelTest {
  readonly empty: boolean;
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

/** Selects nothing; what a missing selector means. */
export const nothing: LabelTest = { empty: false, matches: () => false };

/** Parses a selector. Models metav1.LabelSelectorAsSelector. */
export function compileSelector(selector: LabelSelector | undefined): LabelTest {
  if (selector === undefined) return nothing;
  const empty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  return { empty, matches: (labels) => empty || matchLabelSelector(selector, labels) };
}

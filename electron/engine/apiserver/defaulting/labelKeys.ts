import { labelOf } from '#shared/kube/labels.ts';
import type { LabelSelector, Pod, PodSpec } from '#shared/kube/types.ts';

/** What selects pods by label keys whose values are the pod's own. */
interface KeyedSelector {
  labelSelector?: LabelSelector;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

type Affinity = NonNullable<PodSpec['affinity']>;
type PodTerms = NonNullable<Affinity['podAffinity']>;

/** The selector with one requirement for each key that the pod has as a label; requirements that are there already are not repeated. */
function merge(selector: LabelSelector, keys: readonly string[], operator: 'In' | 'NotIn', pod: Pod): LabelSelector {
  const expressions = selector.matchExpressions ?? [];
  const added = keys.flatMap((key) => {
    const value = labelOf(pod.metadata.labels, key);
    if (value === undefined) return [];
    const known = expressions.some(
      (one) => one.key === key && one.operator === operator && one.values?.[0] === value && one.values.length === 1,
    );
    return known ? [] : [{ key, operator, values: [value] }];
  });
  return added.length === 0 ? selector : { ...selector, matchExpressions: [...expressions, ...added] };
}

/** What is not there at all is left for validation to find. */
function mergeKeys<T extends KeyedSelector>(term: T, pod: Pod): T {
  if (term?.labelSelector === undefined) return term;
  const matched = merge(term.labelSelector, term.matchLabelKeys ?? [], 'In', pod);
  const labelSelector = merge(matched, term.mismatchLabelKeys ?? [], 'NotIn', pod);
  return labelSelector === term.labelSelector ? term : { ...term, labelSelector };
}

function mergeTerms(terms: PodTerms, pod: Pod): PodTerms {
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred } =
    terms;
  return {
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => mergeKeys(term, pod)) }),
    ...(preferred && {
      preferredDuringSchedulingIgnoredDuringExecution: preferred.map((one) => ({
        ...one,
        podAffinityTerm: mergeKeys(one.podAffinityTerm, pod),
      })),
    }),
  };
}

/**
 * The spec with matchLabelKeys and mismatchLabelKeys written into the label selectors of pod affinity and topology spread; the lists of keys stay.
 * Doing it again changes nothing. Models podStrategy applyMatchLabelKeysAndMismatchLabelKeys.
 */
export function mergeLabelKeys(pod: Pod): PodSpec {
  const { affinity, topologySpreadConstraints: spread } = pod.spec;
  const pods = affinity?.podAffinity;
  const anti = affinity?.podAntiAffinity;
  if (!pods && !anti && !spread) return pod.spec;
  return {
    ...pod.spec,
    ...(affinity && {
      affinity: {
        ...affinity,
        ...(pods && { podAffinity: mergeTerms(pods, pod) }),
        ...(anti && { podAntiAffinity: mergeTerms(anti, pod) }),
      },
    }),
    ...(spread && { topologySpreadConstraints: spread.map((constraint) => mergeKeys(constraint, pod)) }),
  };
}

import { checkDnsLabel } from '#shared/kube/names.ts';
import { validateNodeSelector, validateTerm } from '#shared/kube/nodeSelectors.ts';
import type { PodSpec } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, required } from './errors.ts';
import { validateLabelName, validateLabelSelector } from './labels.ts';

type Affinity = NonNullable<PodSpec['affinity']>;
type PodTerms = NonNullable<Affinity['podAffinity']>;
type PodTerm = NonNullable<PodTerms['requiredDuringSchedulingIgnoredDuringExecution']>[number];

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateWeight(weight: number | undefined, field: string): FieldError[] {
  const value = weight ?? 0;
  return value >= 1 && value <= 100 ? [] : [invalid(`${field}.weight`, value, 'must be in the range 1-100')];
}

function validatePodTerm(term: PodTerm | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  errors.push(...validateLabelSelector(term?.labelSelector, `${field}.labelSelector`));
  errors.push(...validateLabelSelector(term?.namespaceSelector, `${field}.namespaceSelector`));
  for (const namespace of term?.namespaces ?? []) {
    errors.push(...invalidEach(`${field}.namespace`, namespace, checkDnsLabel(namespace)));
  }
  errors.push(...validateLabelKeys(term, field));
  if (!term?.topologyKey) errors.push(required(`${field}.topologyKey`, 'can not be empty'));
  errors.push(...validateLabelName(term?.topologyKey ?? '', `${field}.topologyKey`));
  return errors;
}

/** matchLabelKeys and mismatchLabelKeys need a selector and may not overlap. Models validateMatchLabelKeysAndMismatchLabelKeys. */
function validateLabelKeys(term: PodTerm | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const keys = term?.[name] ?? [];
    if (keys.length > 0 && term?.labelSelector === undefined) {
      errors.push(forbidden(`${field}.${name}`, 'must not be specified when labelSelector is not set'));
    }
    keys.forEach((key, index) => {
      errors.push(...validateLabelName(key, `${field}.${name}[${index}]`));
    });
  }
  const matched = term?.matchLabelKeys ?? [];
  (term?.mismatchLabelKeys ?? []).forEach((key) => {
    const index = matched.indexOf(key);
    if (index >= 0)
      errors.push(invalid(`${field}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
  return errors;
}

function validatePodTerms(terms: PodTerms | undefined, field: string): FieldError[] {
  if (terms === undefined) return [];
  return [
    ...(terms[REQUIRED] ?? []).flatMap((term, index) => validatePodTerm(term, `${field}.${REQUIRED}[${index}]`)),
    ...(terms[PREFERRED] ?? []).flatMap((one, index) => [
      ...validateWeight(one.weight, `${field}.${PREFERRED}[${index}]`),
      ...validatePodTerm(one.podAffinityTerm, `${field}.${PREFERRED}[${index}].podAffinityTerm`),
    ]),
  ];
}

/** Affinity to nodes and to pods, and anti-affinity. Models validateAffinity. */
export function validateAffinity(affinity: Affinity | undefined, field: string): FieldError[] {
  if (affinity === undefined) return [];
  const errors: FieldError[] = [];
  const node = affinity.nodeAffinity;
  const at = `${field}.nodeAffinity`;
  const needed = node?.[REQUIRED];
  if (needed !== undefined) errors.push(...validateNodeSelector(needed, `${at}.${REQUIRED}`));
  (node?.[PREFERRED] ?? []).forEach((one, index) => {
    errors.push(...validateWeight(one.weight, `${at}.${PREFERRED}[${index}]`));
    errors.push(...validateTerm(one.preference ?? {}, `${at}.${PREFERRED}[${index}].preference`));
  });
  errors.push(...validatePodTerms(affinity.podAffinity, `${field}.podAffinity`));
  errors.push(...validatePodTerms(affinity.podAntiAffinity, `${field}.podAntiAffinity`));
  return errors;
}

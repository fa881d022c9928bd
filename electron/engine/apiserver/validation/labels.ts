import { compareStrings } from '#shared/core/compare.ts';
import { checkLabelValue, checkQualifiedName } from '#shared/kube/names.ts';
import type { LabelSelector } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, required } from './errors.ts';

/** Keys of a map in an order that never varies. */
export function sortedKeys(map: object | undefined): string[] {
  return map === undefined ? [] : Object.keys(map).sort(compareStrings);
}

/** A label key. Models ValidateLabelName. */
export function validateLabelName(key: string, field: string): FieldError[] {
  return invalidEach(field, key, checkQualifiedName(key));
}

/** A map of labels; complaints name the map, not the key. Models ValidateLabels. */
export function validateLabels(labels: Record<string, string> | undefined, field: string): FieldError[] {
  return sortedKeys(labels).flatMap((key) => [
    ...validateLabelName(key, field),
    ...invalidEach(field, labels?.[key], checkLabelValue(labels?.[key] ?? '')),
  ]);
}

/** A selector of labels, when there is one. Models ValidateLabelSelector. */
export function validateLabelSelector(selector: LabelSelector | undefined, field: string): FieldError[] {
  if (selector === undefined) return [];
  const errors = validateLabels(selector.matchLabels, `${field}.matchLabels`);
  (selector.matchExpressions ?? []).forEach((one, index) => {
    errors.push(...validateRequirement(one, `${field}.matchExpressions[${index}]`));
  });
  return errors;
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function validateRequirement(requirement: Requirement, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    default:
      errors.push(invalid(`${field}.operator`, requirement.operator ?? '', 'not a valid selector operator'));
  }
  errors.push(...validateLabelName(requirement.key ?? '', `${field}.key`));
  values.forEach((value, index) => {
    errors.push(...invalidEach(`${field}.values[${index}]`, value, checkLabelValue(value)));
  });
  return errors;
}

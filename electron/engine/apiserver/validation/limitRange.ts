import { compareStrings } from '#shared/core/compare.ts';
import { checkQualifiedName } from '#shared/kube/names.ts';
import { compareQuantity, printQuantity, type Quantity, quantityFromValue } from '#shared/kube/quantity.ts';
import { type Amounts, readAmounts } from '#shared/kube/quota/amounts.ts';
import { mayOvercommit } from '#shared/kube/resourceNames.ts';
import type { LimitRange, ResourceList } from '#shared/kube/types.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, required } from './errors.ts';
import { sortedKeys } from './labels.ts';
import { subdomainName, validateMetadata } from './metadata.ts';
import { validateContainerResourceName, validateResourceName } from './resources.ts';

type Item = LimitRange['spec']['limits'][number];

const TYPES: readonly string[] = ['Pod', 'Container', 'PersistentVolumeClaim'];
const ONE = quantityFromValue(1);
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function validateType(type: string, field: string): FieldError[] {
  const malformed = checkQualifiedName(type);
  if (malformed.length > 0) return invalidEach(field, type, malformed);
  const known = type.includes('/') || TYPES.includes(type);
  return known ? [] : [invalid(field, type, 'must be a standard limit type or fully qualified')];
}

function validateNames(item: Item, list: ResourceList | undefined, field: string): FieldError[] {
  const check = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  return sortedKeys(list).flatMap((name) => check(name, `${field}[${name}]`));
}

function validateDefaults(item: Item, at: string): FieldError[] {
  const fields = ['default', 'defaultRequest'] as const;
  if (item.type !== 'Pod') return fields.flatMap((name) => validateNames(item, item[name], `${at}.${name}`));
  return fields.flatMap((name) =>
    Object.keys(item[name] ?? {}).length === 0 ? [] : [forbidden(`${at}.${name}`, "may not be specified when `type` is 'Pod'")],
  );
}

/** The amounts one item has about one resource. */
type Values = { [K in (typeof LISTS)[number]]: Quantity | undefined };

function greater(a: Quantity | undefined, b: Quantity | undefined): boolean {
  return a !== undefined && b !== undefined && compareQuantity(a, b) > 0;
}

/** What the amounts of one resource must be to each other. */
function validateOrder(name: string, values: Values, at: string): FieldError[] {
  const { min, max, default: limit, defaultRequest: request } = values;
  const text = (quantity: Quantity | undefined): string => (quantity === undefined ? '' : printQuantity(quantity));
  const wrong = (list: string, shown: Quantity | undefined, detail: string): FieldError =>
    invalid(`${at}.${list}[${name}]`, text(shown), detail);
  const errors: FieldError[] = [];
  if (greater(min, max)) errors.push(wrong('min', min, `min value ${text(min)} is greater than max value ${text(max)}`));
  if (greater(min, request)) {
    const detail = `min value ${text(min)} is greater than default request value ${text(request)}`;
    errors.push(wrong('defaultRequest', request, detail));
  }
  if (greater(request, max)) {
    const detail = `default request value ${text(request)} is greater than max value ${text(max)}`;
    errors.push(wrong('defaultRequest', request, detail));
  }
  if (greater(request, limit)) {
    const detail = `default request value ${text(request)} is greater than default limit value ${text(limit)}`;
    errors.push(wrong('defaultRequest', request, detail));
  }
  if (greater(min, limit)) {
    errors.push(wrong('default', min, `min value ${text(min)} is greater than default value ${text(limit)}`));
  }
  if (greater(limit, max)) {
    errors.push(wrong('default', max, `default value ${text(limit)} is greater than max value ${text(max)}`));
  }
  errors.push(...validateRatio(name, values, at));
  const unequal = limit !== undefined && request !== undefined && compareQuantity(limit, request) !== 0;
  if (unequal && !mayOvercommit(name)) {
    const detail = `default value ${text(limit)} must equal to defaultRequest value ${text(request)} in ${name}`;
    errors.push(wrong('defaultRequest', request, detail));
  }
  return errors;
}

function validateRatio(name: string, { min, max, maxLimitRequestRatio: ratio }: Values, at: string): FieldError[] {
  if (ratio === undefined) return [];
  const field = `${at}.maxLimitRequestRatio[${name}]`;
  const text = printQuantity(ratio);
  const errors: FieldError[] = [];
  if (compareQuantity(ratio, ONE) < 0) errors.push(invalid(field, text, `ratio ${text} is less than 1`));
  if (min === undefined || max === undefined) return errors;
  const most = max.milli / min.milli;
  // Go prints a division by zero as +Inf; nothing is greater than that.
  if (ratio.milli / 1000 > most) errors.push(invalid(field, text, `ratio ${text} is greater than max/min = ${most.toFixed(6)}`));
  return errors;
}

function validateItem(item: Item, at: string): FieldError[] {
  const errors = [
    ...validateNames(item, item.max, `${at}.max`),
    ...validateNames(item, item.min, `${at}.min`),
    ...validateDefaults(item, at),
  ];
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${at}.limits`, detail));
  }
  errors.push(...validateNames(item, item.maxLimitRequestRatio, `${at}.maxLimitRequestRatio`));
  const counted = item.type === 'Pod' ? LISTS.filter((list) => !list.startsWith('default')) : LISTS;
  const amounts = new Map<string, Amounts>(counted.map((list) => [list, readAmounts(item[list])]));
  const names = new Set([...amounts.values()].flatMap((list) => [...list.keys()]));
  for (const name of [...names].sort(compareStrings)) {
    const values = Object.fromEntries(LISTS.map((list) => [list, amounts.get(list)?.get(name)])) as Values;
    errors.push(...validateOrder(name, values, at));
  }
  return errors;
}

/** A limit range. Resources are looked at in order of their names (Go's order is random). Models ValidateLimitRange. */
export function validateLimitRange(range: LimitRange): FieldError[] {
  const errors = validateMetadata(range.metadata, true, subdomainName);
  const seen = new Set<string>();
  for (const [index, item] of (range.spec.limits ?? []).entries()) {
    const at = `spec.limits[${index}]`;
    const type = item.type ?? '';
    errors.push(...validateType(type, `${at}.type`));
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type));
    seen.add(type);
    errors.push(...validateItem(item, at));
  }
  return errors;
}

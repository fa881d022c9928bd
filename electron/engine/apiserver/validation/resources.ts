import { checkQualifiedName } from '#shared/kube/names.ts';
import { compareQuantity, parseQuantity, printQuantity, QUANTITY_FORMAT_ERROR, type Quantity } from '#shared/kube/quantity.ts';
import { isExtendedResource, isHugePages, isNativeResource, mayOvercommit } from '#shared/kube/resourceNames.ts';
import type { ResourceList } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, NOT_NEGATIVE, required } from './errors.ts';
import { sortedKeys } from './labels.ts';

export { isExtendedResource, isHugePages } from '#shared/kube/resourceNames.ts';

const NANO_PER_UNIT = 1_000_000_000n;
const CONTAINER_RESOURCES: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];
/** Names without a domain that Kubernetes knows in some place. */
const STANDARD_RESOURCES: readonly string[] = [
  ...CONTAINER_RESOURCES,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
];
const INTEGER_RESOURCES: readonly string[] = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];

/** A resource name as such: qualified, or one that Kubernetes knows. Models validateResourceName. */
export function validateResourceName(name: string, field: string): FieldError[] {
  const malformed = checkQualifiedName(name);
  if (malformed.length > 0) return invalidEach(field, name, malformed);
  const known = name.includes('/') || STANDARD_RESOURCES.includes(name) || isQuotaHugePages(name);
  return known ? [] : [invalid(field, name, 'must be a standard resource type or fully qualified')];
}

/** Models helper.IsQuotaHugePageResourceName. */
function isQuotaHugePages(name: string): boolean {
  return isHugePages(name) || name.startsWith('requests.hugepages-');
}

/** A resource name as hard limits of quotas may have it. Models ValidateResourceQuotaResourceName. */
export function validateQuotaResourceName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field);
  if (!name.includes('/') && !isQuotaResource(name)) errors.push(invalid(field, name, 'must be a standard resource for quota'));
  return errors;
}

/** Whether quotas know the resource by itself. Models helper.IsStandardQuotaResourceName. */
export function isQuotaResource(name: string): boolean {
  return (STANDARD_RESOURCES.includes(name) && name !== 'storage') || isQuotaHugePages(name);
}

/** A resource name of a container. Models validateContainerResourceName. */
export function validateContainerResourceName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePages(name)) {
      errors.push(invalid(field, name, 'must be a standard resource for containers'));
    }
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(field, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

/** An amount that is not negative, and whole where only whole ones exist. Models ValidateResourceQuantityValue. */
export function validateAmount(name: string, text: string | number, field: string): FieldError[] {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return [invalid(field, text, QUANTITY_FORMAT_ERROR)];
  const errors: FieldError[] = [];
  const { nano } = parsed.value;
  if (nano < 0n) errors.push(invalid(field, printQuantity(parsed.value), NOT_NEGATIVE));
  if ((INTEGER_RESOURCES.includes(name) || isExtendedResource(name)) && nano % NANO_PER_UNIT !== 0n) {
    errors.push(invalid(field, printQuantity(parsed.value), 'must be an integer'));
  }
  return errors;
}

interface Requirements {
  limits?: ResourceList;
  requests?: ResourceList;
}

function amount(list: ResourceList | undefined, name: string): Quantity | undefined {
  const text = list?.[name];
  if (text === undefined) return undefined;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : undefined;
}

/** Names, amounts, and requests against limits of one container. Models ValidateContainerResourceRequirements. */
export function validateRequirements(resources: Requirements | undefined, field: string): FieldError[] {
  if (resources === undefined) return [];
  const errors: FieldError[] = [];
  const { limits, requests } = resources;
  for (const name of sortedKeys(limits)) {
    const at = `${field}.limits[${name}]`;
    errors.push(...validateContainerResourceName(name, at), ...validateAmount(name, limits?.[name] ?? '', at));
  }
  for (const name of sortedKeys(requests)) {
    const at = `${field}.requests[${name}]`;
    errors.push(...validateContainerResourceName(name, at), ...validateAmount(name, requests?.[name] ?? '', at));
    errors.push(...validateAgainstLimit(name, resources, field));
  }
  const names = [...sortedKeys(limits), ...sortedKeys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    errors.push(forbidden(field, 'HugePages require cpu or memory'));
  }
  return errors;
}

function validateAgainstLimit(name: string, { limits, requests }: Requirements, field: string): FieldError[] {
  const request = amount(requests, name);
  const limit = amount(limits, name);
  if (request === undefined) return [];
  if (limit === undefined) {
    if (mayOvercommit(name)) return [];
    return [required(`${field}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const order = compareQuantity(request, limit);
  if (order === 0 || (order < 0 && mayOvercommit(name))) return [];
  const relation = mayOvercommit(name) ? 'less than or equal to' : 'equal to';
  const detail = `must be ${relation} ${name} limit of ${printQuantity(limit)}`;
  return [invalid(`${field}.requests`, printQuantity(request), detail)];
}

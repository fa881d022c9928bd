import type { ResourceList, ResourceQuota } from '#shared/kube/types.ts';
import { type FieldError, IMMUTABLE, invalid, required } from './errors.ts';
import { sortedKeys } from './labels.ts';
import { subdomainName, validateMetadata } from './metadata.ts';
import { isQuotaResource, validateAmount, validateQuotaResourceName } from './resources.ts';

type Spec = ResourceQuota['spec'];

const POD_COUNT: readonly string[] = ['pods'];
const POD_RESOURCES: readonly string[] = [
  'pods',
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
];
/** Resources that may be limited within each scope. Models helper.IsResourceQuotaScopeValidForResource. */
const SCOPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Terminating', POD_RESOURCES],
  ['NotTerminating', POD_RESOURCES],
  ['BestEffort', POD_COUNT],
  ['NotBestEffort', POD_RESOURCES],
  ['PriorityClass', POD_RESOURCES],
  ['CrossNamespacePodAffinity', POD_RESOURCES],
  ['VolumeAttributesClass', ['persistentvolumeclaims', 'requests.storage']],
]);
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
/** Scopes that are either there or not. */
const PLAIN: readonly string[] = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const MUST_EXIST =
  "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function validateAmounts(list: ResourceList | undefined, field: string): FieldError[] {
  // Quotas keep the order in which the resources were written: Go's order is random.
  return Object.keys(list ?? {}).flatMap((name) => {
    const at = `${field}[${name}]`;
    return [...validateQuotaResourceName(name, at), ...validateAmount(name, list?.[name] ?? '', at)];
  });
}

function misfits(spec: Spec, scope: string): number {
  const allowed = SCOPES.get(scope);
  if (allowed === undefined) return 0;
  return sortedKeys(spec.hard).filter((name) => isQuotaResource(name) && !allowed.includes(name)).length;
}

function conflicts(names: ReadonlySet<string>): number {
  return OPPOSITES.filter(([one, other]) => names.has(one) && names.has(other)).length;
}

function repeat(count: number, error: FieldError): FieldError[] {
  return Array.from({ length: count }, () => error);
}

function validateScopes(spec: Spec): FieldError[] {
  const { scopes = [] } = spec;
  const complaint = (detail: string): FieldError => invalid('spec.scopes', scopes, detail);
  const errors = scopes.flatMap((scope) => [
    ...(SCOPES.has(scope) ? [] : [complaint('unsupported scope')]),
    ...repeat(misfits(spec, scope), complaint('unsupported scope applied to resource')),
  ]);
  return [...errors, ...repeat(conflicts(new Set(scopes)), complaint('conflicting scopes'))];
}

type Requirement = NonNullable<NonNullable<Spec['scopeSelector']>['matchExpressions']>[number];

function validateRequirement(spec: Spec, requirement: Requirement, field: string): FieldError[] {
  const { scopeName, operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (!SCOPES.has(scopeName)) errors.push(invalid(`${field}.scopeName`, scopeName, 'unsupported scope'));
  const misfit = invalid(field, shownSelector(spec), 'unsupported scope applied to resource');
  errors.push(...repeat(misfits(spec, scopeName), misfit));
  if (PLAIN.includes(scopeName) && operator !== 'Exists') errors.push(invalid(`${field}.operator`, operator, MUST_EXIST));
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(`${field}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalid(`${field}.values`, values, detail));
  } else errors.push(invalid(`${field}.operator`, operator, 'not a valid selector operator'));
  return errors;
}

/** The selector as the API server prints its internal form. */
function shownSelector(spec: Spec): unknown {
  return {
    MatchExpressions: (spec.scopeSelector?.matchExpressions ?? []).map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
}

function validateSelector(spec: Spec): FieldError[] {
  const field = 'spec.scopeSelector.matchExpressions';
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const errors = requirements.flatMap((one) => validateRequirement(spec, one, field));
  const names = new Set(requirements.map(({ scopeName }) => scopeName));
  return [...errors, ...repeat(conflicts(names), invalid(field, spec.scopes, 'conflicting scopes'))];
}

function validateSpec(spec: Spec): FieldError[] {
  return [...validateAmounts(spec.hard, 'spec.hard'), ...validateScopes(spec), ...validateSelector(spec)];
}

function validateStatus(status: ResourceQuota['status'] | undefined): FieldError[] {
  return [...validateAmounts(status?.hard, 'status.hard'), ...validateAmounts(status?.used, 'status.used')];
}

/** A quota. Models ValidateResourceQuota. */
export function validateResourceQuota(quota: ResourceQuota): FieldError[] {
  return [...validateMetadata(quota.metadata, true, subdomainName), ...validateSpec(quota.spec), ...validateStatus(quota.status)];
}

/** A changed quota: its scopes stay. Models ValidateResourceQuotaUpdate. */
export function validateResourceQuotaUpdate(now: ResourceQuota, before: ResourceQuota): FieldError[] {
  const errors = validateSpec(now.spec);
  const [wanted, had] = [new Set(now.spec.scopes), new Set(before.spec.scopes)];
  const same = wanted.size === had.size && [...wanted].every((scope) => had.has(scope));
  if (!same) errors.push(invalid('spec.scopes', now.spec.scopes, IMMUTABLE));
  return errors;
}

/** New usage. Models ValidateResourceQuotaStatusUpdate. */
export function validateResourceQuotaStatus(now: ResourceQuota): FieldError[] {
  return validateStatus(now.status);
}

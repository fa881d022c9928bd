import type { MatchResources, PolicyRule } from '#shared/kube/kinds.ts';
import { checkQualifiedName } from '#shared/kube/names.ts';
import { compile, type Scope } from '../admission/cel/index.ts';
import { duplicate, type FieldError, invalid, invalidEach, notSupported, required } from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { checkPathSegment } from './metadata.ts';

export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const MATCH_POLICIES = ['Equivalent', 'Exact'];
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MAX_CONDITIONS = 64;

/** Complaint about a text that is none of a closed list; nothing about one that is missing. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

/** Types an expression may result in, as complaints name them. */
export type Wanted = readonly string[];

/** Complaint about an expression that does not compile or results in something else than wanted. Models convertCELErrorToValidationError. */
export function validateExpression(
  source: string,
  scope: Scope,
  wanted: Wanted,
  field: string,
  shown: string = source,
): FieldError[] {
  const compiled = compile(source, scope);
  if (!compiled.ok) return [invalid(field, shown, `compilation failed: ${compiled.error}`)];
  if (wanted.length === 0 || wanted.includes(compiled.value.type)) return [];
  const list = wanted.length === 1 ? wanted[0] : `one of [${wanted.join(' ')}]`;
  return [invalid(field, shown, `must evaluate to ${list} but got ${compiled.value.type}`)];
}

/** Rules of both policies and webhooks. Models validateRuleWithOperations. */
export function validateRule(rule: PolicyRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const operations = rule.operations ?? [];
  if (operations.length === 0) errors.push(required(`${field}.operations`));
  if (operations.length > 1 && operations.includes('*')) {
    errors.push(invalid(`${field}.operations`, operations, "if '*' is present, must not specify other operations"));
  }
  operations.forEach((operation, i) => {
    errors.push(...oneOf(`${field}.operations[${i}]`, operation, OPERATIONS));
  });
  errors.push(...validateNames(rule.apiGroups ?? [], `${field}.apiGroups`, 'API groups', true));
  errors.push(...validateNames(rule.apiVersions ?? [], `${field}.apiVersions`, 'API versions', false));
  errors.push(...validateResources(rule.resources ?? [], `${field}.resources`));
  return [...errors, ...oneOf(`${field}.scope`, rule.scope, SCOPES)];
}

function validateNames(names: readonly string[], field: string, what: string, mayBeEmpty: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (names.length === 0) errors.push(required(field));
  if (names.length > 1 && names.includes('*')) {
    errors.push(invalid(field, names, `if '*' is present, must not specify other ${what}`));
  }
  if (!mayBeEmpty) errors.push(...names.flatMap((name, i) => (name === '' ? [required(`${field}[${i}]`)] : [])));
  return errors;
}

/** Resources with subresources: `pods`, `pods/status`, all of one resource, one of all resources. Models validateResources. */
function validateResources(resources: readonly string[], field: string): FieldError[] {
  const errors: FieldError[] = resources.length === 0 ? [required(field)] : [];
  const [allOf, everywhere] = [new Set<string>(), new Set<string>()];
  // Only the last plain entry counts, as upstream.
  let plain = false;
  resources.forEach((one, i) => {
    const at = `${field}[${i}]`;
    if (one === '') {
      errors.push(required(at));
      return;
    }
    const slash = one.indexOf('/');
    if (slash < 0) {
      plain = one !== '*';
      return;
    }
    const [resource, sub] = [one.slice(0, slash), one.slice(slash + 1)];
    if (allOf.has(resource)) errors.push(invalid(at, one, `if '${resource}/*' is present, must not specify ${one}`));
    if (everywhere.has(sub)) errors.push(invalid(at, one, `if '*/${sub}' is present, must not specify ${one}`));
    if (sub === '*') allOf.add(resource);
    if (resource === '*') everywhere.add(sub);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && plain) {
    errors.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"));
  }
  return errors;
}

/** A rule that may name objects. Models validateNamedRuleWithOperations. */
function validateNamedRule(rule: PolicyRule, field: string): FieldError[] {
  const seen = new Set<string>();
  const errors = (rule.resourceNames ?? []).flatMap((name, i) => {
    const at = `${field}.resourceNames[${i}]`;
    const repeated = seen.has(name) ? [duplicate(at, name)] : [];
    seen.add(name);
    return [...invalidEach(at, name, checkPathSegment(name)), ...repeated];
  });
  return [...errors, ...validateRule(rule, field)];
}

/** What a policy or binding is about. Models validateMatchResources. */
export function validateMatchResources(match: MatchResources | undefined, field: string): FieldError[] {
  if (match === undefined) return [];
  const errors =
    match.matchPolicy === undefined
      ? [required(`${field}.matchPolicy`)]
      : oneOf(`${field}.matchPolicy`, match.matchPolicy, MATCH_POLICIES);
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    const selector = match[name];
    if (selector === undefined) errors.push(required(`${field}.${name}`));
    else errors.push(...validateLabelSelector(selector as Parameters<typeof validateLabelSelector>[0], `${field}.${name}`));
  }
  for (const name of ['resourceRules', 'excludeResourceRules'] as const) {
    (match[name] ?? []).forEach((rule, i) => {
      errors.push(...validateNamedRule(rule, `${field}.${name}[${i}]`));
    });
  }
  return errors;
}

interface Condition {
  readonly name?: string;
  readonly expression?: string;
}

/** Conditions before a policy or webhook is asked at all. Models validateMatchConditions. */
export function validateMatchConditions(
  conditions: readonly Condition[] | undefined,
  params: boolean,
  field: string,
): FieldError[] {
  const list = conditions ?? [];
  const errors: FieldError[] = [];
  if (list.length > MAX_CONDITIONS) {
    errors.push({
      field,
      type: 'FieldValueTooMany',
      message: `Too many: ${list.length}: must have at most ${MAX_CONDITIONS} items`,
    });
  }
  const names = new Set<string>();
  list.forEach(({ name = '', expression = '' }, i) => {
    const at = `${field}[${i}]`;
    const trimmed = expression.trim();
    if (trimmed === '') errors.push(required(`${at}.expression`));
    else errors.push(...validateExpression(trimmed, { params, authorizer: true }, ['bool'], `${at}.expression`));
    if (name === '') errors.push(required(`${at}.name`));
    else errors.push(...invalidEach(`${at}.name`, name, checkQualifiedName(name)));
    if (name !== '' && names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  });
  return errors;
}

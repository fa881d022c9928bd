import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  PolicyMutation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '#shared/kube/kinds.ts';
import { checkDnsSubdomain, checkQualifiedName, regexError } from '#shared/kube/names.ts';
import { compile, type Scope } from '../admission/cel/index.ts';
import {
  FAILURE_POLICIES,
  oneOf,
  REINVOCATION_POLICIES,
  validateExpression,
  validateMatchConditions,
  validateMatchResources,
} from './admissionRules.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, notSupported, required } from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { checkPathSegment, subdomainName, validateMetadata } from './metadata.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];
const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_AUDIT_EXPRESSION = 5 * 1024;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_1035_ERROR = regexError(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035,
  'my-name',
  'abc-123',
);

/** Complaints about a DNS-1035 label. Models validation.IsDNS1035Label. */
export function checkDns1035Label(text: string): string[] {
  const problems = text.length > 63 ? ['must be no more than 63 characters'] : [];
  return new RegExp(`^${LABEL_1035}$`).test(text) ? problems : [...problems, LABEL_1035_ERROR];
}

type PolicySpec = ValidatingAdmissionPolicy['spec'] | MutatingAdmissionPolicy['spec'];

/** What both kinds of policies have: failure policy, kind of parameters and what they are about. */
function validateHead(spec: PolicySpec): FieldError[] {
  const errors =
    spec.failurePolicy === undefined
      ? [required('spec.failurePolicy')]
      : oneOf('spec.failurePolicy', spec.failurePolicy, FAILURE_POLICIES);
  if (spec.paramKind !== undefined) errors.push(...validateParamKind(spec.paramKind, 'spec.paramKind'));
  const match = spec.matchConstraints;
  if (match === undefined) return [...errors, required('spec.matchConstraints')];
  errors.push(...validateMatchResources(match, 'spec.matchConstraints'));
  if ((match.resourceRules ?? []).length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
  return errors;
}

/** Variables in their order: each sees those before it. Adds their types to the scope. Models validateVariable. */
function validateVariables(spec: PolicySpec, scope: Scope): { errors: FieldError[]; scope: Scope } {
  const errors: FieldError[] = [];
  const known: { name: string; type: string }[] = [];
  (spec.variables ?? []).forEach(({ name = '', expression = '' }, i) => {
    const field = `spec.variables[${i}]`;
    if (name.trim() === '') errors.push(required(`${field}.name`, 'name is not specified'));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name)) {
      errors.push(invalid(`${field}.name`, name, 'name is not a valid CEL identifier'));
    }
    if (expression.trim() === '') {
      errors.push(required(`${field}.expression`, 'expression is not specified'));
      return;
    }
    const compiled = compile(expression, { ...scope, variables: known });
    if (compiled.ok) known.push({ name, type: compiled.value.libraryType });
    else {
      errors.push(invalid(`${field}.expression`, expression, `compilation failed: ${compiled.error}`));
      known.push({ name, type: 'dyn' });
    }
  });
  return { errors, scope: known.length === 0 ? scope : { ...scope, variables: known } };
}

/** A validating policy. Models ValidateValidatingAdmissionPolicy. */
export function validateValidatingPolicy(policy: ValidatingAdmissionPolicy): FieldError[] {
  const { spec, metadata } = policy;
  const params = spec.paramKind !== undefined;
  const errors = [...validateMetadata(metadata, false, subdomainName), ...validateHead(spec)];
  errors.push(...validateMatchConditions(spec.matchConditions, params, 'spec.matchConditions'));
  const variables = validateVariables(spec, { params, authorizer: true });
  errors.push(...variables.errors);
  const [validations, annotations] = [spec.validations ?? [], spec.auditAnnotations ?? []];
  if (validations.length + annotations.length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item';
    return [...errors, required('spec.validations', text), required('spec.auditAnnotations', text)];
  }
  validations.forEach((one, i) => {
    errors.push(...validateValidation(one, variables.scope, `spec.validations[${i}]`));
  });
  if (annotations.length > MAX_AUDIT_ANNOTATIONS) {
    const text = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`;
    errors.push(invalid('spec.auditAnnotations', annotations, text));
  }
  const keys = new Set<string>();
  annotations.forEach((one, i) => {
    const field = `spec.auditAnnotations[${i}]`;
    errors.push(...validateAuditAnnotation(metadata.name, one, variables.scope, field));
    if (keys.has(one.key)) errors.push(duplicate(`${field}.key`, one.key));
    keys.add(one.key);
  });
  return errors;
}

type Validation = NonNullable<ValidatingAdmissionPolicy['spec']['validations']>[number];

function validateValidation(validation: Validation, scope: Scope, field: string): FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const errors =
    expression.trim() === ''
      ? [required(`${field}.expression`, 'expression is not specified')]
      : validateExpression(expression, scope, ['bool'], `${field}.expression`);
  if (messageExpression !== '') {
    const at = `${field}.messageExpression`;
    if (messageExpression.trim() === '') errors.push(invalid(at, messageExpression, 'must be non-empty if specified'));
    else errors.push(...validateExpression(messageExpression, { ...scope, authorizer: false }, ['string'], at));
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${field}.message`, message, 'message must be non-empty if specified'));
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalid(`${field}.message`, message, 'message must not contain line breaks'));
  }
  return [...errors, ...oneOf(`${field}.reason`, reason, REASONS)];
}

type AuditAnnotation = NonNullable<ValidatingAdmissionPolicy['spec']['auditAnnotations']>[number];

function validateAuditAnnotation(name: string, one: AuditAnnotation, scope: Scope, field: string): FieldError[] {
  const { key = '', valueExpression = '' } = one;
  const full = `${name}/${key}`;
  const errors = name
    ? invalidEach(`${field}.key`, full, checkQualifiedName(full))
    : [invalid(`${field}.key`, key, 'requires metadata.name be non-empty')];
  const at = `${field}.valueExpression`;
  const trimmed = valueExpression.trim();
  if (trimmed === '') return [...errors, required(at, 'valueExpression is not specified')];
  if (trimmed.length > MAX_AUDIT_EXPRESSION) {
    return [...errors, required(at, `must not exceed ${MAX_AUDIT_EXPRESSION} bytes in length`)];
  }
  return [...errors, ...validateExpression(trimmed, scope, ['string', 'null_type'], at, valueExpression)];
}

interface ParamKind {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** Models validateParamKind. */
function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const parts = apiVersion.split('/');
  if (apiVersion === '') errors.push(required(`${field}.apiVersion`));
  else if (parts.length > 2) {
    errors.push(invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const [group, version] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : ['', apiVersion];
    const ofGroup = group === '' ? [] : checkDnsSubdomain(group);
    if (ofGroup.length > 0) errors.push(invalid(`${field}.apiVersion`, group, ofGroup.join(',')));
    const ofVersion = checkDns1035Label(version);
    if (version === '') errors.push(invalid(`${field}.apiVersion`, apiVersion, 'version must be specified'));
    else if (ofVersion.length > 0) errors.push(invalid(`${field}.apiVersion`, version, ofVersion.join(',')));
  }
  if (kind === '') return [...errors, required(`${field}.kind`)];
  const problems = checkDns1035Label(kind.toLowerCase());
  if (problems.length === 0) return errors;
  return [...errors, invalid(`${field}.kind`, kind, `may have mixed case, but should otherwise match: ${problems.join(',')}`)];
}

/** A mutating policy. Models ValidateMutatingAdmissionPolicy. */
export function validateMutatingPolicy(policy: MutatingAdmissionPolicy): FieldError[] {
  const { spec } = policy;
  const params = spec.paramKind !== undefined;
  const errors = [...validateMetadata(policy.metadata, false, subdomainName), ...validateHead(spec)];
  for (const rule of spec.matchConstraints?.resourceRules ?? []) {
    for (const operation of rule.operations ?? []) {
      errors.push(...oneOf('spec.matchConstraints.resourceRules.operations', operation, MUTATING_OPERATIONS));
    }
  }
  errors.push(...validateMatchConditions(spec.matchConditions, params, 'spec.matchConditions'));
  const variables = validateVariables(spec, { params, authorizer: true, patches: true });
  errors.push(...variables.errors);
  const mutations = spec.mutations ?? [];
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((mutation, i) => {
    errors.push(...validateMutation(mutation, variables.scope, `spec.mutations[${i}]`));
  });
  if (!spec.reinvocationPolicy) return [...errors, required('spec.reinvocationPolicy')];
  return [...errors, ...oneOf('spec.reinvocationPolicy', spec.reinvocationPolicy, REINVOCATION_POLICIES)];
}

/** Each type of patch: its field, that of the other type and what its expression results in. */
const PATCHES = {
  ApplyConfiguration: { own: 'applyConfiguration', other: 'jsonPatch', wanted: ['Object'] },
  JSONPatch: { own: 'jsonPatch', other: 'applyConfiguration', wanted: ['list(JSONPatch)'] },
} as const;

function validateMutation(mutation: PolicyMutation, scope: Scope, field: string): FieldError[] {
  const type: string | undefined = mutation.patchType;
  if (!type) return [required(`${field}.patchType`)];
  if (type !== 'ApplyConfiguration' && type !== 'JSONPatch') return [notSupported(`${field}.patchType`, type, PATCH_TYPES)];
  const { own, other, wanted } = PATCHES[type];
  const errors: FieldError[] = [];
  const patch = mutation[own];
  if (patch === undefined) errors.push(required(`${field}.${own}`, `must be specified when patchType is ${type}`));
  else {
    const trimmed = (patch.expression ?? '').trim();
    if (trimmed === '') errors.push(required(`${field}.${own}.expression`, 'expression is not specified'));
    else errors.push(...validateExpression(trimmed, scope, wanted, `${field}.${own}.expression`));
  }
  if (mutation[other] !== undefined) {
    errors.push(invalid(`${field}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`));
  }
  return errors;
}

/** A binding of a validating policy. Models ValidateValidatingAdmissionPolicyBinding, with its slip in the name of a field. */
export function validateValidatingBinding(binding: ValidatingAdmissionPolicyBinding): FieldError[] {
  return [...validateBinding(binding), ...validateActions(binding.spec.validationActions ?? [], 'spec.validationActions')];
}

/** A binding of a mutating policy. Models ValidateMutatingAdmissionPolicyBinding. */
export function validateMutatingBinding(binding: MutatingAdmissionPolicyBinding): FieldError[] {
  return validateBinding(binding);
}

function validateBinding(binding: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding): FieldError[] {
  const { policyName, paramRef, matchResources } = binding.spec;
  return [
    ...validateMetadata(binding.metadata, false, subdomainName),
    ...(policyName ? invalidEach('spec.policyName', policyName, checkDnsSubdomain(policyName)) : [required('spec.policyName')]),
    ...(paramRef === undefined ? [] : validateParamRef(paramRef, 'spec.paramRef')),
    ...validateMatchResources(matchResources, 'spec.matchResouces'),
  ];
}

type ParamRef = NonNullable<ValidatingAdmissionPolicyBinding['spec']['paramRef']>;

/** Models validateParamRef. */
function validateParamRef({ name, selector, parameterNotFoundAction }: ParamRef, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const exclusive = 'name and selector are mutually exclusive';
  if (name) {
    errors.push(...invalidEach(`${field}.name`, name, checkPathSegment(name)));
    if (selector !== undefined) errors.push(forbidden(`${field}.name`, exclusive));
  }
  if (selector !== undefined) {
    errors.push(...validateLabelSelector(selector as Parameters<typeof validateLabelSelector>[0], `${field}.selector`));
    if (name) errors.push(forbidden(`${field}.selector`, exclusive));
  }
  if (!name && selector === undefined) errors.push(required(field, 'one of name or selector must be specified'));
  if (!parameterNotFoundAction) return [...errors, required(`${field}.parameterNotFoundAction`)];
  return [...errors, ...oneOf(`${field}.parameterNotFoundAction`, parameterNotFoundAction, ['Deny', 'Allow'])];
}

function validateActions(actions: readonly string[], field: string): FieldError[] {
  const seen = new Set<string>();
  const errors = actions.flatMap((action, i) => {
    const repeated = seen.has(action) ? [duplicate(`${field}[${i}]`, action)] : [];
    seen.add(action);
    return [...oneOf(`${field}[${i}]`, action, ACTIONS), ...repeated];
  });
  if (seen.has('Deny') && seen.has('Warn')) {
    const text =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(field, actions, text));
  }
  if (actions.length === 0) errors.push(required(field, 'at least one validation action is required'));
  return errors;
}

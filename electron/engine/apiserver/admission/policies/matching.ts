import type { MatchResources, PolicyRule } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, LabelSelector } from '#shared/kube/types.ts';
import type { AdmissionAccess, AdmissionRequest } from '../types.ts';

/** One version a resource is served in. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
}

/** What a request is about, as rules see it. */
export interface Subject {
  readonly object: AnyObject;
  readonly kind: string;
  readonly plural: string;
  readonly subresource: string;
  /** The version the request was made in; then the others. */
  readonly versions: readonly ServedVersion[];
  readonly namespace: string;
  readonly name: string;
}

/** Group and version of `apps/v1`, `v1`. */
export function splitVersion(apiVersion: string): ServedVersion {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Subject of a request; undefined for kinds the server does not know. */
export function subjectOf(request: AdmissionRequest): Subject | undefined {
  const object = request.object ?? request.old;
  const info = object === null ? undefined : kindInfo(object.kind);
  if (object === null || info === undefined) return undefined;
  const others = info.apiVersions.filter((version) => version !== object.apiVersion);
  return {
    object,
    kind: info.kind,
    plural: info.plural,
    subresource: request.subresource ?? '',
    versions: [object.apiVersion ?? info.apiVersion, ...others].map(splitVersion),
    namespace: info.namespaced ? (object.metadata.namespace ?? '') : '',
    name: object.metadata.name ?? '',
  };
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

function matchesResource(resources: readonly string[], plural: string, subresource: string): boolean {
  return resources.some((one) => {
    const slash = one.indexOf('/');
    const [resource, sub] = slash < 0 ? [one, ''] : [one.slice(0, slash), one.slice(slash + 1)];
    return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource);
  });
}

/** Namespaces themselves count as cluster-wide. Models predicates/rules scope. */
function matchesScope(scope: string | undefined, subject: Subject): boolean {
  if (scope === undefined || scope === '*') return true;
  const inside = subject.namespace !== '' && subject.kind !== 'Namespace';
  return scope === 'Namespaced' ? inside : !inside;
}

/**
 * Whether a rule is about the request: with `Equivalent` in any version its resource is served in, else in the one it was made in.
 * Models webhook/predicates/rules Matcher and policy/matching matchesResourceRules.
 */
export function matchesRule(rule: PolicyRule, subject: Subject, operation: string, matchPolicy: string | undefined): boolean {
  const versions = matchPolicy === 'Exact' ? subject.versions.slice(0, 1) : subject.versions;
  const names = rule.resourceNames ?? [];
  return (
    has(rule.operations, operation) &&
    matchesScope(rule.scope, subject) &&
    matchesResource(rule.resources ?? [], subject.plural, subject.subresource) &&
    versions.some(({ group, version }) => has(rule.apiGroups, group) && has(rule.apiVersions, version)) &&
    (names.length === 0 || names.includes(subject.name))
  );
}

/** The two selectors that policies, bindings and webhooks have. */
export interface Selectors {
  readonly namespaceSelector?: unknown;
  readonly objectSelector?: unknown;
}

function isEmpty(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** Labels of the namespace of a request. A namespace is in itself, with the labels it is about to have. Models GetNamespaceLabels. */
function namespaceLabels(
  subject: Subject,
  request: AdmissionRequest,
  access: AdmissionAccess,
): Readonly<Record<string, string>> | undefined {
  if (subject.kind === 'Namespace') return (request.object ?? request.old)?.metadata.labels;
  return access.get('Namespace', '', subject.namespace)?.metadata.labels;
}

/** Whether the selectors let the request through; other cluster-wide objects than namespaces meet every namespace selector. */
export function matchesSelectors(
  selectors: Selectors,
  subject: Subject,
  request: AdmissionRequest,
  access: AdmissionAccess,
): boolean {
  const inNamespace = (selectors.namespaceSelector ?? {}) as LabelSelector;
  if (!isEmpty(inNamespace) && (subject.namespace !== '' || subject.kind === 'Namespace')) {
    if (!matchLabelSelector(inNamespace, namespaceLabels(subject, request, access))) return false;
  }
  const ofObject = (selectors.objectSelector ?? {}) as LabelSelector;
  if (isEmpty(ofObject)) return true;
  return [request.object, request.old].some((one) => one !== null && matchLabelSelector(ofObject, one.metadata.labels));
}

/** Whether a policy or binding is about the request; no rules at all mean everything. Models policy/matching Matches. */
export function matchesResources(
  match: MatchResources | undefined,
  subject: Subject,
  request: AdmissionRequest,
  access: AdmissionAccess,
): boolean {
  if (match === undefined) return true;
  if (!matchesSelectors(match, subject, request, access)) return false;
  const fits = (rule: PolicyRule): boolean => matchesRule(rule, subject, request.operation, match.matchPolicy);
  if ((match.excludeResourceRules ?? []).some(fits)) return false;
  const rules = match.resourceRules ?? [];
  return rules.length === 0 || rules.some(fits);
}

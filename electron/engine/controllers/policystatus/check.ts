import { compareStrings } from '#shared/core/compare.ts';
import type { PolicyRule, ValidatingAdmissionPolicy } from '#shared/kube/kinds.ts';
import { kindInfo, resolveResource, servedKind } from '#shared/kube/registry.ts';
import { hasShape } from '#shared/kube/shape/index.ts';
import { compile, type Scope } from '../../apiserver/admission/cel/index.ts';

/** Most kinds a rule's expressions are checked against. */
const MAX_KINDS = 10;

/** A complaint about an expression under one of the kinds it will see. */
export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

interface CheckedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Names of a list, sorted; none when one of them is a wildcard, since then there is no telling what comes. */
function plain(names: readonly string[] | undefined): readonly string[] {
  const list = names ?? [];
  return list.some((name) => name.includes('*')) ? [] : [...list].sort(compareStrings);
}

/** The kinds of a rule; wildcards in its groups or versions mean none, resources with wildcards or subresources are left out. */
function kindsOf(rule: PolicyRule): CheckedKind[] {
  const resources = [...(rule.resources ?? [])].filter((name) => !/[*/]/.test(name)).sort(compareStrings);
  const kinds = plain(rule.apiGroups).flatMap((group) =>
    plain(rule.apiVersions).flatMap((version) =>
      resources.flatMap((resource): CheckedKind[] => {
        const info = resolveResource(group === '' ? resource : `${resource}.${group}`);
        const apiVersion = group === '' ? version : `${group}/${version}`;
        return info?.plural === resource && info.apiVersions.includes(apiVersion) ? [{ group, version, kind: info.kind }] : [];
      }),
    ),
  );
  return kinds.slice(0, MAX_KINDS);
}

/** The kinds a policy's expressions are checked against, each once, by group, version and kind. Models typesToCheck. */
function kindsToCheck(policy: ValidatingAdmissionPolicy): CheckedKind[] {
  const all = new Map<string, CheckedKind>();
  for (const rule of policy.spec.matchConstraints?.resourceRules ?? []) {
    for (const one of kindsOf(rule)) all.set(`${one.group}/${one.version}/${one.kind}`, one);
  }
  const order = (a: CheckedKind, b: CheckedKind): number =>
    compareStrings(a.group, b.group) || compareStrings(a.version, b.version) || compareStrings(a.kind, b.kind);
  return [...all.values()].sort(order).filter(({ kind }) => hasShape(kind));
}

/**
 * Complaints about the validations and messages of a policy, given the fields its kinds have. They change nothing about what the policy does.
 * Models policy/validating TypeChecker.
 */
export function checkPolicy(policy: ValidatingAdmissionPolicy): ExpressionWarning[] {
  const kinds = kindsToCheck(policy);
  if (kinds.length === 0) return [];
  const scopes = kinds.map((kind) => ({ kind, scope: scopeOf(policy, kind.kind) }));
  const check = (expression: string, fieldRef: string): ExpressionWarning[] => {
    const messages = scopes.flatMap(({ kind: { group, version, kind }, scope }) => {
      const result = compile(expression, scope);
      return result.ok ? [] : [`${group}/${version}, Kind=${kind}: ${result.error}\n`];
    });
    return messages.length === 0 ? [] : [{ fieldRef, warning: messages.join('\n') }];
  };
  return (policy.spec.validations ?? []).flatMap(({ expression, messageExpression }, i) => [
    ...check(expression, `spec.validations[${i}].expression`),
    ...(messageExpression ? check(messageExpression, `spec.validations[${i}].messageExpression`) : []),
  ]);
}

/** What the expressions of a policy see when `object` is of a kind: typed parameters and variables as well. */
function scopeOf(policy: ValidatingAdmissionPolicy, objectKind: string): Scope {
  const { paramKind, variables = [] } = policy.spec;
  const params = paramKind === undefined ? undefined : servedKind(paramKind.apiVersion ?? '', paramKind.kind ?? '');
  const scope: Scope = {
    params: params !== undefined,
    authorizer: true,
    objectKind,
    ...(params !== undefined && kindInfo(params.kind) !== undefined ? { paramsKind: params.kind } : {}),
  };
  const known: { name: string; type: string }[] = [];
  for (const { name, expression } of variables) {
    const result = compile(expression, { ...scope, variables: known });
    known.push({ name, type: result.ok ? result.value.libraryType : 'dyn' });
  }
  return known.length === 0 ? scope : { ...scope, variables: known };
}

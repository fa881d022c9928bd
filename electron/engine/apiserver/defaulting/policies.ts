import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  PolicyRule,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '#shared/kube/kinds.ts';

/** A rule: cluster-wide and namespaced resources alike. Models SetDefaults_Rule. */
export function defaultRule<T extends PolicyRule>(rule: T): T {
  return { ...rule, scope: rule.scope ?? '*' };
}

/** What a policy or binding is about: selectors that exclude nothing. Models SetDefaults_MatchResources. */
function defaultMatch(match: MatchResources): MatchResources {
  return {
    ...match,
    matchPolicy: match.matchPolicy ?? 'Equivalent',
    namespaceSelector: match.namespaceSelector ?? {},
    objectSelector: match.objectSelector ?? {},
    ...(match.resourceRules ? { resourceRules: match.resourceRules.map(defaultRule) } : {}),
    ...(match.excludeResourceRules ? { excludeResourceRules: match.excludeResourceRules.map(defaultRule) } : {}),
  };
}

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;

/** A policy of either kind: what cannot be decided is refused. Models SetDefaults_ValidatingAdmissionPolicySpec and its mutating twin. */
export function defaultPolicy<T extends Policy>(policy: T): T {
  const { spec } = policy;
  if (spec === undefined) return policy;
  const match = spec.matchConstraints;
  return {
    ...policy,
    spec: {
      ...spec,
      failurePolicy: spec.failurePolicy ?? 'Fail',
      ...(match === undefined ? {} : { matchConstraints: defaultMatch(match) }),
    },
  };
}

/** A binding of either kind. */
export function defaultPolicyBinding<T extends ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding>(binding: T): T {
  const match = binding.spec?.matchResources;
  return match === undefined ? binding : { ...binding, spec: { ...binding.spec, matchResources: defaultMatch(match) } };
}

import { compareStrings } from '#shared/core/compare.ts';
import type { MoreKinds } from '#shared/kube/kinds.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { AdmissionAccess } from '../types.ts';
import type { Subject } from './matching.ts';

type PolicyKind = 'ValidatingAdmissionPolicy' | 'MutatingAdmissionPolicy';

const POLICIES: ReadonlySet<string> = new Set([
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** Whether a request is about a policy or a binding; no policy has a say about those. Models policy/generic isPolicyResource. */
export function isPolicy(subject: Subject): boolean {
  return POLICIES.has(subject.kind);
}

/** The policies that are in force, by name, each with its bindings by name. One without a binding is not in force. */
export function bindingsOf<K extends PolicyKind>(
  kind: K,
  bindings: readonly AnyObject[],
  access: AdmissionAccess,
): readonly (readonly [MoreKinds[K], readonly MoreKinds[`${K}Binding`][]])[] {
  const byPolicy = new Map<string, AnyObject[]>();
  for (const binding of bindings) {
    const name = (binding.spec as { policyName?: string } | undefined)?.policyName ?? '';
    byPolicy.set(name, [...(byPolicy.get(name) ?? []), binding]);
  }
  return [...byPolicy]
    .sort(([a], [b]) => compareStrings(a, b))
    .flatMap(([name, own]) => {
      const policy = access.get(kind, '', name);
      if (policy === undefined) return [];
      return [[policy as unknown as MoreKinds[K], own as unknown as MoreKinds[`${K}Binding`][]] as const];
    });
}

import type { AnyObject } from '#shared/kube/types.ts';
import type { AccessQuestion } from '../cel/index.ts';
import type { AdmissionAccess } from '../types.ts';

const MASTERS = 'system:masters';
/** The person at the keyboard may do everything. */
const ADMINISTRATORS = ['kubernetes-admin', 'admin'];

/** Groups of a user whose request did not name them. */
export function groupsOf(user: string): string[] {
  if (ADMINISTRATORS.includes(user)) return [MASTERS, 'system:authenticated'];
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user);
  if (account !== null) return ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`, 'system:authenticated'];
  return user.startsWith('system:node:') ? ['system:nodes', 'system:authenticated'] : ['system:authenticated'];
}

interface Role {
  readonly rules?: readonly {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
    readonly verbs?: readonly string[];
  }[];
}

interface RoleBinding {
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
}

/** Answers from the roles that are stored; members of system:masters need none. Models rbac RBACAuthorizer. */
export function authorizeWith(access: AdmissionAccess, user: string, groups: readonly string[]) {
  return (question: AccessQuestion): { allowed: boolean; reason: string } => {
    const asked = question.user === user ? groups : groupsOf(question.user);
    if (asked.includes(MASTERS)) return { allowed: true, reason: '' };
    const bindings = [
      ...access.list('ClusterRoleBinding'),
      ...(question.namespace === '' ? [] : access.list('RoleBinding', question.namespace)),
    ];
    const allowed = bindings.some((binding) => isBound(binding, question.user, asked) && grants(access, binding, question));
    return { allowed, reason: '' };
  };
}

function isBound(binding: AnyObject, user: string, groups: readonly string[]): boolean {
  return ((binding as RoleBinding).subjects ?? []).some(({ kind, name, namespace }) => {
    if (kind === 'Group') return groups.includes(name);
    if (kind === 'ServiceAccount')
      return user === `system:serviceaccount:${namespace ?? binding.metadata.namespace ?? ''}:${name}`;
    return kind === 'User' && name === user;
  });
}

function grants(access: AdmissionAccess, binding: AnyObject, question: AccessQuestion): boolean {
  const { roleRef } = binding as RoleBinding;
  const cluster = roleRef?.kind !== 'Role';
  const role = access.get(
    cluster ? 'ClusterRole' : 'Role',
    cluster ? '' : (binding.metadata.namespace ?? ''),
    roleRef?.name ?? '',
  );
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list !== undefined && (list.includes('*') || list.includes(value));
  const resource = question.subresource === '' ? question.resource : `${question.resource}/${question.subresource}`;
  return ((role as Role | undefined)?.rules ?? []).some((rule) => {
    if (!has(rule.verbs, question.verb)) return false;
    const { path } = question;
    if (path !== undefined) {
      return (rule.nonResourceURLs ?? []).some((url) => url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))));
    }
    const named = rule.resourceNames ?? [];
    return (
      has(rule.apiGroups, question.group) &&
      (has(rule.resources, resource) || rule.resources?.includes(`*/${question.subresource}`) === true) &&
      (named.length === 0 || named.includes(question.name))
    );
  });
}

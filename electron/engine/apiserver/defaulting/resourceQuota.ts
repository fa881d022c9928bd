import type { ResourceList, ResourceQuota } from '#shared/kube/types.ts';
import { defaultResourceList } from './container.ts';

/** A quota with its amounts in their canonical form; an empty list is not stored. */
export function defaultResourceQuota(quota: ResourceQuota): ResourceQuota {
  const hard = defaultResourceList(quota.spec?.hard as ResourceList | undefined);
  const { hard: _given, ...rest } = quota.spec ?? {};
  const spec = hard === undefined || Object.keys(hard).length === 0 ? rest : { hard: hard as Record<string, string>, ...rest };
  return { ...quota, spec, status: quota.status ?? {} };
}

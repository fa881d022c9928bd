import type { ResourceList, ResourceQuota } from '#shared/kube/types.ts';
import { defaultResourceList } from './container.ts';

/** A quota with its amounts in their canonical form. */
export function defaultResourceQuota(quota: ResourceQuota): ResourceQuota {
  const hard = defaultResourceList(quota.spec?.hard as ResourceList | undefined);
  const spec = { ...quota.spec, ...(hard === undefined ? {} : { hard: hard as Record<string, string> }) };
  return { ...quota, spec, status: quota.status ?? {} };
}

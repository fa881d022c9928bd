import { compareStrings } from '#shared/core/compare.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import type { LimitRange, ResourceQuota } from '#shared/kube/types.ts';

/** One resource of a quota. `share` 0 to 1 and beyond; null while nothing has been counted or the limit is nought. */
export interface QuotaRow {
  resource: string;
  used: string | null;
  hard: string;
  share: number | null;
}

function amount(text: string | number | undefined): number | null {
  const parsed = parseQuantity(text ?? '');
  return parsed.ok ? Number(parsed.value.nano) / 1e9 : null;
}

/** Limits of a quota with what is used of them, by name. What the controller has not seen yet is not counted. */
export function quotaRows(quota: ResourceQuota): QuotaRow[] {
  const hard = { ...quota.spec?.hard, ...quota.status?.hard } as Record<string, string>;
  return Object.keys(hard)
    .sort(compareStrings)
    .map((resource) => {
      const limit = hard[resource] ?? '';
      const used = (quota.status?.used as Record<string, string> | undefined)?.[resource] ?? null;
      const [have, most] = [used === null ? null : amount(used), amount(limit)];
      const share = have === null || most === null ? null : most > 0 ? have / most : have > 0 ? 1 : null;
      return { resource, used, hard: limit, share };
    });
}

/** One resource of one type of a LimitRange; null where it says nothing. */
export interface LimitRow {
  type: string;
  resource: string;
  min: string | null;
  max: string | null;
  defaultLimit: string | null;
  defaultRequest: string | null;
  ratio: string | null;
}

/** Every limit of a LimitRange, in its order, resources by name. */
export function limitRows(range: LimitRange): LimitRow[] {
  return (range.spec?.limits ?? []).flatMap((item) => {
    const lists = [item.min, item.max, item.default, item.defaultRequest, item.maxLimitRequestRatio];
    const resources = [...new Set(lists.flatMap((list) => Object.keys(list ?? {})))].sort(compareStrings);
    const [min, max, defaultLimit, defaultRequest, ratio] = lists as (Record<string, string> | undefined)[];
    return resources.map((resource) => ({
      type: item.type ?? '',
      resource,
      min: min?.[resource] ?? null,
      max: max?.[resource] ?? null,
      defaultLimit: defaultLimit?.[resource] ?? null,
      defaultRequest: defaultRequest?.[resource] ?? null,
      ratio: ratio?.[resource] ?? null,
    }));
  });
}

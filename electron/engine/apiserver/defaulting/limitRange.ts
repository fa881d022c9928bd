import type { LimitRange, ResourceList } from '#shared/kube/types.ts';
import { defaultResourceList } from './container.ts';

type Item = LimitRange['spec']['limits'][number];
type Amounts = Record<string, string>;

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** What the second list has and the first lacks is taken over. */
function completed(list: Amounts | undefined, from: Amounts | undefined): Amounts | undefined {
  return list === undefined && from === undefined ? undefined : { ...from, ...list };
}

function defaultItem(given: Item): Item {
  const item: Record<string, unknown> & Item = { ...given };
  for (const name of LISTS) {
    const list = defaultResourceList(given[name] as ResourceList | undefined);
    if (list !== undefined) item[name] = list as Amounts;
  }
  if (item.type !== 'Container') return item;
  const limit = completed(item.default, item.max);
  const request = completed(completed(item.defaultRequest, limit), item.min);
  return { ...item, ...filled('default', limit), ...filled('defaultRequest', request) };
}

/** Empty lists are not stored. */
function filled(name: string, list: Amounts | undefined): { [name: string]: Amounts } {
  return list === undefined || Object.keys(list).length === 0 ? {} : { [name]: list };
}

/**
 * A limit range whose containers' defaults follow from each other: limit from the maximum, request from the limit, else from the minimum.
 * Models SetDefaults_LimitRangeItem.
 */
export function defaultLimitRange(range: LimitRange): LimitRange {
  const { limits, ...spec } = range.spec ?? {};
  const items = (limits ?? []).map(defaultItem);
  return { ...range, spec: (items.length === 0 ? spec : { ...spec, limits: items }) as LimitRange['spec'] };
}

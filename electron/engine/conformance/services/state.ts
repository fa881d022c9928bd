import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { EndpointSlice, Endpoints } from '#shared/kube/types.ts';
import type { Change } from './script.ts';

const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

type Fields = Readonly<Record<string, unknown>>;

/** Sorted keys, no empty values, lists of addresses in the order of their texts, as the README leaves their order open. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    if (one === null || one === undefined || (Array.isArray(one) && one.length === 0)) return [];
    if (key === 'uid') return [[key, '<uid>']];
    if (key === 'annotations') return [[key, canonical(withoutTrigger(one))]];
    return [[key, LISTS.includes(key) && Array.isArray(one) ? sortedTexts(one.map(canonical)) : canonical(one)]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => compareStrings(a, b)));
}

const LISTS = ['endpoints', 'addresses', 'notReadyAddresses', 'subsets'];

function sortedTexts(list: readonly unknown[]): unknown[] {
  return [...list].sort((a, b) => compareStrings(JSON.stringify(a), JSON.stringify(b)));
}

function withoutTrigger(annotations: unknown): Fields {
  return isRecord(annotations) ? Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== TRIGGER_TIME)) : {};
}

function sliceText(slice: Fields): string {
  const {
    labels = null,
    annotations = {},
    ownerReferences = [],
    generateName = null,
    addressType,
    ports = null,
    endpoints,
  } = slice;
  return JSON.stringify(canonical({ labels, annotations, ownerReferences, generateName, addressType, ports, endpoints }));
}

function named(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(/"(\d+\.\d+\.\d+\.\d+)"/g, (whole, ip: string) => {
    const name = names.get(ip);
    return name === undefined ? whole : `"IP(${name})"`;
  });
}

function ownersWithoutUid(list: readonly object[] | undefined): object[] {
  return (list ?? []).map((one) => ({ ...one, uid: undefined }));
}

/** The slices of a cluster as one text. `names`: pods by address. */
export function sliceTexts(slices: readonly EndpointSlice[], names: ReadonlyMap<string, string>): string {
  const texts = slices.map(({ metadata, addressType, ports, endpoints }) => {
    const { labels, annotations, ownerReferences, generateName } = metadata;
    const owners = ownersWithoutUid(ownerReferences);
    return canonicalText(
      named(sliceText({ labels, annotations, ownerReferences: owners, generateName, addressType, ports, endpoints }), names),
    );
  });
  return texts.sort(compareStrings).join('\n');
}

/** Sorted again once the addresses have their names. */
function canonicalText(text: string): string {
  return JSON.stringify(canonical(JSON.parse(text)));
}

/** The Endpoints of a cluster as one text. */
export function endpointsText(all: readonly Endpoints[], names: ReadonlyMap<string, string>): string {
  const texts = all.map(({ metadata, subsets }) => {
    const { name, labels, annotations } = metadata;
    return canonicalText(named(JSON.stringify(canonical({ name, labels, annotations: annotations ?? {}, subsets })), names));
  });
  return texts.sort(compareStrings).join('\n');
}

/** What the capture says is there, built up change by change. */
export class CapturedState {
  readonly #slices = new Map<string, Fields>();
  readonly #endpoints = new Map<string, Fields>();

  apply({ object, op, set = {} }: Change): void {
    const [plural, name = ''] = object.split('/');
    const map = plural === 'endpointslices' ? this.#slices : plural === 'endpoints' ? this.#endpoints : undefined;
    if (map === undefined) return;
    if (op === 'DELETED') map.delete(name);
    else map.set(name, { ...map.get(name), ...set });
  }

  slices(): string {
    return [...this.#slices.values()].map(sliceText).map(canonicalText).sort(compareStrings).join('\n');
  }

  endpoints(): string {
    const texts = [...this.#endpoints].map(([name, { labels, annotations, subsets }]) =>
      canonicalText(JSON.stringify(canonical({ name, labels, annotations: annotations ?? {}, subsets }))),
    );
    return texts.sort(compareStrings).join('\n');
  }

  /** Slices made and deleted in one step, those left at its end. */
  moved(timeline: readonly Change[]): string {
    const of = (op: Change['op']): Set<string> =>
      new Set(timeline.filter((one) => one.op === op && one.object.startsWith('endpointslices/')).map(({ object }) => object));
    const [added, deleted] = [of('ADDED'), of('DELETED')];
    const made = [...added].filter((one) => !deleted.has(one)).length;
    return `${made} new, ${[...deleted].filter((one) => !added.has(one)).length} gone`;
  }
}

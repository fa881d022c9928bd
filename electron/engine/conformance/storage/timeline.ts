import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { sortedText } from '../workloads/timeline.ts';

/** An event of a captured step; `object` is `Kind/name`. */
export interface StorageEvent {
  type: string;
  reason: string;
  message: string;
  object: string;
}

/** One line of a captured step: a changed object (`persistentvolumes/x`) with the fields that changed, or an event. */
export interface StorageEntry {
  object?: string;
  op?: 'ADDED' | 'MODIFIED' | 'DELETED';
  set?: Record<string, unknown>;
  event?: StorageEvent;
}

/** One step of a scenario in storage/scenarios. */
export interface StorageStep {
  step: string;
  timeline: StorageEntry[];
  refused?: { error: number; message: string };
}

/** One file of storage/scenarios. */
export interface StorageScenario {
  scenario: string;
  namespace: string;
  steps: StorageStep[];
}

type Fields = Record<string, unknown>;

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
const deleting = ({ metadata }: KubeObject) => (metadata.deletionTimestamp === undefined ? undefined : true);
const unlessEmpty = <T extends object>(value: T | undefined): T | undefined =>
  value === undefined || Object.keys(value).length === 0 ? undefined : value;

function volumeView(volume: PersistentVolume): Fields {
  const { claimRef, persistentVolumeReclaimPolicy: reclaimPolicy, capacity } = volume.spec;
  const { resourceVersion: _version, uid, ...reference } = claimRef ?? {};
  const named = uid === undefined ? reference : { ...reference, uid: `UID(${reference.name})` };
  return present({
    phase: volume.status?.phase,
    message: volume.status?.message,
    claimRef: claimRef === undefined ? undefined : named,
    annotations: unlessEmpty(volume.metadata.annotations),
    finalizers: unlessEmpty(volume.metadata.finalizers),
    reclaimPolicy,
    capacity,
    deleting: deleting(volume),
  });
}

function claimView(claim: PersistentVolumeClaim): Fields {
  const { spec, status, metadata } = claim;
  const owners = (metadata.ownerReferences ?? []).map(({ uid: _uid, ...one }) => one);
  return {
    ...present({
      phase: status?.phase,
      volumeName: spec.volumeName,
      annotations: unlessEmpty(metadata.annotations),
      finalizers: unlessEmpty(metadata.finalizers),
      requests: spec.resources?.requests,
      statusCapacity: unlessEmpty(status?.capacity),
      statusAccessModes: unlessEmpty(status?.accessModes),
      ownerReferences: unlessEmpty(owners),
      deleting: deleting(claim),
    }),
    // A class named '' is shown, other than none.
    ...(spec.storageClassName === undefined ? {} : { storageClassName: spec.storageClassName }),
  };
}

function podView(pod: Pod): Fields {
  return present({ phase: pod.status.phase, nodeName: pod.spec.nodeName, deleting: deleting(pod) });
}

/** The resources that time lines show, by kind. */
export const SHOWN: Readonly<Record<string, { plural: string; view: (object: never) => Fields }>> = {
  PersistentVolume: { plural: 'persistentvolumes', view: volumeView },
  PersistentVolumeClaim: { plural: 'persistentvolumeclaims', view: claimView },
  Pod: { plural: 'pods', view: podView },
};

/** The line for one change; undefined when nothing that time lines show has changed. */
export function storageEntry(before: KubeObject | undefined, after: KubeObject | undefined): StorageEntry | undefined {
  const found = after ?? before;
  const shown = SHOWN[found?.kind ?? ''];
  if (found === undefined || shown === undefined) return undefined;
  const object = `${shown.plural}/${found.metadata.name}`;
  if (after === undefined) return { object, op: 'DELETED' };
  const now = shown.view(after as never);
  if (before === undefined) return { object, op: 'ADDED', set: now };
  const old = shown.view(before as never);
  const set: Fields = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)]))
    if (sortedText(old[name]) !== sortedText(now[name])) set[name] = now[name] ?? null;
  return Object.keys(set).length === 0 ? undefined : { object, op: 'MODIFIED', set };
}

/** The objects that exist after entries have been applied, with the fields named so far. */
export class StorageFold {
  readonly #objects = new Map<string, Fields>();

  /** Applies entries in order. */
  apply(entries: readonly StorageEntry[]): void {
    for (const { object, op, set } of entries) {
      if (object === undefined) continue;
      if (op === 'DELETED') this.#objects.delete(object);
      else this.#objects.set(object, { ...(op === 'ADDED' ? {} : this.#objects.get(object)), ...set });
    }
  }

  /** Fields of one object; undefined when it does not exist. */
  get(object: string): Readonly<Fields> | undefined {
    return this.#objects.get(object);
  }

  /** Whether any object whose name begins so is as `test` says. */
  some(prefix: string, test: (fields: Readonly<Fields>) => boolean): boolean {
    return [...this.#objects].some(([object, fields]) => object.startsWith(prefix) && test(fields));
  }

  /** All objects as text, one a line; `name` gives the name an object is compared under. */
  text(name: (object: string, fields: Fields) => [string, Fields]): string {
    return [...this.#objects]
      .map(([object, fields]) => name(object, fields))
      .map(([object, fields]) => `${object} ${sortedText(fields)}`)
      .sort(compareStrings)
      .join('\n');
  }
}

/**
 * Names under which two runs are compared: volumes, or claims, that were made alike in one step are interchangeable (which of equal ones is taken is
 * not documented), so each is called after the order in which they were bound. `alike` says what else tells objects apart that look the same.
 */
export function canonicalNames(
  steps: readonly (readonly StorageEntry[])[],
  alike: (object: string) => string,
): ReadonlyMap<string, string> {
  const groups = new Map<string, string[]>();
  const bound = new Map<string, number>();
  let order = 0;
  steps.forEach((entries, at) => {
    for (const { object = '', op, set = {} } of entries) {
      if (object.startsWith('pods/')) continue;
      if (op === 'ADDED') {
        const key = `${at} ${object.split('/')[0]} ${sortedText(set)} ${alike(object)}`;
        groups.set(key, [...(groups.get(key) ?? []), object]);
      }
      if ((isRecord(set.claimRef) || set.volumeName) && !bound.has(object)) bound.set(object, order++);
    }
  });
  const names = new Map<string, string>();
  for (const members of groups.values()) {
    const sorted = [...new Set(members)].sort(compareStrings);
    const rank = (object: string) => bound.get(object) ?? Number.POSITIVE_INFINITY;
    const taken = [...sorted].sort((a, b) => (rank(a) === rank(b) ? compareStrings(a, b) : rank(a) - rank(b)));
    for (const [at, object] of taken.entries()) if (!names.has(object)) names.set(object, sorted[at] ?? object);
  }
  return names;
}

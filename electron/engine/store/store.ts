import { compareStrings } from '#shared/core/compare.ts';
import { Hasher, hashValue } from '#shared/core/hash.ts';
import { deepFreeze } from '#shared/core/json.ts';
import type { AnyObject, ObjectKey } from '#shared/kube/types.ts';
import { type Change, History } from './history.ts';
import { Table } from './table.ts';

/** Default bound of the kept history. */
export const DEFAULT_HISTORY_BYTES = 256 * 1024 * 1024;

/**
 * The simulation's etcd: frozen objects by kind, namespace and name, one revision counter over all of them, history, and synchronous watches.
 * It knows nothing of the meaning of objects; the API server in front of it does.
 */
export class ObjectStore {
  readonly #tables = new Map<string, Table>();
  readonly #history: History;
  readonly #hashes = new WeakMap<AnyObject, readonly [number, number]>();
  readonly #now: () => number;
  #revision = 0;

  /** `now` gives the virtual time stamped on changes; `historyBytes` bounds the kept history. */
  constructor(now: () => number, historyBytes: number = DEFAULT_HISTORY_BYTES) {
    this.#now = now;
    this.#history = new History(historyBytes);
  }

  /** Revision of the latest write. */
  get revision(): number {
    return this.#revision;
  }

  get oldestRevision(): number {
    return this.#history.oldestRevision;
  }

  /** Approximate bytes held by the history. */
  get historyBytes(): number {
    return this.#history.bytes;
  }

  /** The table of a kind, made when it is first asked for. */
  table(kind: string): Table {
    let table = this.#tables.get(kind);
    if (table === undefined) {
      table = new Table(kind);
      this.#tables.set(kind, table);
    }
    return table;
  }

  get(kind: string, namespace: string, name: string): AnyObject | undefined {
    return this.#tables.get(kind)?.get(namespace, name);
  }

  /** Stores an object at the next revision (written into metadata.resourceVersion), freezes it and tells the watchers. Returns what is stored. */
  put(object: AnyObject): AnyObject {
    this.#revision++;
    const stored: AnyObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
    this.#commit(stored.kind, stored.metadata.namespace ?? '', stored.metadata.name, stored, deepFreeze(stored));
    return stored;
  }

  /** Removes an object; the deletion takes a revision of its own. False when it is not there. */
  remove(kind: string, namespace: string, name: string): boolean {
    if (this.get(kind, namespace, name) === undefined) return false;
    this.#revision++;
    this.#commit(kind, namespace, name, null, 0);
    return true;
  }

  /** All objects by kind, namespace and name. */
  objects(): readonly AnyObject[] {
    const kinds = [...this.#tables.keys()].sort(compareStrings);
    return kinds.flatMap((kind) => this.table(kind).list());
  }

  /** Writes after a revision, oldest first; undefined when they are forgotten. */
  changesSince(revision: number): readonly Change[] | undefined {
    return this.#history.since(revision);
  }

  /** Objects as of a revision, by kind, namespace and name; undefined when forgotten or still to come. */
  stateAt(revision: number): readonly AnyObject[] | undefined {
    if (revision > this.#revision) return undefined;
    const later = this.#history.since(revision);
    if (later === undefined) return undefined;
    if (later.length === 0) return this.objects();
    const state = new Map<ObjectKey, AnyObject>();
    for (const object of this.objects())
      state.set(keyFor(object.kind, object.metadata.namespace ?? '', object.metadata.name), object);
    for (let i = later.length - 1; i >= 0; i--) {
      const change = later[i];
      if (change === undefined) continue;
      if (change.before === null) state.delete(change.key);
      else state.set(change.key, change.before);
    }
    return [...state.values()].sort(compareObjects);
  }

  /** Mixes every object into a digest. Hashes of unchanged objects are remembered. */
  digest(hasher: Hasher): void {
    hasher.word(this.#revision);
    for (const object of this.objects()) {
      let halves = this.#hashes.get(object);
      if (halves === undefined) {
        const own = new Hasher();
        hashValue(own, object);
        halves = own.halves();
        this.#hashes.set(object, halves);
      }
      hasher.word(halves[0]).word(halves[1]);
    }
  }

  #commit(kind: string, namespace: string, name: string, after: AnyObject | null, newBytes: number): void {
    const table = this.table(kind);
    const before = table.put(namespace, name, after);
    const key = keyFor(kind, namespace, name);
    this.#history.append({ revision: this.#revision, atMs: this.#now(), key, before, object: after }, newBytes);
    table.notify(before, after);
  }
}

function keyFor(kind: string, namespace: string, name: string): ObjectKey {
  return `${kind}/${namespace}/${name}`;
}

function compareObjects(a: AnyObject, b: AnyObject): number {
  return (
    compareStrings(a.kind, b.kind) ||
    compareStrings(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}

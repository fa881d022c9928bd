import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { AnyObject, LabelSelector } from '#shared/kube/types.ts';
import { Bucket, type Cell } from './bucket.ts';

const NONE: readonly AnyObject[] = Object.freeze([]);

/** Called at the commit. Models a watch; `before` null = created, `after` null = deleted. */
export type TableListener = (before: AnyObject | null, after: AnyObject | null) => void;

/** Most label keys of one kind that are indexed. */
const MAX_LABEL_KEYS = 16;

function labelValue(namespace: string, value: string | undefined): string {
  return `${namespace}/${value}`;
}

function nodeNameOf(object: AnyObject): string {
  return (object.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
}

/** All objects of one kind with the indexes over them. Written only by the store's commit. */
export class Table {
  readonly kind: string;
  readonly #cells = new Map<string, Cell>();
  readonly #all = new Bucket();
  readonly #byNamespace = new Map<string, Bucket>();
  readonly #byOwner = new Map<string, Bucket>();
  readonly #byNode: Map<string, Bucket> | undefined;
  /** For each label key that selectors have asked by: the objects by namespace and value. */
  readonly #byLabel = new Map<string, Map<string, Bucket>>();
  #listeners: readonly TableListener[] = [];

  constructor(kind: string) {
    this.kind = kind;
    this.#byNode = kind === 'Pod' ? new Map() : undefined;
  }

  get size(): number {
    return this.#cells.size;
  }

  get(namespace: string, name: string): AnyObject | undefined {
    return this.#cells.get(`${namespace}/${name}`)?.object;
  }

  /** Objects in order of namespace and name; a snapshot. */
  list(namespace?: string): readonly AnyObject[] {
    if (namespace === undefined) return this.#all.list();
    return this.#byNamespace.get(namespace)?.list() ?? NONE;
  }

  /** Objects of one namespace ('' = cluster-scoped ones) whose labels match. */
  select(namespace: string, selector: LabelSelector | undefined): readonly AnyObject[] {
    if (selector === undefined || selector === null) return NONE;
    const found: AnyObject[] = [];
    for (const cell of this.#candidates(namespace, selector)?.cells() ?? []) {
      if (matchLabelSelector(selector, cell.object.metadata.labels)) found.push(cell.object);
    }
    return found;
  }

  /** Objects among which all that match are found: those with the first of the selector's labels, else all of the namespace. */
  #candidates(namespace: string, { matchLabels }: LabelSelector): Bucket | undefined {
    for (const key in matchLabels) {
      const index = this.#byLabel.get(key) ?? this.#indexLabel(key);
      if (index !== undefined) return index.get(labelValue(namespace, matchLabels[key]));
    }
    return this.#byNamespace.get(namespace);
  }

  /** Undefined when there are as many indexes as are worth their upkeep. */
  #indexLabel(key: string): Map<string, Bucket> | undefined {
    if (this.#byLabel.size >= MAX_LABEL_KEYS) return undefined;
    const index = new Map<string, Bucket>();
    this.#byLabel.set(key, index);
    for (const cell of this.#all.cells()) {
      const value = cell.object.metadata.labels?.[key];
      if (value !== undefined) this.#enter(index, labelValue(cell.namespace, value), cell);
    }
    return index;
  }

  #reindexLabels(cell: Cell, before: AnyObject | null, after: AnyObject | null): void {
    const was = before?.metadata.labels;
    const is = after?.metadata.labels;
    if (was === is) return;
    for (const [key, index] of this.#byLabel) {
      const from = was?.[key];
      const to = is?.[key];
      if (from === to) continue;
      if (from !== undefined) this.#drop(index, labelValue(cell.namespace, from), cell);
      if (to !== undefined) this.#enter(index, labelValue(cell.namespace, to), cell);
    }
  }

  byIndex(index: 'nodeName' | 'ownerUid', value: string): readonly AnyObject[] {
    const buckets = index === 'ownerUid' ? this.#byOwner : this.#byNode;
    return buckets?.get(value)?.list() ?? NONE;
  }

  listen(listener: TableListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** Replaces, adds or removes one object; listeners are told by `notify` once the commit is complete. */
  put(namespace: string, name: string, after: AnyObject | null): AnyObject | null {
    const key = `${namespace}/${name}`;
    const cell = this.#cells.get(key);
    if (cell === undefined) {
      if (after !== null) this.#insert(key, { namespace, name, object: after });
      return null;
    }
    const before = cell.object;
    if (after === null) {
      this.#cells.delete(key);
      this.#all.remove(cell);
      this.#drop(this.#byNamespace, namespace, cell);
    } else {
      cell.object = after;
      this.#all.touch();
      this.#byNamespace.get(namespace)?.touch();
    }
    this.#reindexNode(cell, before, after);
    this.#reindexOwners(cell, before, after);
    this.#reindexLabels(cell, before, after);
    return before;
  }

  notify(before: AnyObject | null, after: AnyObject | null): void {
    for (const listener of this.#listeners) listener(before, after);
  }

  #insert(key: string, cell: Cell): void {
    this.#cells.set(key, cell);
    this.#all.add(cell);
    this.#enter(this.#byNamespace, cell.namespace, cell);
    this.#reindexNode(cell, null, cell.object);
    this.#reindexOwners(cell, null, cell.object);
    this.#reindexLabels(cell, null, cell.object);
  }

  #reindexNode(cell: Cell, before: AnyObject | null, after: AnyObject | null): void {
    if (this.#byNode === undefined) return;
    const from = before === null ? undefined : nodeNameOf(before);
    const to = after === null ? undefined : nodeNameOf(after);
    if (from === to) {
      if (to !== undefined) this.#byNode.get(to)?.touch();
      return;
    }
    if (from !== undefined) this.#drop(this.#byNode, from, cell);
    if (to !== undefined) this.#enter(this.#byNode, to, cell);
  }

  #reindexOwners(cell: Cell, before: AnyObject | null, after: AnyObject | null): void {
    const from = before?.metadata.ownerReferences;
    const to = after?.metadata.ownerReferences;
    if (from === to) {
      for (const owner of to ?? []) this.#byOwner.get(owner.uid)?.touch();
      return;
    }
    for (const uid of new Set(from?.map((owner) => owner.uid))) this.#drop(this.#byOwner, uid, cell);
    for (const uid of new Set(to?.map((owner) => owner.uid))) this.#enter(this.#byOwner, uid, cell);
  }

  #enter(buckets: Map<string, Bucket>, value: string, cell: Cell): void {
    let bucket = buckets.get(value);
    if (bucket === undefined) {
      bucket = new Bucket();
      buckets.set(value, bucket);
    }
    bucket.add(cell);
  }

  #drop(buckets: Map<string, Bucket>, value: string, cell: Cell): void {
    const bucket = buckets.get(value);
    bucket?.remove(cell);
    if (bucket?.size === 0) buckets.delete(value);
  }
}

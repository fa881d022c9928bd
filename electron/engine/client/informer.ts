import type { KubeObject, LabelSelector } from '#shared/kube/types.ts';
import type { Handler, Informer, Lister } from './types.ts';

/** What an informer needs of the API server's watch cache: one kind's objects, and a call at each commit. */
export interface WatchSource {
  readonly size: number;
  get(namespace: string, name: string): unknown;
  list(namespace?: string): readonly unknown[];
  select(namespace: string, selector: LabelSelector | undefined): readonly unknown[];
  byIndex(index: 'nodeName' | 'ownerUid', value: string): readonly unknown[];
  listen(listener: (before: KubeObject | null, after: KubeObject | null) => void): () => void;
}

/** Watch plus cache of one kind, reading the server's own cache: never stale, nothing kept twice. */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly lister: Lister<T>;
  readonly #source: WatchSource;

  constructor(source: WatchSource) {
    this.#source = source;
    // The table holds objects of this kind only, so its untyped rows are T.
    this.lister = source as unknown as Lister<T>;
  }

  subscribe(handler: Handler<T>, options?: { replay?: boolean }): () => void {
    if (options?.replay === true) for (const object of this.lister.list()) handler.onAdd?.(object);
    return this.#source.listen((before, after) => {
      if (before === null) {
        if (after !== null) handler.onAdd?.(after as T);
      } else if (after === null) handler.onDelete?.(before as T);
      else handler.onUpdate?.(before as T, after as T);
    });
  }
}

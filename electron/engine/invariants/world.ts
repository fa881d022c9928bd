import { controllerOf } from '#shared/kube/pod.ts';
import type { AnyObject, KindMap, KindName } from '#shared/kube/types.ts';
import type { Simulation, StoredChange } from '../types.ts';

/** The objects as of one write after the other: what a checker looks at just before a write. */
export class World {
  readonly #kinds = new Map<string, Map<string, AnyObject>>();
  readonly #owned = new Map<string, Map<string, AnyObject>>();

  constructor(simulation: Simulation) {
    for (const object of simulation.objects()) {
      const { namespace = '', name } = object.metadata;
      this.#put(`${object.kind}/${namespace}/${name}`, null, object);
    }
  }

  /** Object by `Kind/namespace/name`. */
  get<K extends KindName>(kind: K, namespace: string, name: string): KindMap[K] | undefined {
    return this.#kinds.get(kind)?.get(`${kind}/${namespace}/${name}`) as KindMap[K] | undefined;
  }

  /** Objects of a kind, of one namespace when it is given. */
  list<K extends KindName>(kind: K, namespace?: string): KindMap[K][] {
    return this.listUntyped(kind, namespace) as unknown as KindMap[K][];
  }

  /** The same for any kind. */
  listUntyped(kind: string, namespace?: string): AnyObject[] {
    const all = [...(this.#kinds.get(kind)?.values() ?? [])];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Objects that are controlled by the owner with that uid. */
  owned<K extends KindName>(kind: K, uid: string | undefined): KindMap[K][] {
    const all = [...(this.#owned.get(uid ?? '')?.values() ?? [])];
    return all.filter((object) => object.kind === kind) as unknown as KindMap[K][];
  }

  /** Goes on by one write. */
  apply({ key, before, object }: StoredChange): void {
    this.#put(key, before, object);
  }

  #put(key: string, before: AnyObject | null, after: AnyObject | null): void {
    const kind = key.slice(0, key.indexOf('/'));
    const objects = this.#kinds.get(kind) ?? new Map<string, AnyObject>();
    this.#kinds.set(kind, objects);
    const [last, next] = [ownerUid(before), ownerUid(after)];
    if (last !== undefined && last !== next) this.#owned.get(last)?.delete(key);
    if (after === null) {
      objects.delete(key);
      if (last !== undefined) this.#owned.get(last)?.delete(key);
      return;
    }
    objects.set(key, after);
    if (next === undefined) return;
    const owned = this.#owned.get(next) ?? new Map<string, AnyObject>();
    this.#owned.set(next, owned.set(key, after));
  }
}

function ownerUid(object: AnyObject | null): string | undefined {
  return object === null ? undefined : controllerOf(object)?.uid;
}

import { compareStrings } from '#shared/core/compare.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { KubeObject } from '#shared/kube/types.ts';

/** Names of the objects nobody controls, by namespace, so that a controller need not look at every object to find some to adopt. */
export class Orphans {
  readonly #names = new Map<string, Set<string>>();

  /** Notes whether the object is an orphan now. */
  track(object: KubeObject): void {
    if (controllerOf(object) !== undefined) {
      this.forget(object);
      return;
    }
    const namespace = object.metadata.namespace ?? '';
    const names = this.#names.get(namespace) ?? new Set<string>();
    names.add(object.metadata.name);
    this.#names.set(namespace, names);
  }

  /** The object is gone. */
  forget(object: KubeObject): void {
    this.#names.get(object.metadata.namespace ?? '')?.delete(object.metadata.name);
  }

  /** Orphans of a namespace, sorted. */
  names(namespace: string): string[] {
    return [...(this.#names.get(namespace) ?? [])].sort(compareStrings);
  }

  /** Forgets everything. */
  clear(): void {
    this.#names.clear();
  }
}

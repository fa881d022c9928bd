import { compareStrings } from '#shared/core/compare.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { KubeObject } from '#shared/kube/types.ts';
import type { ObjectSource } from '../../framework/plugin.ts';
import type { StorageView } from './claims.ts';

/** An object as it will be once our decision is written, with the version that decision was made on. */
interface Assumption {
  readonly base: KubeObject;
  readonly assumed: KubeObject;
}

const keyOf = (object: KubeObject) => `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/**
 * Volumes and claims as the scheduler believes them to be: what is stored, with the bindings it has decided on but not written yet (a pod may
 * wait in Permit). A newer stored version ends an assumption. Models pkg/scheduler/util/assumecache.
 */
export class AssumedStorage implements StorageView {
  readonly #objects: ObjectSource;
  readonly #assumptions = new Map<string, Assumption>();

  constructor(objects: ObjectSource) {
    this.#objects = objects;
  }

  list(kind: string, namespace?: string): readonly KubeObject[] {
    return this.#objects.list(kind, namespace);
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(kind, namespace, name);
  }

  claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#believed(this.get('PersistentVolumeClaim', namespace, name) as PersistentVolumeClaim | undefined);
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#believed(this.get('PersistentVolume', '', name) as PersistentVolume | undefined);
  }

  /** All volumes, by name. */
  volumes(): readonly PersistentVolume[] {
    const stored = this.list('PersistentVolume') as readonly PersistentVolume[];
    const believed = stored.map((volume) => this.#believed(volume) ?? volume);
    return believed.sort((a, b) => compareStrings(a.metadata.name, b.metadata.name));
  }

  #believed<T extends KubeObject>(stored: T | undefined): T | undefined {
    if (stored === undefined || this.#assumptions.size === 0) return stored;
    const key = keyOf(stored);
    const assumption = this.#assumptions.get(key);
    if (assumption === undefined) return stored;
    if (assumption.base === stored) return assumption.assumed as T;
    this.#assumptions.delete(key);
    return stored;
  }

  /** From now on the object counts as `assumed`, until it changes in the API. */
  assume(base: KubeObject, assumed: KubeObject): void {
    const stored = this.get(base.kind, base.metadata.namespace ?? '', base.metadata.name);
    if (stored !== undefined) this.#assumptions.set(keyOf(base), { base: stored, assumed });
  }

  /** Takes an assumption back. */
  restore(object: KubeObject): void {
    this.#assumptions.delete(keyOf(object));
  }
}

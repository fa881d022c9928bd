import type { Node } from '#shared/kube/types.ts';
import type { ImageState } from '../framework/nodeinfo.ts';

/** Which images lie on which nodes. The size of an image is the one first reported in the cluster. Models backend/cache imageStates. */
export class ImageTable {
  readonly #states = new Map<string, ImageState>();
  readonly #byNode = new Map<string, readonly string[]>();

  /** Takes over the images of a node's status; returns them by name. */
  setNode(node: Node): ReadonlyMap<string, ImageState> {
    const name = node.metadata.name;
    const images = node.status?.images ?? [];
    const names = images.flatMap((image) => image.names ?? []);
    this.#forget(name, new Set(names));
    this.#byNode.set(name, names);
    const result = new Map<string, ImageState>();
    for (const image of images) {
      for (const alias of image.names ?? []) {
        let state = this.#states.get(alias);
        if (state === undefined) {
          state = { sizeBytes: image.sizeBytes ?? 0, nodes: new Set() };
          this.#states.set(alias, state);
        }
        state.nodes.add(name);
        result.set(alias, state);
      }
    }
    return result;
  }

  removeNode(name: string): void {
    this.#forget(name, new Set());
    this.#byNode.delete(name);
  }

  #forget(node: string, keep: ReadonlySet<string>): void {
    for (const alias of this.#byNode.get(node) ?? []) {
      if (keep.has(alias)) continue;
      const state = this.#states.get(alias);
      state?.nodes.delete(node);
      if (state?.nodes.size === 0) this.#states.delete(alias);
    }
  }
}

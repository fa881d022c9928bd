import { compareStrings } from '#shared/core/compare.ts';
import type { Node } from '#shared/kube/types.ts';

/** Region and zone of a node as one key; '' when it has neither. Models component-helpers/node/topology GetZoneKey. */
export function zoneKey(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}

/** Node names by zone; lists them zone by zone in turn, so that a search that stops early has seen all zones. Models backend/cache nodeTree. */
export class NodeTree {
  readonly #zones = new Map<string, Set<string>>();

  add(node: Node): void {
    const zone = zoneKey(node);
    const names = this.#zones.get(zone);
    if (names === undefined) this.#zones.set(zone, new Set([node.metadata.name]));
    else names.add(node.metadata.name);
  }

  remove(node: Node): void {
    const zone = zoneKey(node);
    const names = this.#zones.get(zone);
    names?.delete(node.metadata.name);
    if (names?.size === 0) this.#zones.delete(zone);
  }

  /** One node of each zone, then the next of each, until all are listed; by name, so that the order does not tell the cluster's history. */
  list(): string[] {
    const zones = [...this.#zones].sort(([a], [b]) => compareStrings(a, b)).map(([, names]) => [...names].sort(compareStrings));
    const names: string[] = [];
    for (let i = 0; ; i++) {
      const before = names.length;
      for (const zone of zones) if (zone[i] !== undefined) names.push(zone[i]!);
      if (names.length === before) return names;
    }
  }
}

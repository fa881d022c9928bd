import type { FrameworkCode } from '#shared/protocol/explain.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PluginStatus } from './status.ts';

/** Status of nodes that said no, plus one status for all nodes that were not asked. Models framework.NodeToStatus. */
export class NodeStatuses {
  readonly #statuses = new Map<string, PluginStatus>();
  #absent: PluginStatus | undefined;

  /** Absent nodes count as unresolvable without a reason when nothing else was said. */
  get(node: string): PluginStatus {
    return this.#statuses.get(node) ?? this.absent;
  }

  has(node: string): boolean {
    return this.#statuses.has(node);
  }

  set(node: string, status: PluginStatus): void {
    this.#statuses.set(node, status);
  }

  get absent(): PluginStatus {
    return this.#absent ?? { code: 'UnschedulableAndUnresolvable', reasons: [] };
  }

  setAbsent(status: PluginStatus): void {
    this.#absent = status;
  }

  get size(): number {
    return this.#statuses.size;
  }

  entries(): IterableIterator<[string, PluginStatus]> {
    return this.#statuses.entries();
  }

  /** The nodes whose status has this code, in the order given. */
  nodesWith(nodes: readonly NodeInfo[], code: FrameworkCode): NodeInfo[] {
    return nodes.filter((node) => this.get(node.name).code === code);
  }
}

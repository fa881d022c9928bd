import type { Pod } from '#shared/kube/types.ts';
import type { PodInfo, PodInfos } from '../framework/podinfo.ts';

const none: readonly PodInfo[] = [];

/** Pending pods that were promised room on a node by a preemption. Models pkg/scheduler/backend/queue nominator. */
export class Nominator {
  readonly #pods: PodInfos;
  readonly #byNode = new Map<string, PodInfo[]>();
  readonly #nodeOf = new Map<string, string>();

  constructor(pods: PodInfos) {
    this.#pods = pods;
  }

  /** Records the nomination of `pod`; `node` overrides what its status says ('' = none). */
  set(pod: Pod, node = pod.status?.nominatedNodeName ?? ''): void {
    const info = this.#pods.of(pod);
    this.delete(info.key);
    if (node === '') return;
    this.#nodeOf.set(info.key, node);
    const list = this.#byNode.get(node);
    if (list === undefined) this.#byNode.set(node, [info]);
    else list.push(info);
  }

  delete(key: string): void {
    const node = this.#nodeOf.get(key);
    if (node === undefined) return;
    this.#nodeOf.delete(key);
    const left = (this.#byNode.get(node) ?? []).filter((info) => info.key !== key);
    if (left.length === 0) this.#byNode.delete(node);
    else this.#byNode.set(node, left);
  }

  /** In order of nomination. */
  onNode(node: string): readonly PodInfo[] {
    return this.#byNode.size === 0 ? none : (this.#byNode.get(node) ?? none);
  }

  /** Nodes with nominated pods. */
  nodes(): Iterable<string> {
    return this.#byNode.keys();
  }

  nodeOf(key: string): string | undefined {
    return this.#nodeOf.get(key);
  }

  clear(): void {
    this.#byNode.clear();
    this.#nodeOf.clear();
  }
}

import { isTerminal } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../../client/types.ts';
import { queueKey } from '../common/keys.ts';
import { type DrainRules, fateOf } from './drainability.ts';
import { addTaint, CANDIDATE, removeTaints, TO_BE_DELETED, unixSeconds } from './taints.ts';

/** How long one pod's eviction is tried, and the pause between two tries. Models MaxPodEvictionTime and EvictionRetryTime. */
const EVICTION_MS = 120_000;
const RETRY_MS = 10_000;
/** How long pods may take to end, and the time on top. Models --max-graceful-termination-sec and PodEvictionHeadroom. */
const MAX_TERMINATION_MS = 630_000;
const POLL_MS = 1_000;
const DS_EVICTION = 'cluster-autoscaler.kubernetes.io/enable-ds-eviction';

/** One node on its way out. */
interface Drain {
  readonly node: string;
  readonly startMs: number;
  /** Names of the pods that were asked to leave. */
  readonly evicted: Set<string>;
}

/** What the drainer tells. */
export interface DrainerHooks {
  rules(): DrainRules;
  podsOn(node: string): readonly Pod[];
  nodeNamed(name: string): Node | undefined;
  /** A node is gone (or could not be emptied): the next look may go on. */
  ended(node: string, failure: string | undefined): void;
}

/** Empties nodes and deletes them. Models scaledown/actuation. */
export class Drainer {
  readonly #ctx: ComponentContext;
  readonly #hooks: DrainerHooks;
  readonly #client;
  readonly #recorder;
  readonly #queue;
  readonly #drains = new Map<string, Drain>();

  constructor(ctx: ComponentContext, name: string, hooks: DrainerHooks) {
    this.#ctx = ctx;
    this.#hooks = hooks;
    this.#client = ctx.client(name);
    this.#recorder = ctx.recorder(name);
    this.#queue = ctx.workQueue(`${name}/drain`, (node) => this.#step(node));
  }

  get length(): number {
    return this.#queue.length;
  }

  /** Nodes that are being emptied. */
  get active(): number {
    return this.#drains.size;
  }

  start(): void {
    this.#queue.start();
  }

  stop(): void {
    this.#queue.stop();
    this.#drains.clear();
  }

  /** Begins; false when the node could not be tainted. */
  begin(node: Node): boolean {
    const { name } = node.metadata;
    const fresh = this.#hooks.nodeNamed(name);
    if (fresh === undefined) return false;
    removeTaints(this.#client, fresh, [CANDIDATE]);
    const seconds = unixSeconds(this.#ctx.clock);
    const failure = addTaint(this.#client, this.#hooks.nodeNamed(name) ?? fresh, TO_BE_DELETED, 'NoSchedule', seconds);
    if (failure !== undefined) {
      this.#recorder.event(
        node,
        'Warning',
        'ScaleDownFailed',
        `failed to mark the node as toBeDeleted/unschedulable: ${failure}`,
      );
      return false;
    }
    this.#recorder.event(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable');
    this.#drains.set(name, { node: name, startMs: this.#ctx.clock.nowMs, evicted: new Set() });
    this.#queue.add(name);
    return true;
  }

  #step(name: string): void {
    const drain = this.#drains.get(name);
    const node = this.#hooks.nodeNamed(name);
    if (drain === undefined) return;
    if (node === undefined) {
      this.#end(drain, undefined);
      return;
    }
    const leaving = this.#hooks.podsOn(name).filter((pod) => !isTerminal(pod));
    const rules = this.#hooks.rules();
    const own = leaving.filter((pod) => fateOf(pod, rules).kind !== 'leave');
    if (own.length === 0) {
      this.#remove(drain, node);
      return;
    }
    const age = this.#ctx.clock.nowMs - drain.startMs;
    let refused: { pod: Pod; why: string } | undefined;
    for (const pod of own) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const why = this.#evict(drain, pod);
      if (why !== undefined) refused ??= { pod, why };
    }
    if (refused !== undefined && age >= EVICTION_MS) {
      this.#fail(drain, node, refused.pod, refused.why);
      return;
    }
    if (age >= MAX_TERMINATION_MS) {
      this.#fail(drain, node, own[0], 'pods remaining after timeout');
      return;
    }
    if (refused === undefined) this.#evictDaemons(drain, leaving);
    this.#queue.addAfter(name, refused === undefined ? POLL_MS : RETRY_MS);
  }

  /** An error text when the eviction was refused. */
  #evict(drain: Drain, pod: Pod): string | undefined {
    const key = queueKey(pod);
    if (!drain.evicted.has(key)) {
      drain.evicted.add(key);
      this.#recorder.event(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down');
    }
    const evicted = this.#client.evict(pod.metadata.namespace ?? '', pod.metadata.name);
    return evicted.ok || evicted.error.code === 404 ? undefined : evicted.error.message;
  }

  /** Daemon pods are asked to leave too, but nobody waits for them. Models --daemonset-eviction-for-occupied-nodes. */
  #evictDaemons(drain: Drain, leaving: readonly Pod[]): void {
    for (const pod of leaving) {
      const daemon = pod.metadata.ownerReferences?.some(({ kind, controller }) => kind === 'DaemonSet' && controller === true);
      const willing = pod.metadata.annotations?.[DS_EVICTION] !== 'false';
      if (daemon !== true || !willing || pod.metadata.deletionTimestamp !== undefined || drain.evicted.has(queueKey(pod)))
        continue;
      this.#evict(drain, pod);
    }
  }

  #remove(drain: Drain, node: Node): void {
    const deleted = this.#client.delete({ kind: 'Node', namespace: '', name: node.metadata.name });
    if (!deleted.ok && deleted.error.code !== 404) {
      this.#fail(drain, node, undefined, deleted.error.message ?? '');
      return;
    }
    this.#recorder.event(node, 'Normal', 'ScaleDown', 'node removed by cluster autoscaler');
    this.#end(drain, undefined);
  }

  #fail(drain: Drain, node: Node, pod: Pod | undefined, why: string): void {
    if (pod !== undefined) this.#recorder.event(pod, 'Warning', 'ScaleDownFailed', 'failed to delete pod for ScaleDown');
    this.#recorder.event(node, 'Warning', 'ScaleDownFailed', `failed to drain and delete node: ${why}`);
    removeTaints(this.#client, node, [TO_BE_DELETED]);
    this.#end(drain, why);
  }

  #end({ node }: Drain, failure: string | undefined): void {
    this.#drains.delete(node);
    this.#hooks.ended(node, failure);
  }
}

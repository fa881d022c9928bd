import { isTerminal } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ComponentContext, EventRecorder } from '../../client/types.ts';
import { queueKey } from '../common/keys.ts';
import type { GroupBackoff } from './backoff.ts';
import { DEFAULT_PROVISION_MS, nodeOf } from './cloud.ts';
import { choose } from './expander.ts';
import { isStarting, started } from './groups.ts';
import type { Ledger, Machine } from './ledger.ts';
import { groupPods, isExpendable, type PodGroup, placedOn, unplaced } from './pending.ts';
import { type Found, findOptions, ordersOf, printOrders, reasonsText } from './scaleUp.ts';
import { isToBeDeleted } from './taints.ts';
import type { GroupState, ScaleUp, TryOut } from './types.ts';

/** Pods younger than this may have brothers that are still to come. Models unschedulablePodTimeBuffer. */
const BUFFER_MS = 2_000;
/** An event that says the same is not repeated within this time. Models the recorder's duplicates cache. */
const REPEAT_MS = 300_000;

/** What the grower works with. */
export interface GrowerDeps {
  readonly recorder: EventRecorder;
  readonly backoff: GroupBackoff;
  log(type: 'Normal' | 'Warning', reason: string, message: string): void;
  tryOut(): TryOut;
}

/** Outcome of one look. `ledger`: the books with what is to be ordered; `tell` is for when they are written. */
export interface Grown {
  readonly ledger: Ledger | undefined;
  tell(): void;
}

/** Finds machines for waiting pods. Models core/scaleup/orchestrator and its pod list processors. */
export class Grower {
  readonly #ctx: ComponentContext;
  readonly #deps: GrowerDeps;
  readonly #told = new Map<string, { message: string; atMs: number }>();
  #waits = false;

  constructor(ctx: ComponentContext, deps: GrowerDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  /** Whether the next look may come to another answer although nothing has changed. */
  get waits(): boolean {
    return this.#waits;
  }

  reset(): void {
    this.#told.clear();
    this.#waits = false;
  }

  /** The cluster as it will be when everything on order has come, without the pods that do not count. */
  copy(states: readonly GroupState[], ledger: Ledger): TryOut {
    const { clock, config } = this.#ctx;
    const tryOut = this.#deps.tryOut();
    const cutoff = config.clusterAutoscaler.expendablePodsPriorityCutoff;
    const running = this.#ctx.informer('Pod').lister.list();
    const expendable = running.filter((pod) => pod.spec.nodeName && isExpendable(pod, cutoff) && !isTerminal(pod));
    tryOut.change({ withoutPods: expendable.map(queueKey), nodes: this.#upcoming(states, ledger) });
    for (const { nodes } of states)
      tryOut.change({
        nodes: nodes.filter((node) => isStarting(node, clock.nowMs, (text) => clock.parseMs(text))).map(started),
      });
    return tryOut;
  }

  #upcoming(states: readonly GroupState[], ledger: Ledger): Node[] {
    return ledger.machines.flatMap(({ group, name }) => {
      const state = states.find((one) => one.group.name === group);
      if (state === undefined) return [];
      const node = nodeOf(state.group, name);
      const labels = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', ...node.metadata.labels };
      return [{ ...node, metadata: { ...node.metadata, labels } }];
    });
  }

  /** Looks for machines. */
  grow(pending: readonly Pod[], states: readonly GroupState[], ledger: Ledger): Grown {
    const { clock, config } = this.#ctx;
    const nodes = this.#ctx.informer('Node').lister;
    const nothing: Grown = { ledger: undefined, tell: () => undefined };
    const tryOut = this.copy(states, ledger);
    const worth = pending.filter((pod) => !isExpendable(pod, config.clusterAutoscaler.expendablePodsPriorityCutoff));
    const promised = worth.filter(({ status }) => status.nominatedNodeName && nodes.get('', status.nominatedNodeName));
    tryOut.change({ pods: promised.map((pod) => placedOn(pod, pod.status.nominatedNodeName ?? '')) });
    const groups = this.#withoutPlace(
      tryOut,
      worth.filter((pod) => !promised.includes(pod)),
    );
    this.#waits = this.#deps.backoff.any;
    if (groups.length === 0) return nothing;
    const oldest = Math.min(...groups.flatMap(({ pods }) => pods.map((pod) => clock.parseMs(createdAt(pod, clock.timestamp())))));
    if (clock.nowMs - oldest < BUFFER_MS) {
      this.#waits = true;
      return nothing;
    }
    const search = {
      tryOut,
      config: config.clusterAutoscaler,
      states,
      daemonSets: this.#ctx.informer('DaemonSet').lister.list(),
      totalNodes: nodes.list().filter((node) => !isToBeDeleted(node)).length + ledger.machines.length,
      isBackedOff: (group: string) => this.#deps.backoff.isBackedOff(group),
    };
    const found = findOptions(search, groups);
    const best = choose(config.clusterAutoscaler.expander, found.options, this.#ctx.random.stream('cluster-autoscaler/expander'));
    if (best === undefined) {
      this.#tellRefusals(groups, found);
      return nothing;
    }
    const orders = ordersOf(best, search, found);
    return { ledger: this.#ordered(ledger, states, orders), tell: () => this.#tellOrders(best.pods, orders) };
  }

  /** Groups of the pods that fit neither on what is there nor on what is to come. Models filterOutSchedulable. */
  #withoutPlace(tryOut: TryOut, pods: readonly Pod[]): PodGroup[] {
    return groupPods(pods).flatMap((group) => {
      let fitting = 0;
      for (const pod of group.pods) {
        const { node } = tryOut.place(unplaced(pod));
        if (node === undefined) break;
        tryOut.change({ pods: [placedOn(pod, node)] });
        fitting++;
      }
      const rest = group.pods.slice(fitting);
      return rest[0] === undefined ? [] : [{ sample: rest[0], pods: rest }];
    });
  }

  #ordered(ledger: Ledger, states: readonly GroupState[], orders: readonly ScaleUp[]): Ledger {
    const { nowMs } = this.#ctx.clock;
    const names = this.#ctx.random.stream('cluster-autoscaler/machine-name');
    const machines = orders.flatMap(({ group, from, to }): Machine[] => {
      const provisionMs = states.find((state) => state.group.name === group)?.group.provisionMs ?? DEFAULT_PROVISION_MS;
      return Array.from({ length: to - from }, () => ({
        group,
        name: `${group}-${names.suffix(5)}`,
        orderedMs: nowMs,
        readyMs: nowMs + provisionMs,
      }));
    });
    return { machines: [...ledger.machines, ...machines], lastScaleUpMs: nowMs };
  }

  #tellOrders(pods: readonly Pod[], orders: readonly ScaleUp[]): void {
    for (const { group, from, to, max } of orders)
      this.#deps.log('Normal', 'ScaledUpGroup', `Scale-up: group ${group} size set to ${to} instead of ${from} (max: ${max})`);
    for (const pod of pods) this.#tell(pod, 'TriggeredScaleUp', `pod triggered scale-up: ${printOrders(orders)}`);
  }

  #tellRefusals(groups: readonly PodGroup[], found: Found): void {
    for (const group of groups) {
      const message = `pod didn't trigger scale-up: ${reasonsText(group, found)}`;
      for (const pod of group.pods) this.#tell(pod, 'NotTriggerScaleUp', message);
    }
  }

  #tell(pod: Pod, reason: string, message: string): void {
    const { nowMs } = this.#ctx.clock;
    const key = `${pod.metadata.uid ?? ''} ${reason}`;
    const last = this.#told.get(key);
    if (last?.message === message && nowMs - last.atMs < REPEAT_MS) return;
    for (const [other, { atMs }] of this.#told) if (nowMs - atMs >= REPEAT_MS) this.#told.delete(other);
    this.#told.set(key, { message, atMs: nowMs });
    this.#deps.recorder.event(pod, 'Normal', reason, message);
  }
}

function createdAt({ metadata }: Pod, nowText: string): string {
  return metadata.creationTimestamp ?? nowText;
}

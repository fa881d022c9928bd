import { compareStrings } from '#shared/core/compare.ts';
import { getCondition, isPodReady, setCondition } from '#shared/kube/conditions.ts';
import { nodeZoneKey } from '#shared/kube/pod.ts';
import type { Node, Pod, Taint } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { type NodeHealth, observe, STARTUP_GRACE_MS, silencedConditions } from './health.ts';
import { labelsToAdd } from './labels.ts';
import { hasTaint, NOT_READY, noScheduleDiff, UNREACHABLE, withoutTaints, withTaints } from './taints.ts';
import { RateLimiter, type ZoneQueue, zoneRate, zoneState } from './zones.ts';

/** How often the zones' queues are looked at. Models nodelifecycle scheduler.NodeEvictionPeriod. */
const TAINT_PASS_MS = 100;
const EXCLUDE_DISRUPTION = 'node.kubernetes.io/exclude-disruption';
const LEASES = 'kube-node-lease';
const NAME = 'node-lifecycle-controller';

interface ZoneCount {
  ready: number;
  notReady: number;
}

/**
 * Watches the nodes' signs of life and turns silence into conditions, taints and unready pods.
 * Models pkg/controller/nodelifecycle Controller (taint based eviction).
 */
export function createNodeLifecycle(ctx: ComponentContext): Component {
  const controller = new NodeLifecycle(ctx);
  return {
    name: NAME,
    start: () => controller.start(),
    stop: () => controller.stop(),
    queued: () => controller.queued(),
  };
}

class NodeLifecycle {
  readonly #ctx: ComponentContext;
  readonly #client;
  readonly #recorder;
  readonly #nodes;
  readonly #pods;
  readonly #leases;
  readonly #nodeQueue;
  readonly #podQueue;
  #known = new Map<string, Node>();
  #health = new Map<string, NodeHealth>();
  #zones = new Map<string, ZoneQueue>();
  #monitor: number | undefined;
  #pass: number | undefined;
  #passMs = 0;
  #subscriptions: (() => void)[] = [];

  constructor(ctx: ComponentContext) {
    this.#ctx = ctx;
    this.#client = ctx.client('node-controller');
    this.#recorder = ctx.recorder('node-controller');
    this.#nodes = ctx.informer('Node');
    this.#pods = ctx.informer('Pod');
    this.#leases = ctx.informer('Lease');
    this.#nodeQueue = ctx.workQueue('node-lifecycle-controller/nodes', (key) => this.#syncNode(key));
    this.#podQueue = ctx.workQueue('node-lifecycle-controller/pods', (key) => this.#syncPod(key));
  }

  start(): void {
    this.#nodeQueue.start();
    this.#podQueue.start();
    this.#subscriptions = [
      this.#nodes.subscribe(
        {
          onAdd: (node) => this.#nodeQueue.add(node.metadata.name),
          onUpdate: (_, node) => this.#nodeQueue.add(node.metadata.name),
        },
        { replay: true },
      ),
      this.#pods.subscribe({
        onAdd: (pod) => this.#podBound(pod),
        onUpdate: (before, after) => {
          if (before.spec.nodeName !== after.spec.nodeName) this.#podBound(after);
        },
      }),
    ];
    this.#monitor = this.#ctx.clock.schedule(0, 'node-lifecycle-controller/monitor', () => this.#tick());
  }

  stop(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.#nodeQueue.stop();
    this.#podQueue.stop();
    for (const timer of [this.#monitor, this.#pass]) if (timer !== undefined) this.#ctx.clock.cancel(timer);
    this.#monitor = undefined;
    this.#pass = undefined;
    this.#known = new Map();
    this.#health = new Map();
    this.#zones = new Map();
  }

  queued(): number {
    let waiting = this.#nodeQueue.length + this.#podQueue.length;
    for (const zone of this.#zones.values()) waiting += zone.waiting.length;
    return waiting;
  }

  #tick(): void {
    const { clock, config } = this.#ctx;
    this.#monitor = clock.schedule(
      config.nodeLifecycle.monitorPeriodMs,
      'node-lifecycle-controller/monitor',
      () => this.#tick(),
      { background: true },
    );
    this.#monitorNodes();
  }

  /** One round over all nodes. Models nodelifecycle monitorNodeHealth. */
  #monitorNodes(): void {
    const nodes = this.#nodes.lister.list();
    this.#classify(nodes);
    const counts = new Map<string, ZoneCount>();
    for (const { metadata } of nodes) {
      const node = this.#nodes.lister.get('', metadata.name);
      if (node !== undefined) this.#monitorNode(node, counts);
    }
    this.#handleDisruption(counts, nodes);
  }

  #classify(nodes: readonly Node[]): void {
    const present = new Set(nodes.map((node) => node.metadata.name));
    for (const [name, node] of [...this.#known].sort(([a], [b]) => compareStrings(a, b))) {
      if (present.has(name)) continue;
      this.#recorder.event(node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
      this.#known.delete(name);
    }
    for (const node of nodes) {
      const name = node.metadata.name;
      if (!this.#known.has(name)) {
        this.#recorder.event(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
        this.#zone(node);
        this.#markReachable(node);
      }
      this.#known.set(name, node);
    }
  }

  #monitorNode(node: Node, counts: Map<string, ZoneCount>): void {
    const name = node.metadata.name;
    const observed = getCondition(node.status.conditions, 'Ready');
    const current = this.#updateHealth(node);
    if (node.metadata.labels?.[EXCLUDE_DISRUPTION] === undefined) {
      const key = nodeZoneKey(node);
      const count = counts.get(key) ?? { ready: 0, notReady: 0 };
      if (current?.status === 'True') count.ready += 1;
      else count.notReady += 1;
      counts.set(key, count);
    }
    const latest = this.#nodes.lister.get('', name);
    if (current === undefined || latest === undefined) return;
    this.#queueTaint(latest, current.status);
    if (current.status === 'True' || observed?.status !== 'True') return;
    this.#recorder.event(latest, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    for (const pod of this.#pods.lister.byIndex('nodeName', name)) this.#markPodNotReady(pod);
  }

  /** Remembers the signs of life; silence beyond the grace period is written into the node's conditions. Answers the Ready condition that now holds. */
  #updateHealth(node: Node) {
    const { clock, config } = this.#ctx;
    const name = node.metadata.name;
    const ready = getCondition(node.status.conditions, 'Ready');
    const leaseRenewTime = this.#leases.lister.get(LEASES, name)?.spec.renewTime;
    const createdMs =
      node.metadata.creationTimestamp === undefined ? clock.nowMs : clock.parseMs(node.metadata.creationTimestamp);
    const health = observe(this.#health.get(name), { createdMs, ready, leaseRenewTime }, clock.nowMs);
    this.#health.set(name, health);
    const graceMs = ready === undefined ? STARTUP_GRACE_MS : config.nodeLifecycle.monitorGraceMs;
    if (clock.nowMs <= health.probeMs + graceMs) return ready;
    const conditions = silencedConditions(node, clock.timestamp());
    const after = getCondition(conditions, 'Ready');
    if (ready?.status === 'Unknown') return ready;
    this.#ctx.emit({ type: 'pulse', component: NAME });
    const written = this.#client.updateStatus({ ...node, status: { ...node.status, conditions } });
    if (!written.ok) return ready;
    this.#health.set(name, { ...health, ready: after });
    return after;
  }

  /** Queues, swaps or removes the NoExecute taint that goes with readiness. Models nodelifecycle processTaintBaseEviction. */
  #queueTaint(node: Node, ready: string): void {
    if (ready === 'True') {
      this.#markReachable(node);
      return;
    }
    const [key, opposite] = ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    if (hasTaint(node, opposite, 'NoExecute')) {
      this.#swapTaints(node, [{ key, effect: 'NoExecute' }], [{ key: opposite, effect: 'NoExecute' }]);
      return;
    }
    if (hasTaint(node, key, 'NoExecute')) return;
    const zone = this.#zone(node);
    if (!zone.waiting.includes(node.metadata.name)) zone.waiting.push(node.metadata.name);
    this.#schedulePass();
  }

  #markReachable(node: Node): void {
    const remove: Taint[] = [UNREACHABLE, NOT_READY].map((key) => ({ key, effect: 'NoExecute' }));
    for (const taint of remove) {
      const latest = this.#nodes.lister.get('', node.metadata.name);
      if (latest !== undefined && hasTaint(latest, taint.key, 'NoExecute')) this.#swapTaints(latest, [], [taint]);
    }
    const { waiting } = this.#zone(node);
    const at = waiting.indexOf(node.metadata.name);
    if (at >= 0) waiting.splice(at, 1);
  }

  /** Adds, then removes, in two writes as upstream does; false when a write was refused. Models controllerutil.SwapNodeControllerTaint. */
  #swapTaints(node: Node, add: readonly Taint[], remove: readonly Taint[]): boolean {
    this.#ctx.emit({ type: 'pulse', component: NAME });
    const timeAdded = this.#ctx.clock.timestamp();
    let latest: Node = node;
    if (add.length > 0) {
      const stamped = add.map((taint) => ({ ...taint, timeAdded }));
      const written = this.#client.update(replaceTaints(latest, withTaints(latest.spec.taints ?? [], stamped)));
      if (!written.ok) return false;
      latest = written.value;
    }
    const kept = withoutTaints(latest.spec.taints ?? [], remove);
    if (kept.length === (latest.spec.taints ?? []).length) return true;
    return this.#client.update(replaceTaints(latest, kept)).ok;
  }

  #zone(node: Node): ZoneQueue {
    const key = nodeZoneKey(node);
    const existing = this.#zones.get(key);
    if (existing !== undefined) return existing;
    const { clock, config } = this.#ctx;
    const zone: ZoneQueue = {
      state: 'Initial',
      limiter: new RateLimiter(config.nodeLifecycle.evictionRatePerSecond, clock.nowMs),
      waiting: [],
    };
    this.#zones.set(key, zone);
    return zone;
  }

  #schedulePass(): void {
    const { clock } = this.#ctx;
    const due = [...this.#zones.values()]
      .filter((zone) => zone.waiting.length > 0)
      .map((zone) => zone.limiter.nextMs(clock.nowMs));
    const times = due.filter((time) => time !== undefined);
    if (times.length === 0) return;
    const delayMs = Math.max(TAINT_PASS_MS, Math.min(...times) - clock.nowMs);
    const dueMs = clock.nowMs + delayMs;
    // A zone that is better again need not wait for another zone's slower pace.
    if (this.#pass !== undefined && this.#passMs <= dueMs) return;
    if (this.#pass !== undefined) clock.cancel(this.#pass);
    this.#passMs = dueMs;
    this.#pass = clock.schedule(delayMs, 'node-lifecycle-controller/taint-pass', () => {
      this.#pass = undefined;
      this.#taintPass();
      this.#schedulePass();
    });
  }

  /** Gives the waiting nodes their NoExecute taint, as fast as their zone allows. Models nodelifecycle doNoExecuteTaintingPass. */
  #taintPass(): void {
    const { clock } = this.#ctx;
    for (const [, zone] of [...this.#zones].sort(([a], [b]) => compareStrings(a, b))) {
      while (zone.waiting.length > 0 && zone.limiter.tryAccept(clock.nowMs)) {
        const name = zone.waiting[0];
        const node = name === undefined ? undefined : this.#nodes.lister.get('', name);
        const ready = getCondition(node?.status.conditions, 'Ready')?.status;
        if (node !== undefined && ready !== undefined && ready !== 'True') {
          const [key, opposite] = ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
          if (!this.#swapTaints(node, [{ key, effect: 'NoExecute' }], [{ key: opposite, effect: 'NoExecute' }])) break;
        }
        zone.waiting.shift();
      }
    }
  }

  /** Slows evictions down by zone, and stops them when no node of the cluster is ready. Models nodelifecycle handleDisruption. */
  #handleDisruption(counts: ReadonlyMap<string, ZoneCount>, nodes: readonly Node[]): void {
    const states = new Map(
      [...counts].map(
        ([key, count]) =>
          [key, zoneState(count.ready, count.notReady, this.#ctx.config.nodeLifecycle.unhealthyZoneThreshold)] as const,
      ),
    );
    const allDown = [...states.values()].every((state) => state === 'FullDisruption');
    for (const [key, zone] of [...this.#zones]) if (!counts.has(key) && zone.waiting.length === 0) this.#zones.delete(key);
    const allWereDown = [...this.#zones.values()].every((zone) => zone.state === 'FullDisruption');
    if (allDown && allWereDown) return;
    const { clock, config } = this.#ctx;
    if (allDown) {
      for (const node of nodes) this.#markReachable(node);
      for (const zone of this.#zones.values()) {
        zone.limiter.swap(0, clock.nowMs);
        zone.state = 'FullDisruption';
      }
      return;
    }
    if (allWereDown) for (const [name, health] of this.#health) this.#health.set(name, { ...health, probeMs: clock.nowMs });
    for (const [key, zone] of this.#zones) {
      const state = states.get(key);
      if (state === undefined || (state === zone.state && !allWereDown)) continue;
      const count = counts.get(key) ?? { ready: 0, notReady: 0 };
      zone.limiter.swap(zoneRate(state, count.ready + count.notReady, config.nodeLifecycle), clock.nowMs);
      zone.state = state;
    }
    this.#schedulePass();
  }

  /** NoSchedule taints by condition and the pairs of node labels. Models doNoScheduleTaintingPass and reconcileNodeLabels. */
  #syncNode(name: string): void {
    const node = this.#nodes.lister.get('', name);
    if (node === undefined) return;
    const { add, remove } = noScheduleDiff(node);
    if ((add.length > 0 || remove.length > 0) && !this.#swapTaints(node, add, remove)) {
      this.#nodeQueue.addRateLimited(name);
      return;
    }
    this.#nodeQueue.forget(name);
    const latest = this.#nodes.lister.get('', name);
    const labels = latest === undefined ? {} : labelsToAdd(latest.metadata.labels ?? {});
    if (latest === undefined || Object.keys(labels).length === 0) return;
    this.#client.update({ ...latest, metadata: { ...latest.metadata, labels: { ...latest.metadata.labels, ...labels } } });
  }

  /** Only a pod that is new on its node is looked at: what its kubelet says later stands. Models nodelifecycle podUpdated. */
  #podBound(pod: Pod): void {
    const health = pod.spec.nodeName === undefined ? undefined : this.#health.get(pod.spec.nodeName);
    if (health?.ready === undefined || health.ready.status === 'True' || !isPodReady(pod)) return;
    this.#podQueue.add(`${pod.metadata.namespace ?? ''}/${pod.metadata.name}`);
  }

  /** A pod that is (still) said to be ready on a node that is not. Models nodelifecycle processPod. */
  #syncPod(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const pod = this.#pods.lister.get(namespace, name);
    const ready = pod?.spec.nodeName === undefined ? undefined : this.#health.get(pod.spec.nodeName)?.ready;
    if (pod !== undefined && ready !== undefined && ready.status !== 'True') this.#markPodNotReady(pod);
  }

  /** Models controllerutil.MarkPodsNotReady. */
  #markPodNotReady(pod: Pod): void {
    const ready = getCondition(pod.status.conditions, 'Ready');
    if (ready === undefined || ready.status === 'False') return;
    const conditions = setCondition(pod.status.conditions, { ...ready, status: 'False' }, this.#ctx.clock.timestamp());
    const moved = conditions.map((condition) =>
      condition.type === 'Ready' ? { ...condition, lastTransitionTime: this.#ctx.clock.timestamp() } : condition,
    );
    const written = this.#client.updateStatus({ ...pod, status: { ...pod.status, conditions: moved } });
    if (written.ok) this.#recorder.event(written.value, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
}

function replaceTaints(node: Node, taints: Taint[]): Node {
  const { taints: _, ...spec } = node.spec;
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
}

import { compareStrings } from '#shared/core/compare.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { Clock, TimerHandle } from '../../sim/types.ts';
import { type ClusterEvent, eventLabel } from '../framework/events.ts';
import type { EventRegistration } from '../framework/plugin.ts';
import type { PluginStatus } from '../framework/status.ts';
import { Heap } from './heap.ts';
import type { QueuedPodInfo } from './queuedpod.ts';

/** Back-offs end on whole seconds, so that priority decides among pods that become due at about the same time. */
const backoffWindowMs = 1000;

/** What the queue needs to know about the profiles of its pods. */
export interface QueueHooks {
  /** Runs PreEnqueue of the pod's profile. */
  preEnqueue(pod: Pod): PluginStatus | null;
  /** Events each plugin of the pod's profile registered. */
  registrations(pod: Pod, plugin: string): readonly EventRegistration[];
  /** QueueSort of the first profile (upstream: all profiles share one). */
  compare(a: QueuedPodInfo, b: QueuedPodInfo): number;
  /** Called when the active queue may have got a pod. */
  onReady(): void;
}

/** Durations in virtual milliseconds. */
export interface QueueTimings {
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
  readonly unschedulableFlushMs: number;
}

/** A change seen while a pod was in flight, kept until that pod is done. */
interface SeenEvent {
  readonly event: ClusterEvent;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/**
 * Pods waiting to be scheduled.
 *
 *     add --(PreEnqueue no)--> gated --(event, PreEnqueue yes)--> active --pop--> in flight --done--> (bound)
 *                                                                 ^  ^               |
 *                                     (time, or active is empty)  |  |  (event)      | failed
 *                                                              backoff <-- unschedulable
 *
 * Models pkg/scheduler/backend/queue PriorityQueue with queueing hints and SchedulerPopFromBackoffQ.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #hooks: QueueHooks;
  readonly #timings: QueueTimings;
  readonly #active: Heap<QueuedPodInfo>;
  readonly #backoff: Heap<QueuedPodInfo>;
  /** Pods that failed for a reason other than a rejection: they wait out their back-off even when nothing else is active. */
  readonly #errorBackoff: Heap<QueuedPodInfo>;
  readonly #unschedulable = new Map<string, QueuedPodInfo>();
  /** Pods being scheduled, with the changes seen since they were popped. */
  readonly #inFlight = new Map<string, { entry: QueuedPodInfo; seen: SeenEvent[] }>();
  #sequence = 0;
  #backoffTimer: { handle: TimerHandle; atMs: number } | undefined;
  #flushTimer: { handle: TimerHandle; atMs: number } | undefined;

  constructor(clock: Clock, timings: QueueTimings, hooks: QueueHooks) {
    this.#clock = clock;
    this.#timings = timings;
    this.#hooks = hooks;
    const keyOf = (entry: QueuedPodInfo) => entry.key;
    const bySort = (a: QueuedPodInfo, b: QueuedPodInfo) => hooks.compare(a, b) || a.sequence - b.sequence;
    const byBackoff = (a: QueuedPodInfo, b: QueuedPodInfo) => (a.backoffUntilMs ?? 0) - (b.backoffUntilMs ?? 0) || bySort(a, b);
    this.#active = new Heap(keyOf, bySort);
    this.#backoff = new Heap(keyOf, byBackoff);
    this.#errorBackoff = new Heap(keyOf, byBackoff);
  }

  /** A new pending pod. */
  add(pod: Pod): void {
    const now = this.#clock.nowMs;
    const entry: QueuedPodInfo = {
      key: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
      pod,
      priority: pod.spec.priority ?? 0,
      enqueuedMs: now,
      sequence: this.#sequence++,
      attempts: 0,
      failures: 0,
      errors: 0,
      rejectors: new Set(),
      backoffUntilMs: undefined,
      parkedMs: now,
      gate: undefined,
      wokenBy: undefined,
    };
    this.#activate(entry);
  }

  /** A pending pod changed: its own change can make it schedulable. */
  update(before: Pod, after: Pod, events: readonly ClusterEvent[]): void {
    const key = `${after.metadata.namespace ?? ''}/${after.metadata.name}`;
    const flying = this.#inFlight.get(key);
    if (flying !== undefined) {
      flying.entry.pod = after;
      for (const event of events) flying.seen.push({ event, before, after });
      return;
    }
    for (const heap of [this.#active, this.#backoff, this.#errorBackoff]) {
      const entry = heap.get(key);
      if (entry === undefined) continue;
      entry.pod = after;
      entry.priority = after.spec.priority ?? 0;
      heap.set(entry);
      return;
    }
    const parked = this.#unschedulable.get(key);
    if (parked === undefined) {
      this.add(after);
      return;
    }
    parked.pod = after;
    if (parked.gate !== undefined && gateNames(before) !== gateNames(after)) {
      this.#unschedulable.delete(key);
      this.#activate(parked);
      return;
    }
    for (const event of events) if (this.#unschedulable.has(key)) this.#offer(parked, { event, before, after });
  }

  /** The pod is gone or bound by somebody else. */
  delete(key: string): void {
    this.#active.delete(key);
    this.#backoff.delete(key);
    this.#errorBackoff.delete(key);
    this.#unschedulable.delete(key);
    this.#armBackoff();
  }

  has(key: string): boolean {
    return (
      this.#active.has(key) ||
      this.#backoff.has(key) ||
      this.#errorBackoff.has(key) ||
      this.#unschedulable.has(key) ||
      this.#inFlight.has(key)
    );
  }

  /** True when pop would give a pod. */
  get ready(): boolean {
    return this.#active.size > 0 || this.#backoff.size > 0;
  }

  /** Next pod, which is in flight from now on. With nothing active, a pod that is backing off may come early. */
  pop(): QueuedPodInfo | undefined {
    const entry = this.#active.pop() ?? this.#backoff.pop();
    if (entry === undefined) return undefined;
    entry.attempts++;
    entry.backoffUntilMs = undefined;
    this.#inFlight.set(entry.key, { entry, seen: [] });
    this.#armBackoff();
    return entry;
  }

  /** The pod is no longer in flight and needs no more scheduling. */
  done(key: string): void {
    this.#inFlight.delete(key);
  }

  /**
   * Puts a pod back after a failed attempt. Without rejectors (an error) it backs off; a change seen meanwhile sends it there as well; else it waits
   * for an event. Models AddUnschedulableIfNotPresent.
   */
  putBack(entry: QueuedPodInfo, rejectors: ReadonlySet<string>): void {
    const flying = this.#inFlight.get(entry.key);
    this.#inFlight.delete(entry.key);
    const now = this.#clock.nowMs;
    entry.rejectors = rejectors;
    entry.wokenBy = undefined;
    entry.enqueuedMs = now;
    entry.parkedMs = now;
    if (rejectors.size === 0) {
      entry.errors++;
      this.#intoBackoff(entry, this.#errorBackoff, entry.errors);
      return;
    }
    entry.errors = 0;
    entry.failures++;
    for (const seen of flying?.seen ?? []) {
      const plugin = this.#worthRetrying(entry, seen);
      if (plugin === undefined) continue;
      entry.wokenBy = { event: eventLabel(seen.event), plugin };
      this.#intoBackoff(entry, this.#backoff, entry.failures);
      return;
    }
    this.#park(entry);
  }

  /** Tells the queue about a change in the cluster. `concerns` limits it to some pods. Models MoveAllToActiveOrBackoffQueue. */
  notify(event: ClusterEvent, before?: KubeObject, after?: KubeObject, concerns?: (pod: Pod) => boolean): void {
    const seen = { event, before, after };
    for (const { entry, seen: list } of this.#inFlight.values())
      if (concerns === undefined || concerns(entry.pod)) list.push(seen);
    if (this.#unschedulable.size === 0) return;
    for (const entry of [...this.#unschedulable.values()])
      if (concerns === undefined || concerns(entry.pod)) this.#offer(entry, seen);
  }

  #offer(entry: QueuedPodInfo, seen: SeenEvent): void {
    const plugin = this.#worthRetrying(entry, seen);
    if (plugin === undefined) return;
    this.#unschedulable.delete(entry.key);
    entry.wokenBy = { event: eventLabel(seen.event), plugin };
    this.#activateAfterBackoff(entry);
  }

  /** Name of the plugin whose hint says that the change may help. */
  #worthRetrying(entry: QueuedPodInfo, { event, before, after }: SeenEvent): string | undefined {
    const plugins = entry.gate === undefined ? entry.rejectors : [entry.gate.plugin];
    for (const plugin of plugins) {
      for (const { event: wanted, hint } of this.#hooks.registrations(entry.pod, plugin)) {
        if (wanted.resource !== event.resource || (wanted.action & event.action) === 0) continue;
        if (hint === undefined || hint(entry.pod, before, after)) return plugin;
      }
    }
    return undefined;
  }

  #activateAfterBackoff(entry: QueuedPodInfo): void {
    const until = entry.parkedMs + this.#backoffMs(entry.failures);
    if (entry.gate === undefined && until > this.#clock.nowMs && entry.failures > 0)
      this.#intoBackoff(entry, this.#backoff, entry.failures);
    else this.#activate(entry);
  }

  #activate(entry: QueuedPodInfo): void {
    const status = this.#hooks.preEnqueue(entry.pod);
    if (status !== null) {
      entry.gate = { plugin: status.plugin ?? '', reasons: status.reasons };
      this.#park(entry);
      return;
    }
    entry.gate = undefined;
    entry.backoffUntilMs = undefined;
    this.#active.set(entry);
    this.#hooks.onReady();
  }

  #park(entry: QueuedPodInfo): void {
    this.#unschedulable.set(entry.key, entry);
    this.#armFlush();
  }

  #intoBackoff(entry: QueuedPodInfo, heap: Heap<QueuedPodInfo>, count: number): void {
    const endMs = entry.parkedMs + this.#backoffMs(count);
    entry.backoffUntilMs = Math.ceil(endMs / backoffWindowMs) * backoffWindowMs;
    heap.set(entry);
    this.#armBackoff();
    if (heap === this.#backoff) this.#hooks.onReady();
  }

  /** 1 s, 2 s, 4 s ... up to the maximum. Models backoffQueue calculateBackoffDuration. */
  #backoffMs(count: number): number {
    if (count === 0) return 0;
    return Math.min(this.#timings.backoffInitialMs * 2 ** Math.min(count - 1, 30), this.#timings.backoffMaxMs);
  }

  /** One timer for the earliest end of a back-off. Endless retries of failing writes do not keep the cluster from being quiet. */
  #armBackoff(): void {
    const atMs = Math.min(
      this.#backoff.peek()?.backoffUntilMs ?? Infinity,
      this.#errorBackoff.peek()?.backoffUntilMs ?? Infinity,
    );
    if (this.#backoffTimer !== undefined) {
      if (this.#backoffTimer.atMs === atMs) return;
      this.#clock.cancel(this.#backoffTimer.handle);
      this.#backoffTimer = undefined;
    }
    if (atMs === Infinity) return;
    const background = this.#backoff.size === 0;
    const delayMs = Math.max(atMs - this.#clock.nowMs, 0);
    const handle = this.#clock.schedule(delayMs, 'scheduler back-off', () => this.#flushBackoff(), { background });
    this.#backoffTimer = { handle, atMs };
  }

  #flushBackoff(): void {
    this.#backoffTimer = undefined;
    for (const heap of [this.#backoff, this.#errorBackoff]) {
      for (
        let entry = heap.peek();
        entry !== undefined && (entry.backoffUntilMs ?? 0) <= this.#clock.nowMs;
        entry = heap.peek()
      ) {
        heap.pop();
        this.#activate(entry);
      }
    }
    this.#armBackoff();
  }

  /** Pods left unschedulable for long get another chance without any event. Models flushUnschedulablePodsLeftover. */
  #armFlush(): void {
    if (this.#flushTimer !== undefined) return;
    let earliest: number | undefined;
    for (const entry of this.#unschedulable.values()) {
      if (entry.gate === undefined) earliest = Math.min(earliest ?? entry.parkedMs, entry.parkedMs);
    }
    if (earliest === undefined) return;
    const atMs = earliest + this.#timings.unschedulableFlushMs;
    const delayMs = Math.max(atMs - this.#clock.nowMs, 1);
    const handle = this.#clock.schedule(delayMs, 'scheduler flush of unschedulable pods', () => this.#flushUnschedulable(), {
      background: true,
    });
    this.#flushTimer = { handle, atMs };
  }

  #flushUnschedulable(): void {
    this.#flushTimer = undefined;
    for (const entry of [...this.#unschedulable.values()]) {
      if (entry.gate !== undefined || entry.parkedMs + this.#timings.unschedulableFlushMs > this.#clock.nowMs) continue;
      this.#unschedulable.delete(entry.key);
      entry.wokenBy = { event: 'UnschedulableTimeout' };
      this.#activateAfterBackoff(entry);
    }
    this.#armFlush();
  }

  /** Drops everything and its timers. */
  clear(): void {
    for (const timer of [this.#backoffTimer, this.#flushTimer]) if (timer !== undefined) this.#clock.cancel(timer.handle);
    this.#backoffTimer = undefined;
    this.#flushTimer = undefined;
    for (const heap of [this.#active, this.#backoff, this.#errorBackoff]) while (heap.pop() !== undefined);
    this.#unschedulable.clear();
    this.#inFlight.clear();
  }

  /** Pods of each lane, in queue order. */
  lanes(): {
    active: QueuedPodInfo[];
    backoff: QueuedPodInfo[];
    unschedulable: QueuedPodInfo[];
    gated: QueuedPodInfo[];
    inFlight: QueuedPodInfo[];
  } {
    const parked = [...this.#unschedulable.values()].sort((a, b) => this.#hooks.compare(a, b) || a.sequence - b.sequence);
    return {
      active: this.#active.sorted(),
      backoff: [...this.#backoff.sorted(), ...this.#errorBackoff.sorted()],
      unschedulable: parked.filter(({ gate }) => gate === undefined),
      gated: parked.filter(({ gate }) => gate !== undefined),
      inFlight: [...this.#inFlight.values()].map(({ entry }) => entry).sort((a, b) => compareStrings(a.key, b.key)),
    };
  }

  get size(): number {
    return this.#active.size + this.#backoff.size + this.#errorBackoff.size + this.#unschedulable.size + this.#inFlight.size;
  }
}

/** The scheduling gates of a pod as one text. */
function gateNames(pod: Pod): string {
  return (pod.spec.schedulingGates ?? []).map(({ name }) => name).join(' ');
}

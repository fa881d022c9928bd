import { qosClass } from '#shared/kube/pod.ts';
import { toleratesAny } from '#shared/kube/taints.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../client/types.ts';
import type { Rejection } from './admission.ts';
import { isCriticalPod } from './criticalPods.ts';
import { evictionMessage, evictionOrder, firstThreshold, storageLimitMessage } from './evictionOrder.ts';
import { bytesToFree, collectImages, tooLittle } from './imageGc.ts';
import { observe, outsideUse, type PodUse } from './pressure.ts';
import {
  conditionOf,
  type Observations,
  type PressureCondition,
  resourceOf,
  type Threshold,
  thresholdKey,
  thresholdsMet,
  thresholdsOf,
} from './thresholds.ts';
import type { Termination } from './worker.ts';

const REASON = 'Evicted';
/** Grace period of pods that are evicted at once. Models immediateEvictionGracePeriodSeconds. */
const IMMEDIATE_MS = 1_000;
/** How long and how often the manager waits for what it has evicted to be gone. Models podCleanupTimeout and podCleanupPollFreq. */
const CLEANUP_MS = 30_000;
const CLEANUP_POLL_MS = 1_000;
const MEMORY_TAINT = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' } as const;

/** What the manager needs from its machine. */
export interface EvictionHost {
  readonly ctx: ComponentContext;
  readonly name: string;
  node(): Node | undefined;
  /** Pods that take up the machine, with what they use now. */
  podUse(): readonly PodUse[];
  /** Tells the event and ends the pod; false when it is ending already. */
  terminate(pod: Pod, termination: Termination, event: readonly [reason: string, message: string]): boolean;
  /** Whether anything of the pod is still on the machine. */
  present(pod: Pod): boolean;
  /** Leaves these images on the machine. */
  keepImages(images: NonNullable<Node['status']['images']>): void;
  /** The conditions of the machine have changed. */
  report(): void;
  nodeEvent(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/**
 * Watches what is left of a machine's memory, disk and process ids, and evicts pods while it is too little: one at a time, the next when it is gone.
 * Looks every ten seconds, but only on machines that have something to watch. Models pkg/kubelet/eviction managerImpl.
 */
export class EvictionManager {
  readonly #host: EvictionHost;
  readonly #thresholds: readonly Threshold[];
  /** Conditions that hold now, those within their transition period included. */
  #conditions: readonly PressureCondition[] = [];
  #met: readonly Threshold[] = [];
  /** When each threshold was crossed, and when each condition was last called for. */
  #firstMs = new Map<string, number>();
  #lastMs = new Map<PressureCondition, number>();
  #timer: number | undefined;
  #evicted: { pod: Pod; sinceMs: number } | undefined;
  #imageGcMs = Number.NEGATIVE_INFINITY;
  #imageGcFailed = false;
  #looked = false;

  constructor(host: EvictionHost) {
    this.#host = host;
    this.#thresholds = thresholdsOf(host.ctx.config.kubelet.eviction);
  }

  get conditions(): readonly PressureCondition[] {
    return this.#conditions;
  }

  /** Whether the manager has ever looked: before, conditions of its kind are somebody else's. */
  get active(): boolean {
    return this.#looked;
  }

  get thresholds(): readonly Threshold[] {
    return this.#thresholds;
  }

  /** Something has changed, or the time for a look has come. */
  look(): void {
    if (this.#evicted !== undefined) return;
    this.#cancel();
    this.#sync();
  }

  /** Ends all watching. */
  dispose(): void {
    this.#cancel();
    this.#conditions = [];
    this.#met = [];
    this.#firstMs.clear();
    this.#lastMs.clear();
    this.#evicted = undefined;
    this.#looked = false;
  }

  /** Why a machine under pressure sends a pod back. Models managerImpl.Admit. */
  admit(pod: Pod): Rejection | undefined {
    if (this.#conditions.length === 0 || isCriticalPod(pod)) return undefined;
    const onlyMemory = this.#conditions.length === 1 && this.#conditions[0] === 'MemoryPressure';
    if (onlyMemory && (qosClass(pod.spec) !== 'BestEffort' || toleratesAny(pod.spec.tolerations, MEMORY_TAINT))) return undefined;
    return { reason: REASON, message: `The node had condition: [${this.#conditions.join(' ')}]. ` };
  }

  #cancel(): void {
    if (this.#timer !== undefined) this.#host.ctx.clock.cancel(this.#timer);
    this.#timer = undefined;
  }

  /** Models managerImpl.synchronize. */
  #sync(): void {
    const node = this.#host.node();
    if (node === undefined) return;
    this.#looked = true;
    const uses = this.#host.podUse();
    const observations = observe(node, uses, this.#thresholds);
    const acting = this.#update(observations);
    const evicted = this.#evictForLimits(uses) ?? this.#reclaim(acting, uses, observations);
    if (evicted !== undefined) {
      this.#evicted = { pod: evicted, sinceMs: this.#host.ctx.clock.nowMs };
      this.#wait();
      return;
    }
    this.#collectImages(uses);
    this.#plan(node);
  }

  /** Which thresholds are crossed, what conditions follow, and which of them call for action now. */
  #update(observations: Observations): readonly Threshold[] {
    const { nowMs } = this.#host.ctx.clock;
    const { pressureTransitionMs } = this.#host.ctx.config.kubelet.eviction;
    const crossed = thresholdsMet(this.#thresholds, observations, false);
    const unresolved = thresholdsMet(this.#met, observations, true);
    const keys = new Set(crossed.map(thresholdKey));
    const all = [...crossed, ...unresolved.filter((threshold) => !keys.has(thresholdKey(threshold)))];
    this.#firstMs = new Map(
      all.map((threshold) => [thresholdKey(threshold), this.#firstMs.get(thresholdKey(threshold)) ?? nowMs]),
    );
    for (const { signal } of all) this.#lastMs.set(conditionOf(signal), nowMs);
    for (const [condition, lastMs] of [...this.#lastMs]) {
      const present = all.some(({ signal }) => conditionOf(signal) === condition);
      if (!present && nowMs - lastMs >= pressureTransitionMs) this.#lastMs.delete(condition);
    }
    this.#met = all.filter(
      (threshold) => nowMs - (this.#firstMs.get(thresholdKey(threshold)) ?? nowMs) >= (threshold.graceMs ?? 0),
    );
    this.#conditions = [...this.#lastMs.keys()];
    this.#host.report();
    return this.#met;
  }

  #evictForLimits(uses: readonly PodUse[]): Pod | undefined {
    for (const use of uses) {
      const message = storageLimitMessage(use);
      if (message !== undefined && this.#evict(use.pod, message, IMMEDIATE_MS, false)) return use.pod;
    }
    return undefined;
  }

  /** Makes room for what is scarcest: images first where they help, then one pod. */
  #reclaim(acting: readonly Threshold[], uses: readonly PodUse[], observations: Observations): Pod | undefined {
    const threshold = firstThreshold(acting);
    if (threshold === undefined) return undefined;
    const resource = resourceOf(threshold.signal);
    this.#host.nodeEvent('Warning', 'EvictionThresholdMet', `Attempting to reclaim ${resource}`);
    if (conditionOf(threshold.signal) === 'DiskPressure' && this.#freeDisk(uses)) return undefined;
    const { maxPodGraceSeconds } = this.#host.ctx.config.kubelet.eviction;
    for (const use of evictionOrder(uses, resource)) {
      const own = use.pod.spec.terminationGracePeriodSeconds ?? maxPodGraceSeconds;
      const graceMs = threshold.graceMs === undefined ? IMMEDIATE_MS : Math.min(maxPodGraceSeconds, own) * 1000;
      const message = evictionMessage(use, resource, acting, observations);
      if (this.#evict(use.pod, message, graceMs, true)) return use.pod;
    }
    return undefined;
  }

  /** Removes all unused images; true when that was enough. Models reclaimNodeLevelResources. */
  #freeDisk(uses: readonly PodUse[]): boolean {
    const before = this.#host.node();
    if (before === undefined) return false;
    const collected = collectImages(
      before,
      uses.map(({ pod }) => pod),
      Number.POSITIVE_INFINITY,
    );
    if (collected.freedBytes > 0) this.#host.keepImages(collected.kept);
    const after = this.#host.node() ?? before;
    return thresholdsMet(this.#thresholds, observe(after, uses, this.#thresholds), true).length === 0;
  }

  /** Models managerImpl.evictPod. */
  #evict(pod: Pod, message: string, graceMs: number, disrupts: boolean): boolean {
    if (isCriticalPod(pod)) return false;
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message } as const;
    return this.#host.terminate(pod, { reason: REASON, message, graceMs, ...(disrupts ? { condition } : {}) }, [REASON, message]);
  }

  /** The next look comes when the evicted pod is gone. Models waitForPodsCleanup. */
  #wait(): void {
    this.#timer = this.#host.ctx.clock.schedule(CLEANUP_POLL_MS, `kubelet/${this.#host.name}/eviction`, () => {
      this.#timer = undefined;
      const evicted = this.#evicted;
      const late = evicted === undefined || this.#host.ctx.clock.nowMs - evicted.sinceMs >= CLEANUP_MS;
      if (evicted !== undefined && !late && this.#host.present(evicted.pod)) {
        this.#wait();
        return;
      }
      this.#evicted = undefined;
      this.#sync();
    });
  }

  /** A machine without pressure and without use outside of pods is not looked at by itself. While a time is running, the cluster is not quiet. */
  #plan(node: Node): void {
    const { nowMs } = this.#host.ctx.clock;
    const { eviction } = this.#host.ctx.config.kubelet;
    const outside = outsideUse(node);
    const used = outside !== undefined && Object.keys(outside).length > 0;
    if (!used && this.#conditions.length === 0 && this.#firstMs.size === 0) return;
    const dues: number[] = [];
    for (const threshold of this.#thresholds) {
      const firstMs = this.#firstMs.get(thresholdKey(threshold));
      const dueMs = (firstMs ?? 0) + (threshold.graceMs ?? 0);
      if (firstMs !== undefined && dueMs > nowMs) dues.push(dueMs);
    }
    for (const lastMs of this.#lastMs.values()) if (lastMs < nowMs) dues.push(lastMs + eviction.pressureTransitionMs);
    const periodMs = nowMs + eviction.monitorMs;
    const delayMs = Math.max(1, Math.min(periodMs, ...dues) - nowMs);
    const label = `kubelet/${this.#host.name}/eviction`;
    const background = dues.length === 0;
    this.#timer = this.#host.ctx.clock.schedule(delayMs, label, () => this.look(), { background });
  }

  /** Models imageGCManager GarbageCollect with the kubelet's StartGarbageCollection. */
  #collectImages(uses: readonly PodUse[]): void {
    const { nowMs } = this.#host.ctx.clock;
    const settings = this.#host.ctx.config.kubelet.imageGc;
    const node = this.#host.node();
    if (node === undefined || nowMs - this.#imageGcMs < settings.periodMs || outsideUse(node)?.disk === undefined) return;
    this.#imageGcMs = nowMs;
    const disk = observe(node, uses, this.#thresholds).get('imagefs.available');
    const wanted = disk === undefined ? 0 : bytesToFree(disk, settings);
    if (wanted <= 0) return;
    const { kept, freedBytes } = collectImages(
      node,
      uses.map(({ pod }) => pod),
      wanted,
    );
    if (freedBytes > 0) this.#host.keepImages(kept);
    const failed = freedBytes < wanted;
    if (failed) {
      const message = tooLittle(wanted, freedBytes);
      this.#host.nodeEvent('Warning', 'FreeDiskSpaceFailed', message);
      if (this.#imageGcFailed) this.#host.nodeEvent('Warning', 'ImageGCFailed', message);
    }
    this.#imageGcFailed = failed;
  }
}

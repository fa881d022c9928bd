import type { Clock, TimerHandle } from '../sim/types.ts';
import type { SchedulerCache } from './cache/cache.ts';
import type { CycleState } from './framework/cyclestate.ts';
import type { Framework } from './framework/framework.ts';
import type { PodInfo } from './framework/podinfo.ts';
import { type PluginStatus, unschedulable, withPlugin } from './framework/status.ts';

/** How often PreBind plugins that wait are asked, in virtual milliseconds. */
const preBindPollMs = 1000;

/** One pod on its way from the choice of a node to the binding. */
export interface Binding {
  readonly framework: Framework;
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly node: string;
  readonly cache: SchedulerCache;
  readonly waiting: WaitingPods;
  onBound(): void;
  onFailed(status: PluginStatus): void;
}

/** Pods that a Permit plugin keeps waiting (allowed or rejected by name, or rejected when their time is up), and those whose PreBind is not ready. Models runtime waitingPodsMap. */
export class WaitingPods {
  readonly #clock: Clock;
  readonly #waiting = new Map<
    string,
    { plugins: Set<string>; timer: TimerHandle; finish: (status: PluginStatus | null) => void }
  >();

  /** Pods whose PreBind plugins are not ready. */
  readonly #asked = new Map<string, TimerHandle>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(key: string, plugins: readonly string[], timeoutMs: number, finish: (status: PluginStatus | null) => void): void {
    const timer = this.#clock.schedule(timeoutMs, 'permit timeout', () => {
      this.reject(key, plugins[0] ?? '', `rejected due to timeout after waiting ${timeoutMs / 1000}s at plugin ${plugins[0]}`);
    });
    this.#waiting.set(key, { plugins: new Set(plugins), timer, finish });
  }

  /** One plugin agrees; the pod goes on when all have. */
  allow(key: string, plugin: string): void {
    const entry = this.#waiting.get(key);
    if (entry === undefined) return;
    entry.plugins.delete(plugin);
    if (entry.plugins.size > 0) return;
    this.#end(key);
    entry.finish(null);
  }

  reject(key: string, plugin: string, reason: string): void {
    const entry = this.#waiting.get(key);
    if (entry === undefined) return;
    this.#end(key);
    entry.finish(withPlugin(unschedulable(reason), plugin));
  }

  #end(key: string): void {
    const entry = this.#waiting.get(key);
    if (entry !== undefined) this.#clock.cancel(entry.timer);
    this.#waiting.delete(key);
  }

  /** Asks the PreBind plugins of a pod again in a second. Models the poll of volumeBinder.BindPodVolumes. */
  askAgain(key: string, task: () => void): void {
    const ask = () => {
      this.#asked.delete(key);
      task();
    };
    this.#asked.set(key, this.#clock.schedule(preBindPollMs, 'volumes of a pod', ask));
  }

  clear(): void {
    for (const key of [...this.#waiting.keys()]) this.#end(key);
    for (const timer of this.#asked.values()) this.#clock.cancel(timer);
    this.#asked.clear();
  }
}

/** Assume, Reserve, Permit, then PreBind, Bind, PostBind; each failure undoes what went before. Models pkg/scheduler schedulingCycle (end) and bindingCycle. */
export function bindingCycle(binding: Binding): void {
  const { framework, state, pod, node, cache } = binding;
  cache.assume(pod, node);
  const undo = (status: PluginStatus) => {
    framework.unreserve(state, pod, node);
    cache.forget(pod);
    binding.onFailed(status);
  };
  const reserved = framework.reserve(state, pod, node);
  if (reserved !== null) {
    undo(reserved);
    return;
  }
  const permit = framework.permit(state, pod, node);
  if (permit.status !== null && permit.status.code !== 'Wait') {
    undo(permit.status);
    return;
  }
  const finish = (verdict: PluginStatus | null) => {
    const ready = verdict ?? framework.preBind(state, pod, node);
    if (ready?.code === 'Wait') {
      binding.waiting.askAgain(pod.key, () => finish(null));
      return;
    }
    const status = ready ?? framework.bind(state, pod, node);
    if (status !== null) {
      undo(status);
      return;
    }
    framework.postBind(state, pod, node);
    binding.onBound();
  };
  if (permit.status === null) finish(null);
  else binding.waiting.add(pod.key, permit.waitingFor, permit.timeoutMs ?? 0, finish);
}

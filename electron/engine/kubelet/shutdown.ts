import { podPriority } from '#shared/kube/pod.ts';
import { SYSTEM_PRIORITY_CLASSES } from '#shared/kube/priority.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ComponentContext, ShutdownSettings } from '../client/types.ts';
import type { Rejection } from './admission.ts';
import type { Termination } from './worker.ts';

const CRITICAL = SYSTEM_PRIORITY_CLASSES['system-cluster-critical'] ?? 2_000_000_000;
const MESSAGE = 'Pod was terminated in response to imminent node shutdown.';
/** How often the manager looks whether the pods of its group are gone. */
const POLL_MS = 500;

/** What pods are told when the machine goes down. */
const TERMINATED: Termination = {
  reason: 'Terminated',
  message: MESSAGE,
  condition: { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: MESSAGE },
};

/** Answer to pods that come while the machine goes down. */
export const SHUTTING_DOWN: Rejection = {
  reason: 'NodeShutdown',
  message: 'Pod was rejected as the node is shutting down.',
};

/** Reason of the Ready condition's message meanwhile. */
export const SHUTDOWN_ERROR = 'node is shutting down';

/** Pods that are ended together, and the time they have. */
export interface ShutdownGroup {
  readonly graceMs: number;
  readonly pods: readonly Pod[];
}

/** Times by priority, lowest first. Without times by priority, pods that are not critical have what the critical ones leave. Models migrateConfig. */
export function shutdownPeriods(settings: ShutdownSettings): { priority: number; graceMs: number }[] {
  const { graceMs, criticalGraceMs, byPriority } = settings;
  const periods =
    byPriority.length > 0
      ? byPriority
      : [
          { priority: 0, graceMs: Math.max(0, graceMs - criticalGraceMs) },
          { priority: CRITICAL, graceMs: Math.min(graceMs, criticalGraceMs) },
        ];
  return [...periods].sort((a, b) => a.priority - b.priority);
}

/** Pods by the highest priority of the settings that they reach; those below all belong to the first. Models groupByPriority. */
export function shutdownGroups(pods: readonly Pod[], settings: ShutdownSettings): ShutdownGroup[] {
  const periods = shutdownPeriods(settings);
  const placeOf = (pod: Pod): number =>
    Math.max(
      0,
      periods.findLastIndex(({ priority }) => priority <= podPriority(pod)),
    );
  return periods.map(({ graceMs }, place) => ({ graceMs, pods: pods.filter((pod) => placeOf(pod) === place) }));
}

/** What the shutdown needs from its machine. */
export interface ShutdownHost {
  readonly ctx: ComponentContext;
  readonly name: string;
  activePods(): readonly Pod[];
  terminate(pod: Pod, termination: Termination): boolean;
  present(pod: Pod): boolean;
  /** All pods have ended or had their time: the machine is switched off, or stays up when the shutdown was cancelled. */
  shutDownOver(cancelled: boolean): void;
}

/** Ends the pods of a machine that goes down, group by group, then switches it off. Models pkg/kubelet/nodeshutdown. */
export class NodeShutdown {
  readonly #host: ShutdownHost;
  readonly #groups: ShutdownGroup[];
  #timer: number | undefined;
  #cancelled = false;

  constructor(host: ShutdownHost, settings: ShutdownSettings) {
    this.#host = host;
    this.#groups = shutdownGroups(host.activePods(), settings);
  }

  /** Begins with the first group. */
  start(): void {
    this.#next();
  }

  /** The machine is to stay up after all; pods are ended nevertheless, since upstream hears of it only then. False when it is cancelled already. */
  cancel(): boolean {
    const first = !this.#cancelled;
    this.#cancelled = true;
    return first;
  }

  dispose(): void {
    if (this.#timer !== undefined) this.#host.ctx.clock.cancel(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    const group = this.#groups.shift();
    if (group === undefined) {
      // In a task of its own, so that no caller is in the middle of a machine that has gone.
      this.#later(0, () => this.#host.shutDownOver(this.#cancelled));
      return;
    }
    if (group.pods.length === 0) {
      this.#next();
      return;
    }
    for (const pod of group.pods) {
      const ownMs = (pod.spec.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      this.#host.terminate(pod, { ...TERMINATED, graceMs: Math.min(ownMs, group.graceMs) });
    }
    this.#await(group, this.#host.ctx.clock.nowMs + group.graceMs);
  }

  #await(group: ShutdownGroup, untilMs: number): void {
    const { nowMs } = this.#host.ctx.clock;
    if (nowMs >= untilMs || !group.pods.some((pod) => this.#host.present(pod))) {
      this.#next();
      return;
    }
    this.#later(Math.min(POLL_MS, untilMs - nowMs), () => this.#await(group, untilMs));
  }

  #later(delayMs: number, run: () => void): void {
    this.#timer = this.#host.ctx.clock.schedule(delayMs, `kubelet/${this.#host.name}/shutdown`, () => {
      this.#timer = undefined;
      run();
    });
  }
}

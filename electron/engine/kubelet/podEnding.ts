import { type ContainerRun, ended, endReason, settledContainer } from './containers.ts';
import { preStopOf, stopBehaviour } from './hooks.ts';
import type { PodRun } from './podRun.ts';
import { type PlannedEnd, planTermination } from './termination.ts';

/** The end of a pod as a whole: all its containers are stopped within one grace period. Models killPodWithSyncResult. */
export class PodEnding {
  readonly #run: PodRun;
  #begun: { sinceMs: number; graceMs: number } | undefined;

  constructor(run: PodRun) {
    this.#run = run;
  }

  get begun(): boolean {
    return this.#begun !== undefined;
  }

  /** Begins, or goes on with a shorter grace period; the stage `stop` follows when all have ended. */
  begin(graceMs: number): void {
    const { nowMs } = this.#run;
    if (this.#begun === undefined) {
      this.#run.timers.clear();
      for (const run of this.#run.containers) if (run.state.kind === 'running') this.#announce(run, graceMs);
    }
    const sinceMs = this.#begun?.sinceMs ?? nowMs;
    this.#begun = { sinceMs, graceMs };
    this.#run.stopping = true;
    const lastMs = this.#plan(graceMs).reduce((latest, end) => Math.max(latest, end.afterMs), 0);
    this.#run.step('stop', '', Math.max(0, sinceMs + lastMs - nowMs));
  }

  /** Whether that grace period would end it earlier. */
  shortens(graceMs: number): boolean {
    return this.#begun === undefined || graceMs < this.#begun.graceMs;
  }

  #announce(run: ContainerRun, graceMs: number): void {
    this.#run.containerEvent(run, 'Normal', 'Killing', `Stopping container ${run.name}`);
    if (graceMs > 0 && preStopOf(this.#run, run)?.pass === false)
      this.#run.containerEvent(run, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
  }

  #plan(graceMs: number): PlannedEnd[] {
    return planTermination(this.#run.containers, graceMs, (run) => stopBehaviour(this.#run, run));
  }

  /** All containers have ended, each at its own time. `forGood`: the pod did not end by itself, so what waited has ended too. */
  finish(forGood: boolean): void {
    const { nowMs } = this.#run;
    const { sinceMs, graceMs } = this.#begun ?? { sinceMs: nowMs, graceMs: 0 };
    const ends = new Map(this.#plan(graceMs).map((end) => [end.name, end]));
    const initialized = this.#run.containers.every((run) =>
      run.role === 'init' ? run.ready : run.role !== 'sidecar' || run.started,
    );
    this.#run.containers = this.#run.containers.map((run) => {
      const end = ends.get(run.name);
      const exitCode = end?.exitCode ?? 137;
      const finishedAt = this.#run.textAt(Math.min(nowMs, sinceMs + (end?.afterMs ?? 0)));
      const next = ended(run, exitCode, endReason(exitCode), finishedAt);
      return forGood ? settledContainer(next, initialized) : next;
    });
  }
}

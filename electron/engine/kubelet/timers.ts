import type { ComponentContext } from '../client/types.ts';
import { STAGES, type StageName } from './stages.ts';

/** The pending stages of one pod: at most one timer for each stage of each container (or of the pod, container ''). */
export class StageTimers {
  readonly #ctx: ComponentContext;
  readonly #label: string;
  readonly #enter: (stage: StageName, container: string) => void;
  readonly #timers = new Map<string, number>();

  /** `enter` is called at the end of each stage. */
  constructor(ctx: ComponentContext, label: string, enter: (stage: StageName, container: string) => void) {
    this.#ctx = ctx;
    this.#label = label;
    this.#enter = enter;
  }

  /** Begins a stage; one of the same name that is pending is replaced. */
  step(stage: StageName, container: string, askedMs: number): void {
    this.cancel(stage, container);
    const { clock, config } = this.#ctx;
    const key = `${stage}/${container}`;
    const delayMs = STAGES[stage].lengthMs({ timings: config.kubelet, askedMs });
    const timer = clock.schedule(delayMs, `${this.#label}/${key}`, () => {
      this.#timers.delete(key);
      this.#ctx.emit({ type: 'pulse', component: 'kubelet' });
      this.#enter(stage, container);
    });
    this.#timers.set(key, timer);
  }

  /** Whether the stage is pending. */
  has(stage: StageName, container: string): boolean {
    return this.#timers.has(`${stage}/${container}`);
  }

  cancel(stage: StageName, container: string): void {
    const key = `${stage}/${container}`;
    const timer = this.#timers.get(key);
    if (timer !== undefined) this.#ctx.clock.cancel(timer);
    this.#timers.delete(key);
  }

  /** Cancels all. */
  clear(): void {
    for (const timer of this.#timers.values()) this.#ctx.clock.cancel(timer);
    this.#timers.clear();
  }
}

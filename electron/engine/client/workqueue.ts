import type { Clock, TimerHandle } from '../sim/types.ts';
import type { WorkQueue } from './types.ts';

const BASE_DELAY_MS = 5;
const MAX_DELAY_MS = 1_000_000;

/** A key that waits for its time. */
interface Waiting {
  readonly handle: TimerHandle;
  readonly dueMs: number;
}

/**
 * Each key is processed in a task of its own; a key added again before its turn is processed once. A key added while it is being processed gets
 * another turn. Models client-go/util/workqueue with its delaying and rate limiting layers.
 */
export class ClockWorkQueue implements WorkQueue {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #process: (key: string) => void;
  readonly #ready = new Map<string, TimerHandle>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = new Map<string, number>();
  #stopped = false;

  constructor(clock: Clock, name: string, process: (key: string) => void) {
    this.#clock = clock;
    this.#name = name;
    this.#process = process;
  }

  get length(): number {
    return this.#ready.size;
  }

  add(key: string): void {
    if (this.#stopped || this.#ready.has(key)) return;
    const task = (): void => {
      this.#ready.delete(key);
      this.#process(key);
    };
    this.#ready.set(key, this.#clock.schedule(0, `${this.#name} ${key}`, task));
  }

  addAfter(key: string, delayMs: number, options?: { background?: boolean }): void {
    if (this.#stopped) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.nowMs + Math.ceil(delayMs);
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      if (waiting.dueMs <= dueMs) return;
      this.#clock.cancel(waiting.handle);
    }
    const task = (): void => {
      this.#waiting.delete(key);
      this.add(key);
    };
    const handle = this.#clock.schedule(delayMs, `${this.#name} wait ${key}`, task, options);
    this.#waiting.set(key, { handle, dueMs });
  }

  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(BASE_DELAY_MS * 2 ** failures, MAX_DELAY_MS));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  stop(): void {
    this.#stopped = true;
    for (const handle of this.#ready.values()) this.#clock.cancel(handle);
    for (const waiting of this.#waiting.values()) this.#clock.cancel(waiting.handle);
    this.#ready.clear();
    this.#waiting.clear();
    this.#failures.clear();
  }

  start(): void {
    this.#stopped = false;
  }
}

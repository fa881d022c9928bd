import type { Clock } from '../../sim/types.ts';

const FIRST_MS = 300_000;
const MOST_MS = 1_800_000;
/** Time after the last failure at which the duration starts anew. Models --node-group-backoff-reset-timeout. */
const RESET_MS = 10_800_000;

interface Entry {
  readonly durationMs: number;
  readonly untilMs: number;
  readonly failedMs: number;
}

/** Groups that have failed to grow are left alone for a while, each time longer. Models utils/backoff exponentialBackoff. */
export class GroupBackoff {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  /** A group has failed now. */
  fail(group: string): void {
    const { nowMs } = this.#clock;
    const before = this.#entries.get(group);
    const again = before !== undefined && before.failedMs + RESET_MS > nowMs;
    const durationMs = again ? Math.min(before.durationMs * 2, MOST_MS) : FIRST_MS;
    this.#entries.set(group, { durationMs, untilMs: nowMs + durationMs, failedMs: nowMs });
  }

  isBackedOff(group: string): boolean {
    return (this.#entries.get(group)?.untilMs ?? 0) > this.#clock.nowMs;
  }

  /** Whether any group is waited for. */
  get any(): boolean {
    return [...this.#entries.keys()].some((group) => this.isBackedOff(group));
  }

  clear(): void {
    this.#entries.clear();
  }
}

import type { Clock } from '../../sim/types.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 900_000;

/** Back-off of nodes whose daemon pods fail, so that controller and kubelet do not race. */
export interface FailureBackoff {
  /** Milliseconds to wait before the next pod of this key is removed; 0: now, and the next wait is twice as long. */
  next(key: string): number;
  clear(): void;
}

/** Waits of 1 s doubled up to 15 minutes, forgotten after twice the longest. Models flowcontrol.Backoff as pkg/controller/daemon uses it. */
export function failureBackoff(clock: Clock): FailureBackoff {
  const entries = new Map<string, { waitMs: number; sinceMs: number }>();
  return {
    next(key) {
      const entry = entries.get(key);
      const agoMs = entry === undefined ? Number.POSITIVE_INFINITY : clock.nowMs - entry.sinceMs;
      if (entry !== undefined && agoMs < entry.waitMs) return entry.waitMs;
      const expired = entry === undefined || agoMs > 2 * LONGEST_MS;
      if (expired) for (const [old, { sinceMs }] of entries) if (clock.nowMs - sinceMs > 2 * LONGEST_MS) entries.delete(old);
      entries.set(key, { waitMs: expired ? FIRST_MS : Math.min(LONGEST_MS, 2 * entry.waitMs), sinceMs: clock.nowMs });
      return 0;
    },
    clear: () => entries.clear(),
  };
}

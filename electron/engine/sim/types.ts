/** Handle of a scheduled callback. */
export type TimerHandle = number;

/** Virtual clock. Integers of milliseconds since the simulation's start. Ties run in scheduling order. */
export interface Clock {
  /** Milliseconds since the simulation's start; inside a callback this equals its due time. */
  readonly nowMs: number;
  /** RFC 3339 with seconds, as metav1.Time prints (`2026-01-01T00:00:00Z`). */
  timestamp(): string;
  /** RFC 3339 with microseconds, as metav1.MicroTime prints. */
  microTimestamp(): string;
  /** Virtual milliseconds since start of an RFC 3339 text (may be negative). */
  parseMs(timestamp: string): number;
  /**
   * Runs `task` at now + delayMs (0 = later in this instant, after what is already due).
   * `background` marks housekeeping that never ends (heartbeats, monitors, resyncs): it does not keep the cluster from being "quiet".
   */
  schedule(delayMs: number, label: string, task: () => void, options?: { background?: boolean }): TimerHandle;
  cancel(handle: TimerHandle): void;
}

/** Named deterministic random stream. */
export interface RandomStream {
  /** Integer in [0, bound). */
  nextInt(bound: number): number;
  /** Lower-case suffix in Kubernetes' generateName alphabet (bcdfghjklmnpqrstvwxz2456789). */
  suffix(length: number): string;
  /** RFC 4122 version 4 text. */
  uuid(): string;
}

/** All streams of one seed: asking twice for a name gives the same stream; a new name shifts no other. */
export interface Random {
  stream(name: string): RandomStream;
}

import type { KubeletTimings } from '../client/types.ts';

/** Longest delay between two restarts, and between two pulls. Models kubelet MaxCrashLoopBackOff. */
export const MAX_BACKOFF_MS = 300_000;
/** Shortest delay of a back-off, so that a cluster without any delays does not restart for ever within one instant. */
export const MIN_BACKOFF_MS = 1_000;
/** A container that ran this long starts with a clean record. Models flowcontrol.Backoff, twice the longest delay. */
export const BACKOFF_RESET_MS = 2 * MAX_BACKOFF_MS;

/** What a stage's length may depend on. */
export interface StageInput {
  timings: KubeletTimings;
  /** Delay the step itself asks for: a back-off, a program's own run time, the rest of a grace period. */
  askedMs: number;
}

/** One row of the life of a pod on its node: how long the stage takes, and what is done at its end. */
interface Stage {
  readonly lengthMs: (input: StageInput) => number;
  readonly outcome: string;
}

/**
 * The life of a pod on its node.
 *
 *     see -> sandbox -> (pull -> start -> probe) for each container -> ... -> stop -> gone
 *                          ^  \-> pullBackoff -> pullRetry -/   end -> restart -> (backoff ->) pull
 */
export const STAGES = {
  see: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'admit the pod or send it back' },
  sandbox: { lengthMs: () => 0, outcome: 'give it an address and begin with its first containers' },
  pull: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the image is there, or is not to be had' },
  pullBackoff: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'report ImagePullBackOff' },
  pullRetry: { lengthMs: ({ askedMs }) => askedMs, outcome: 'try to pull again' },
  start: { lengthMs: ({ timings }) => timings.containerStartMs, outcome: 'the container runs' },
  probe: { lengthMs: ({ timings, askedMs }) => timings.readyMs + askedMs, outcome: 'ask the readiness probe' },
  end: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the program ends by itself' },
  restart: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'restart at once, or back off' },
  backoff: { lengthMs: ({ askedMs }) => askedMs, outcome: 'restart after the back-off' },
  stop: {
    lengthMs: ({ askedMs }) => askedMs,
    outcome: 'all containers have ended: report, and let the API server forget the pod',
  },
} as const satisfies Readonly<Record<string, Stage>>;

export type StageName = keyof typeof STAGES;

/** Next delay after `currentMs`: doubled, within the longest. 0 asks for the first. */
export function nextBackoff(currentMs: number, firstMs: number): number {
  return Math.min(MAX_BACKOFF_MS, currentMs === 0 ? firstMs : currentMs * 2);
}

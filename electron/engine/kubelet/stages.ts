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

/** How long the kubelet waits before it tries again what has failed, in milliseconds. Models podWorkers workerResyncInterval and backOffPeriod. */
const RETRY_MS = 10_000;

/**
 * The life of a pod on its node.
 *
 *     see -> (mount ->) sandbox -> (pull -> start (-> hook) -> probe) for each container -> ... -> stop -> gone
 *                                     ^  \-> pullBackoff -> pullRetry -/   end -> restart -> (backoff ->) pull
 */
export const STAGES = {
  see: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'admit the pod or send it back' },
  room: { lengthMs: ({ timings }) => Math.max(MIN_BACKOFF_MS, timings.syncMs), outcome: 'look whether the victims have gone' },
  mount: { lengthMs: ({ askedMs }) => askedMs, outcome: 'try to mount the volumes again' },
  mountTimeout: { lengthMs: ({ askedMs }) => askedMs, outcome: 'tell that volumes are missing' },
  sandbox: { lengthMs: () => 0, outcome: 'mount volumes, give it an address and begin with its first containers' },
  pull: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the image is there, or is not to be had' },
  pullBackoff: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'report ImagePullBackOff' },
  pullRetry: { lengthMs: ({ askedMs }) => askedMs, outcome: 'try to pull again' },
  retry: { lengthMs: () => RETRY_MS, outcome: 'try to create the container again' },
  start: { lengthMs: ({ timings }) => timings.containerStartMs, outcome: 'the container runs' },
  hook: { lengthMs: ({ askedMs }) => askedMs, outcome: 'its postStart hook is done' },
  startup: { lengthMs: ({ askedMs }) => askedMs, outcome: 'ask the startup probe' },
  liveness: { lengthMs: ({ askedMs }) => askedMs, outcome: 'ask the liveness probe' },
  readiness: { lengthMs: ({ askedMs }) => askedMs, outcome: 'ask the readiness probe' },
  end: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the program ends by itself' },
  oom: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the program has used up its memory limit' },
  kill: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the container that was told to stop has ended' },
  restart: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'restart at once, or back off' },
  backoff: { lengthMs: ({ askedMs }) => askedMs, outcome: 'restart after the back-off' },
  anew: { lengthMs: ({ timings }) => timings.syncMs, outcome: 'begin with all containers anew' },
  deadline: { lengthMs: ({ askedMs }) => askedMs, outcome: 'the pod has been active for too long' },
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

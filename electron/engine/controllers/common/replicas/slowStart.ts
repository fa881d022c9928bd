/** Where a slow start stands: `left` creations in all, `batch` the present batch's size, `inBatch` what is left of it. */
export interface SlowStart {
  readonly left: number;
  readonly batch: number;
  readonly inBatch: number;
  readonly failed: boolean;
}

/** Most creations or deletions of one round. Models BurstReplicas of pkg/controller/replicaset. */
export const BURST = 500;

/** Begins with one creation. */
export function beginSlowStart(missing: number): SlowStart {
  return { left: Math.min(missing, BURST), batch: 1, inBatch: 1, failed: false };
}

/**
 * The state after one creation; undefined when the round is over: all done, or a batch with a failure has been completed.
 * Batches double while they succeed, so that a cluster that refuses pods is asked few times. Models slowStartBatch.
 */
export function advance(state: SlowStart, created: boolean): SlowStart | undefined {
  const failed = state.failed || !created;
  const inBatch = state.inBatch - 1;
  if (inBatch > 0) return { ...state, inBatch, failed };
  const left = state.left - state.batch;
  if (failed || left <= 0) return undefined;
  const batch = Math.min(2 * state.batch, left);
  return { left, batch, inBatch: batch, failed: false };
}

import { type Failure, together } from './podControl.ts';

/** Most steps of one batch. Models MaxBatchSize of pkg/controller/statefulset. */
const MAX_BATCH = 500;

/** What a step on one pod came to. `stop`: an ordered set does nothing beyond this pod now. `wrote`: it changed something. */
export interface Step {
  readonly stop: boolean;
  readonly wrote?: boolean;
  readonly failure?: Failure;
}

/** What came of all steps. `again`: a parallel set made one write and has more to do at once. */
export interface Outcome {
  readonly stop: boolean;
  readonly again?: boolean;
  readonly failure?: Failure;
}

/**
 * Takes the pods one after the other. An ordered set stops where a step says so. A parallel one goes through all in batches that double,
 * and stops after a batch with a failure; as it makes one write per look, it asks to be called again after each. Models runForAll.
 */
export function runForAll(count: number, step: (index: number) => Step, ordered: boolean): Outcome {
  return ordered ? runOrdered(count, step) : runParallel(count, step);
}

function runOrdered(count: number, step: (index: number) => Step): Outcome {
  for (let at = 0; at < count; at++) {
    const { stop, failure } = step(at);
    if (failure !== undefined) return { stop: true, failure };
    if (stop) return { stop: true };
  }
  return { stop: false };
}

function runParallel(count: number, step: (index: number) => Step): Outcome {
  let at = 0;
  for (let size = 1; at < count; size = Math.min(2 * size, MAX_BATCH)) {
    const end = Math.min(at + size, count);
    const failures: string[] = [];
    for (; at < end; at++) {
      const { failure, wrote } = step(at);
      if (failure !== undefined) failures.push(failure);
      // Once one of a batch has failed the batch is finished: called again, it would fail and tell of it twice.
      else if (wrote === true && failures.length === 0) return { stop: true, again: true };
    }
    if (failures.length > 0) return { stop: true, failure: together(failures) };
  }
  return { stop: false };
}

import { type Failure, together } from './podControl.ts';

/** Most steps of one batch. Models MaxBatchSize of pkg/controller/statefulset. */
const MAX_BATCH = 500;

/** What a step on one pod came to. `stop`: an ordered set does nothing beyond this pod now. `wrote`: it changed something. */
export interface Step {
  readonly stop: boolean;
  readonly wrote?: boolean;
  readonly failure?: Failure;
}

/** What came of all steps. */
export interface Outcome {
  readonly stop: boolean;
  readonly failure?: Failure;
}

/**
 * Takes the pods one after the other. An ordered set stops where a step says so. A parallel one goes through all in batches that double,
 * and stops after a batch with a failure; it pauses after each write, so that every one can be a task of its own. Models runForAll.
 */
export function* runForAll(
  count: number,
  step: (index: number) => Step,
  ordered: boolean,
): Generator<undefined, Outcome, undefined> {
  return ordered ? runOrdered(count, step) : yield* runParallel(count, step);
}

function runOrdered(count: number, step: (index: number) => Step): Outcome {
  for (let at = 0; at < count; at++) {
    const { stop, failure } = step(at);
    if (failure !== undefined) return { stop: true, failure };
    if (stop) return { stop: true };
  }
  return { stop: false };
}

function* runParallel(count: number, step: (index: number) => Step): Generator<undefined, Outcome, undefined> {
  let at = 0;
  for (let size = 1; at < count; size = Math.min(2 * size, MAX_BATCH)) {
    const end = Math.min(at + size, count);
    const failures: Failure[] = [];
    for (; at < end; at++) {
      const { failure, wrote } = step(at);
      failures.push(failure);
      if (wrote === true) yield undefined;
    }
    const failure = together(failures);
    if (failure !== undefined) return { stop: true, failure };
  }
  return { stop: false };
}

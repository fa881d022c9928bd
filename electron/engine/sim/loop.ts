import type { VirtualClock } from './clock.ts';

/** Limits of one run; see Simulation.run. `writes` counts committed writes (for `untilWrite`). */
export interface RunLimits {
  untilMs: number;
  maxTasks?: number;
  untilWrite?: boolean;
  untilQuiet?: boolean;
  stop?: () => boolean;
}

/** How a run ended and how many tasks it executed. Same shape as RunOutcome of the engine's door. */
export interface LoopOutcome {
  reason: 'until' | 'idle' | 'quiet' | 'write' | 'stop' | 'tasks';
  tasks: number;
}

/**
 * Executes due tasks in order. The reason is decided after each task, so the same sequence of tasks is executed however it is sliced:
 * write, then stop, then the task budget; before each task: idle, quiet, until.
 */
export function runLoop(clock: VirtualClock, writes: () => number, limits: RunLimits): LoopOutcome {
  const maxTasks = limits.maxTasks ?? Number.POSITIVE_INFINITY;
  let tasks = 0;
  for (;;) {
    if (limits.untilQuiet === true && clock.foregroundTimers === 0) return { reason: 'quiet', tasks };
    if (tasks >= maxTasks) return { reason: 'tasks', tasks };
    const writesBefore = limits.untilWrite === true ? writes() : 0;
    if (!clock.runNext(limits.untilMs)) {
      const idle = clock.nextDueMs() === undefined;
      clock.advanceTo(limits.untilMs);
      return { reason: idle ? 'idle' : 'until', tasks };
    }
    tasks++;
    if (limits.untilWrite === true && writes() !== writesBefore) return { reason: 'write', tasks };
    if (limits.stop?.() === true) return { reason: 'stop', tasks };
  }
}

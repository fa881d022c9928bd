import type { ContainerRun } from './containers.ts';

/** Shortest time between SIGTERM and SIGKILL. Models kuberuntime minimumGracePeriodInSeconds. */
const MIN_WINDOW_MS = 2_000;

/** How a container takes its end. */
export interface StopBehaviour {
  /** Duration of its preStop hook, 0 = none. */
  preStopMs: number;
  /** From SIGTERM until the program has ended. */
  terminationMs: number;
  exitCode: number;
}

/** When and how a container ends, in milliseconds after the kill began. */
export interface PlannedEnd {
  name: string;
  afterMs: number;
  exitCode: number;
}

/**
 * Ends of all running containers: preStop hooks run at once and within the grace period; main containers get SIGTERM then, sidecars wait for the main
 * ones and go in reverse order; whoever outlives the rest of the grace period is killed. Models killContainer with terminationOrdering.
 */
export function planTermination(
  containers: readonly ContainerRun[],
  graceMs: number,
  behaviour: (run: ContainerRun) => StopBehaviour,
): PlannedEnd[] {
  const running = containers.filter((run) => run.state.kind === 'running');
  const ends: PlannedEnd[] = [];
  let turnMs = 0;
  for (const run of running.filter((one) => one.role !== 'sidecar')) {
    const end = plannedEnd(run.name, graceMs, 0, behaviour(run));
    ends.push(end);
    turnMs = Math.max(turnMs, end.afterMs);
  }
  for (const run of running.filter((one) => one.role === 'sidecar').reverse()) {
    const end = plannedEnd(run.name, graceMs, turnMs, behaviour(run));
    ends.push(end);
    turnMs = Math.max(turnMs, end.afterMs);
  }
  return ends;
}

/** End of one container whose turn to be stopped comes after `turnMs`. */
export function plannedEnd(name: string, graceMs: number, turnMs: number, stop: StopBehaviour): PlannedEnd {
  const hookMs = graceMs > 0 ? Math.min(stop.preStopMs, graceMs) : 0;
  const signalMs = Math.max(hookMs, Math.min(turnMs, graceMs));
  const windowMs = Math.max(MIN_WINDOW_MS, graceMs - Math.floor(signalMs / 1000) * 1000);
  const killed = stop.terminationMs > windowMs;
  return {
    name,
    afterMs: signalMs + Math.min(stop.terminationMs, windowMs),
    exitCode: killed ? 137 : stop.exitCode,
  };
}

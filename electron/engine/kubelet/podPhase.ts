import type { Pod } from '#shared/kube/types.ts';
import type { ContainerRun } from './containers.ts';
import { lastExitCode, restartsAfter } from './restarts.ts';

/** Phases a pod can be in as its kubelet sees it. */
export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Reason of the ends of containers that begin anew together. */
export const RESTARTING_ALL = 'RestartingAllContainers';

/** Phase of a pod by its containers; `finished`: it is being terminated and nothing of it will run again. Models kubelet getPhase. */
export function podPhase(pod: Pod, containers: readonly ContainerRun[], finished: boolean): Phase {
  const inits = containers.filter((run) => run.role === 'init');
  const sidecars = containers.filter((run) => run.role === 'sidecar');
  const mains = containers.filter((run) => run.role === 'main');
  if (inits.some((run) => failedForGood(run, pod))) return 'Failed';
  const pendingInits = inits.some((run) => run.state.kind === 'running' || lastExitCode(run) === undefined);
  const waitingSidecars = sidecars.some(neverRan);
  const unstartedSidecars = waitingSidecars || sidecars.some((run) => run.state.kind === 'running' && !run.started);
  const initialized = mains.some((run) => run.state.kind === 'running');
  if (pendingInits || (unstartedSidecars && !initialized) || waitingSidecars || mains.some(neverRan)) return 'Pending';
  if ([...sidecars, ...mains].some((run) => run.state.kind === 'running')) return 'Running';
  const succeeded = mains.every((run) => lastExitCode(run) === 0);
  if (finished) return succeeded ? 'Succeeded' : 'Failed';
  if (mains.some((run) => !stopped(run, pod))) return 'Running';
  return succeeded ? 'Succeeded' : 'Failed';
}

function neverRan(run: ContainerRun): boolean {
  return run.state.kind === 'waiting' && run.last === undefined;
}

function failedForGood(run: ContainerRun, pod: Pod): boolean {
  const exitCode = lastExitCode(run);
  return exitCode !== undefined && exitCode !== 0 && stopped(run, pod);
}

function stopped(run: ContainerRun, pod: Pod): boolean {
  const exitCode = lastExitCode(run);
  const end = run.state.kind === 'terminated' ? run.state : run.last;
  if (end?.kind === 'terminated' && end.reason === RESTARTING_ALL) return false;
  return exitCode !== undefined && !restartsAfter(run, pod, exitCode);
}

/** Whether a phase is the last one. */
export function isLastPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

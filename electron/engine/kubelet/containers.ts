import { hashHalves } from '#shared/core/hash.ts';
import { isSidecar } from '#shared/kube/pod.ts';
import type { Container, ContainerStatus, Pod } from '#shared/kube/types.ts';
import { imageId, normalizeImage } from './images.ts';

/**
 * `init` runs to its end before the next; `sidecar` is an init container that keeps running; `main` is the pod's work; `ephemeral` was added to the
 * running pod and is never restarted.
 */
export type ContainerRole = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** What a container is doing. Times are RFC 3339 texts. */
export type RunState =
  | { kind: 'waiting'; reason: string; message?: string }
  | { kind: 'running'; startedAt: string }
  | { kind: 'terminated'; exitCode: number; reason: string; message?: string; startedAt?: string; finishedAt?: string };

/** One container on a machine. A new object replaces it at each change of state. */
export interface ContainerRun {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image: string;
  readonly spec: Container;
  readonly state: RunState;
  readonly last: RunState | undefined;
  readonly restarts: number;
  readonly ready: boolean;
  /** Runs, its postStart hook is done, and its startup probe has passed. */
  readonly started: boolean;
  /** To be started from its image on although it has run before: all containers of the pod begin anew. */
  readonly again: boolean;
  /** Failures to pull in a row. */
  readonly pullFailures: number;
  /** Back-off before the next restart, 0 = none yet. */
  readonly backoffMs: number;
  /** Status a file or a kubelet before this one gave it; its ids and other details hold until the next restart. */
  readonly known: ContainerStatus | undefined;
}

/** Containers of a pod before anything has happened. */
export function freshContainers(pod: Pod): ContainerRun[] {
  return roles(pod).map(([spec, role]) => freshContainer(pod, spec, role));
}

/** A container that has just been added to a running pod. */
export function freshContainer(pod: Pod, spec: Container, role: ContainerRole): ContainerRun {
  return {
    name: spec.name,
    role,
    image: spec.image ?? '',
    spec,
    state: { kind: 'waiting', reason: initialReason(pod) },
    last: undefined,
    restarts: 0,
    ready: false,
    started: false,
    again: false,
    pullFailures: 0,
    backoffMs: 0,
    known: undefined,
  };
}

/** Why a container that has not begun yet waits. */
export function initialReason(pod: Pod): 'PodInitializing' | 'ContainerCreating' {
  return (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
}

/** Containers as the API server last heard of them. A running pod whose file says nothing about its containers is taken to run. */
export function restoredContainers(pod: Pod, podReady: boolean, nowText: string): ContainerRun[] {
  const known = new Map(
    [
      ...(pod.status.initContainerStatuses ?? []),
      ...(pod.status.containerStatuses ?? []),
      ...(pod.status.ephemeralContainerStatuses ?? []),
    ].map((status) => [status.name, status]),
  );
  const running = pod.status.phase === 'Running';
  return freshContainers(pod).map((fresh) => {
    const status = known.get(fresh.name);
    if (status !== undefined) return restore(fresh, status, nowText);
    if (!running) return fresh;
    const startedAt = pod.status.startTime ?? nowText;
    if (fresh.role === 'init')
      return {
        ...fresh,
        ready: true,
        state: { kind: 'terminated', exitCode: 0, reason: 'Completed', startedAt, finishedAt: startedAt },
      };
    return { ...fresh, ready: podReady, started: true, state: { kind: 'running', startedAt } };
  });
}

function restore(fresh: ContainerRun, status: ContainerStatus, nowText: string): ContainerRun {
  const last = status.lastState === undefined ? undefined : readState(status.lastState, nowText);
  const state = readState(status.state, nowText) ?? fresh.state;
  return {
    ...fresh,
    state,
    started: state.kind === 'running' && status.started !== false,
    last: last?.kind === 'terminated' ? last : undefined,
    restarts: status.restartCount,
    ready: status.ready,
    known: status,
  };
}

function readState(state: ContainerStatus['state'], nowText: string): RunState | undefined {
  if (state?.running !== undefined) return { kind: 'running', startedAt: state.running.startedAt ?? nowText };
  if (state?.terminated !== undefined) {
    const { exitCode, reason, message, startedAt, finishedAt } = state.terminated;
    return {
      kind: 'terminated',
      exitCode,
      reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      ...(message === undefined ? {} : { message }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(finishedAt === undefined ? {} : { finishedAt }),
    };
  }
  if (state?.waiting === undefined) return undefined;
  const { reason = 'ContainerCreating', message } = state.waiting;
  return { kind: 'waiting', reason, ...(message === undefined ? {} : { message }) };
}

function roles(pod: Pod): (readonly [Container, ContainerRole])[] {
  const inits = (pod.spec.initContainers ?? []).map((spec) => [spec, isSidecar(spec) ? 'sidecar' : 'init'] as const);
  const mains = pod.spec.containers.map((spec) => [spec, 'main'] as const);
  const added = (pod.spec.ephemeralContainers ?? []).map((spec) => [spec as Container, 'ephemeral'] as const);
  return [...inits, ...mains, ...added];
}

/** Status of a container as the API shows it. Models kubelet convertToAPIContainerStatuses. */
export function containerStatus(run: ContainerRun, podUid: string): ContainerStatus {
  const created = run.state.kind !== 'waiting' || run.last !== undefined;
  const known = run.known?.restartCount === run.restarts && run.known.containerID !== undefined ? run.known : undefined;
  const id = known?.containerID ?? idOf(podUid, run.name, run.restarts);
  return {
    ...known,
    name: run.name,
    state: writeState(run.state, id),
    lastState: run.last === undefined ? {} : writeState(run.last, previousId(run, podUid)),
    ready: run.ready,
    restartCount: run.restarts,
    image: known?.image ?? (created ? normalizeImage(run.image) : run.image),
    imageID: known?.imageID ?? (created ? imageId(run.image) : ''),
    ...(created ? { containerID: id } : {}),
    started: run.started,
  };
}

function writeState(state: RunState, id: string): NonNullable<ContainerStatus['state']> {
  if (state.kind === 'running') return { running: { startedAt: state.startedAt } };
  const { kind, ...rest } = state;
  return kind === 'waiting'
    ? { waiting: state.message === undefined ? { reason: state.reason } : { reason: state.reason, message: state.message } }
    : { terminated: { ...rest, exitCode: 'exitCode' in rest ? rest.exitCode : 0, containerID: id } };
}

function previousId(run: ContainerRun, podUid: string): string {
  return idOf(podUid, run.name, run.state.kind === 'waiting' ? run.restarts : run.restarts - 1);
}

function idOf(podUid: string, name: string, attempt: number): string {
  const [a, b] = hashHalves(`${podUid}/${name}/${attempt}`);
  const hex = `${a.toString(16).padStart(8, '0')}${b.toString(16).padStart(8, '0')}`;
  return `containerd://${hex}${hex}${hex}${hex}`;
}

/** A running container that has ended. */
export function ended(run: ContainerRun, exitCode: number, reason: string, finishedAt: string, message?: string): ContainerRun {
  if (run.state.kind !== 'running') return run;
  const { startedAt } = run.state;
  return {
    ...run,
    ready: false,
    started: false,
    state: { kind: 'terminated', exitCode, reason, ...(message === undefined ? {} : { message }), startedAt, finishedAt },
  };
}

/** Reason of a container's end by its exit code. */
export function endReason(exitCode: number): 'Completed' | 'Error' {
  return exitCode === 0 ? 'Completed' : 'Error';
}

/**
 * A container as it stands once its pod is terminated for good: what waited for a restart has ended, what never ran although it
 * could have counts as failed.
 * Models the status manager's TerminatePod.
 */
export function settledContainer(run: ContainerRun, initialized: boolean): ContainerRun {
  if (run.state.kind !== 'waiting') return run;
  if (run.last?.kind === 'terminated') return { ...run, state: run.last, last: undefined };
  if (run.role !== 'main' || !initialized) return run;
  const message = 'The container could not be located when the pod was terminated';
  return { ...run, state: { kind: 'terminated', exitCode: 137, reason: 'ContainerStatusUnknown', message } };
}

/** Containers after their machine went down: what ran is lost, and the init containers have to run again. */
export function lostContainers(containers: readonly ContainerRun[], finishedAt: string): ContainerRun[] {
  const lost = containers.some((run) => run.state.kind === 'running');
  return containers.map((run): ContainerRun => {
    if (run.state.kind === 'running') return ended(run, 255, 'Unknown', finishedAt);
    if (run.role !== 'init' || !lost) return { ...run, ready: false };
    return { ...run, ready: false, last: undefined, state: { kind: 'waiting', reason: 'PodInitializing' } };
  });
}

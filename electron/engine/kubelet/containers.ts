import { hashHalves } from '#shared/core/hash.ts';
import { isSidecar } from '#shared/kube/pod.ts';
import type { Container, ContainerStatus, Pod } from '#shared/kube/types.ts';
import { imageId, normalizeImage } from './images.ts';

/** `init` runs to its end before the next; `sidecar` is an init container that keeps running; `main` is the pod's work. */
export type ContainerRole = 'init' | 'sidecar' | 'main';

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
  /** Failures to pull in a row. */
  readonly pullFailures: number;
  /** Back-off before the next restart, 0 = none yet. */
  readonly backoffMs: number;
  /** Status a file or a kubelet before this one gave it; its ids and other details hold until the next restart. */
  readonly known: ContainerStatus | undefined;
}

/** Containers of a pod before anything has happened. */
export function freshContainers(pod: Pod): ContainerRun[] {
  const inits = pod.spec.initContainers ?? [];
  const reason = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return roles(pod).map(([spec, role]) => ({
    name: spec.name,
    role,
    image: spec.image ?? '',
    spec,
    state: { kind: 'waiting', reason },
    last: undefined,
    restarts: 0,
    ready: false,
    pullFailures: 0,
    backoffMs: 0,
    known: undefined,
  }));
}

/** Containers as the API server last heard of them. A running pod whose file says nothing about its containers is taken to run. */
export function restoredContainers(pod: Pod, podReady: boolean, nowText: string): ContainerRun[] {
  const known = new Map(
    [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].map((status) => [status.name, status]),
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
    return { ...fresh, ready: podReady, state: { kind: 'running', startedAt } };
  });
}

function restore(fresh: ContainerRun, status: ContainerStatus, nowText: string): ContainerRun {
  const last = status.lastState === undefined ? undefined : readState(status.lastState, nowText);
  return {
    ...fresh,
    state: readState(status.state, nowText) ?? fresh.state,
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
  return [...inits, ...pod.spec.containers.map((spec) => [spec, 'main'] as const)];
}

/** Whether a container that has ended is started again. Models kubelet ShouldContainerBeRestarted. */
export function restartsAfter(run: ContainerRun, podPolicy: string, exitCode: number): boolean {
  if (run.role === 'sidecar') return true;
  if (run.role === 'init') return exitCode !== 0 && podPolicy !== 'Never';
  return podPolicy === 'Always' || (podPolicy === 'OnFailure' && exitCode !== 0);
}

/** Status of a container as the API shows it. Models kubelet convertToAPIContainerStatuses. */
export function containerStatus(run: ContainerRun, podUid: string): ContainerStatus {
  const created = run.state.kind !== 'waiting' || run.last !== undefined;
  const known = run.known?.restartCount === run.restarts && run.known.containerID !== undefined ? run.known : undefined;
  const id = known?.containerID ?? containerId(run, podUid);
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
    started: run.state.kind === 'running',
  };
}

function writeState(state: RunState, id: string): NonNullable<ContainerStatus['state']> {
  if (state.kind === 'running') return { running: { startedAt: state.startedAt } };
  const { kind, ...rest } = state;
  return kind === 'waiting'
    ? { waiting: state.message === undefined ? { reason: state.reason } : { reason: state.reason, message: state.message } }
    : { terminated: { ...rest, exitCode: 'exitCode' in rest ? rest.exitCode : 0, containerID: id } };
}

function containerId(run: ContainerRun, podUid: string): string {
  return idOf(podUid, run.name, run.state.kind === 'waiting' ? run.restarts - 1 : run.restarts);
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
export function ended(run: ContainerRun, exitCode: number, reason: string, finishedAt: string): ContainerRun {
  if (run.state.kind !== 'running') return run;
  return { ...run, ready: false, state: { kind: 'terminated', exitCode, reason, startedAt: run.state.startedAt, finishedAt } };
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

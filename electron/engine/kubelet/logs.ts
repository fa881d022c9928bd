import { err, ok, type Result } from '#shared/core/result.ts';
import type { ContainerStatus, Pod } from '#shared/kube/types.ts';

/** What a log is asked for. */
export interface LogRequest {
  /** The run before the present one. */
  previous?: boolean;
}

type Ended = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/**
 * What a container's program has written, made up from its status: a line when it started, when it answered its probes, and when it ended. Nothing is
 * stored for it. The error is the kubelet's own text. Models kubelet validateContainerLogStatus.
 */
export function containerLog(pod: Pod, container: string, request: LogRequest = {}): Result<string[], string> {
  const status = [
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.initContainerStatuses ?? []),
    ...(pod.status.ephemeralContainerStatuses ?? []),
  ].find((one) => one.name === container);
  const about = `container "${container}" in pod "${pod.metadata.name}"`;
  if (status === undefined) return err(`${about} is not available`);
  const last = status.lastState?.terminated;
  if (request.previous === true)
    return last?.containerID === undefined ? err(`previous terminated ${about} not found`) : ok(endedLines(status, last));
  const { running, terminated, waiting } = status.state ?? {};
  if (running !== undefined) return ok(runningLines(status, running.startedAt ?? ''));
  if (terminated !== undefined) return ran(terminated) ? ok(endedLines(status, terminated)) : err(`${about} is terminated`);
  if (last !== undefined) return last.containerID === undefined ? err(`${about} is terminated`) : ok(endedLines(status, last));
  const reason = waiting?.reason ?? '';
  if (reason === 'ErrImagePull') return err(`${about} is waiting to start: image can't be pulled`);
  if (reason === 'ImagePullBackOff') return err(`${about} is waiting to start: trying and failing to pull image`);
  return err(`${about} is waiting to start: ${reason === '' ? 'no logs yet' : reason}`);
}

function ran(end: Ended): boolean {
  return end.containerID !== undefined && end.startedAt !== undefined;
}

function runningLines(status: ContainerStatus, startedAt: string): string[] {
  const lines = [`${startedAt} ${status.name}: started from ${status.image}`];
  if (status.started === false) lines.push(`${startedAt} ${status.name}: starting up`);
  else if (status.ready) lines.push(`${startedAt} ${status.name}: serving`);
  return lines;
}

function endedLines(status: ContainerStatus, end: Ended): string[] {
  const lines = [`${end.startedAt ?? ''} ${status.name}: started from ${status.image}`];
  if (end.reason === 'StartError') return [];
  if (end.exitCode === 143) lines.push(`${end.finishedAt ?? ''} ${status.name}: received SIGTERM`);
  if (end.message !== undefined && end.message !== '') lines.push(`${end.finishedAt ?? ''} ${status.name}: ${end.message}`);
  // Nothing is written after SIGKILL.
  else if (end.exitCode === 0) lines.push(`${end.finishedAt ?? ''} ${status.name}: done`);
  else if (end.exitCode < 128) lines.push(`${end.finishedAt ?? ''} ${status.name}: fatal: exiting with code ${end.exitCode}`);
  return lines;
}

import { isSidecar } from '#shared/kube/pod.ts';
import type { Container, ContainerStatus, Pod } from '#shared/kube/types.ts';

/** What a container is in its pod: run to its end first, kept running beside the others, the program itself, or added for a look. */
export type ContainerRole = 'init' | 'sidecar' | 'app' | 'ephemeral';
export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** The present state in short. `bad`: something is wrong with it, `ok`: it does what it should, else it is on its way. */
export interface StateView {
  kind: 'waiting' | 'running' | 'terminated' | 'unknown';
  tone: 'ok' | 'bad' | 'plain';
  /** Reason as the API has it, or the state's own name. */
  text: string;
  message: string;
  exitCode: number | null;
  /** Epoch milliseconds at which the state began, where the API tells it. */
  sinceMs: number | null;
}

/** How a container's last run ended. Times in epoch milliseconds. */
export interface LastRun {
  reason: string;
  exitCode: number;
  message: string;
  finishedMs: number | null;
}

/** A probe. `script`: what the scenario says of it (`fail`, `pass@30s,fail@90s`), null when nothing, so that it passes. */
export interface ProbeView {
  kind: ProbeKind;
  handler: string;
  periodSeconds: number;
  timeoutSeconds: number;
  delaySeconds: number;
  failureThreshold: number;
  successThreshold: number;
  script: string | null;
  /** What the probe is told to say by hand; null while a timeline or nothing decides. */
  told: 'pass' | 'fail' | null;
}

/** One container with its status. */
export interface ContainerRow {
  name: string;
  role: ContainerRole;
  image: string;
  state: StateView;
  last: LastRun | null;
  restarts: number;
  ready: boolean;
  /** Whether it has got past its startup probe; null before a first report. */
  started: boolean | null;
  probes: readonly ProbeView[];
  /** Epoch milliseconds at which a back-off ends; null when it is in none. */
  retryMs: number | null;
}

const BAD_WAITS = /BackOff|Err|Error|Invalid|Never/;

function timeOf(text: string | undefined): number | null {
  const parsed = Date.parse(text ?? '');
  return Number.isNaN(parsed) ? null : parsed;
}

function stateOf(status: ContainerStatus | undefined): StateView {
  const state = status?.state;
  const none = { message: '', exitCode: null, sinceMs: null };
  if (state?.running)
    return { ...none, kind: 'running', tone: 'ok', text: 'Running', sinceMs: timeOf(state.running.startedAt as string) };
  if (state?.terminated) {
    const { reason, exitCode, message, finishedAt } = state.terminated;
    return {
      kind: 'terminated',
      tone: exitCode === 0 ? 'ok' : 'bad',
      text: reason || (exitCode === 0 ? 'Completed' : 'Error'),
      message: message ?? '',
      exitCode,
      sinceMs: timeOf(finishedAt as string),
    };
  }
  const reason = state?.waiting?.reason;
  if (reason === undefined) return { ...none, kind: 'unknown', tone: 'plain', text: 'Waiting' };
  return {
    ...none,
    kind: 'waiting',
    tone: BAD_WAITS.test(reason) ? 'bad' : 'plain',
    text: reason,
    message: state?.waiting?.message ?? '',
  };
}

function lastOf(status: ContainerStatus | undefined): LastRun | null {
  const ended = status?.lastState?.terminated;
  if (!ended) return null;
  return {
    reason: ended.reason || (ended.exitCode === 0 ? 'Completed' : 'Error'),
    exitCode: ended.exitCode,
    message: ended.message ?? '',
    finishedMs: timeOf(ended.finishedAt as string),
  };
}

const DURATION = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;
const UNIT: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of the first Go duration in `back-off 1m20s restarting failed container=...`; null when there is none. */
export function backOffMs(message: string): number | null {
  const text = /^back-off (\S+) /i.exec(message)?.[1];
  if (text === undefined) return null;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(DURATION)) sum += Number(amount) * (UNIT[unit ?? 's'] ?? 1000);
  return sum === 0 ? null : sum;
}

/** A back-off counts from the end of the last run. Models kuberuntime doBackOff. */
function retryOf(state: StateView, last: LastRun | null): number | null {
  if (state.text !== 'CrashLoopBackOff' || !last?.finishedMs) return null;
  const length = backOffMs(state.message);
  return length === null ? null : last.finishedMs + length;
}

type Probe = NonNullable<Container['livenessProbe']>;

/** What a probe does, in one short word group: `GET :8080/healthz`, `tcp :5432`, `exec cat /tmp/ok`, `grpc :9000`. */
export function probeHandler(probe: Probe): string {
  if (probe.httpGet) return `GET :${probe.httpGet.port}${probe.httpGet.path ?? '/'}`;
  if (probe.tcpSocket) return `tcp :${probe.tcpSocket.port}`;
  if (probe.grpc) return `grpc :${probe.grpc.port}`;
  return `exec ${(probe.exec?.command ?? []).join(' ')}`.trim();
}

const PREFIX = 'stowage.dev/';

/** The scenario's word on a probe of a container; its own annotation first. Main containers also heed the pod's. */
function scriptOf(pod: Pod, container: string, role: ContainerRole, kind: ProbeKind): string | null {
  const all = pod.metadata.annotations ?? {};
  const own = all[`${PREFIX}${kind}.${container}`] ?? (role === 'app' ? all[`${PREFIX}${kind}`] : undefined);
  if (own !== undefined) return own;
  if (kind !== 'readiness') return null;
  const forced = all[`${PREFIX}ready`];
  return forced === undefined ? null : forced === 'false' ? 'fail' : 'pass';
}

function probesOf(pod: Pod, container: Container, role: ContainerRole): ProbeView[] {
  const kinds: [ProbeKind, Probe | undefined][] = [
    ['startup', container.startupProbe],
    ['readiness', container.readinessProbe],
    ['liveness', container.livenessProbe],
  ];
  return kinds.flatMap(([kind, probe]) => {
    if (!probe) return [];
    const script = scriptOf(pod, container.name, role, kind);
    return [
      {
        kind,
        handler: probeHandler(probe),
        periodSeconds: probe.periodSeconds ?? 10,
        timeoutSeconds: probe.timeoutSeconds ?? 1,
        delaySeconds: probe.initialDelaySeconds ?? 0,
        failureThreshold: probe.failureThreshold ?? 3,
        successThreshold: probe.successThreshold ?? 1,
        script,
        told: script === 'pass' || script === 'fail' ? script : null,
      },
    ];
  });
}

function rowOf(
  pod: Pod,
  container: Container,
  role: ContainerRole,
  statuses: readonly ContainerStatus[] | undefined,
): ContainerRow {
  const status = statuses?.find((one) => one.name === container.name);
  const state = stateOf(status);
  const last = lastOf(status);
  return {
    name: container.name,
    role,
    image: container.image ?? '',
    state,
    last,
    restarts: status?.restartCount ?? 0,
    ready: status?.ready === true,
    started: status?.started ?? null,
    probes: probesOf(pod, container, role),
    retryMs: retryOf(state, last),
  };
}

/** All containers of a pod in the order in which they start: init containers and sidecars, then the others. */
export function containerRows(pod: Pod): ContainerRow[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  const { initContainerStatuses, containerStatuses, ephemeralContainerStatuses } = pod.status ?? {};
  return [
    ...initContainers.map((one) => rowOf(pod, one, isSidecar(one) ? 'sidecar' : 'init', initContainerStatuses)),
    ...containers.map((one) => rowOf(pod, one, 'app', containerStatuses)),
    ...ephemeralContainers.map((one) => rowOf(pod, one as Container, 'ephemeral', ephemeralContainerStatuses)),
  ];
}

/** Containers of one role, in order; empty roles are left out. */
export function containersByRole(pod: Pod): { role: ContainerRole; rows: ContainerRow[] }[] {
  const rows = containerRows(pod);
  const roles: ContainerRole[] = ['init', 'sidecar', 'app', 'ephemeral'];
  return roles.map((role) => ({ role, rows: rows.filter((row) => row.role === role) })).filter(({ rows }) => rows.length > 0);
}

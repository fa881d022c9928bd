import { deepEqual } from '#shared/core/json.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import { qosClass } from '#shared/kube/pod.ts';
import type { Pod, PodCondition, PodStatus } from '#shared/kube/types.ts';
import { type ContainerRun, containerStatus, restartsAfter } from './containers.ts';

/** Conditions the kubelet owns, in the order it writes them; all others of a pod are kept as they are. */
const OWN_CONDITIONS: readonly string[] = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'];

/** What a status is made from, besides the pod itself. */
export interface StatusInput {
  containers: readonly ContainerRun[];
  /** The sandbox (network and all) is up. */
  sandbox: boolean;
  podIP: string | undefined;
  hostIP: string | undefined;
  startTime: string;
  /** The pod is being terminated and all containers have ended. */
  finished: boolean;
  nowText: string;
}

/** Phase of a pod by its containers. Models kubelet getPhase. */
export function podPhase(
  pod: Pod,
  containers: readonly ContainerRun[],
  finished: boolean,
): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const mains = containers.filter((run) => run.role === 'main');
  const ended = (run: ContainerRun): boolean =>
    run.state.kind === 'terminated' || (run.state.kind === 'waiting' && run.last !== undefined);
  if (finished) return mains.every((run) => exitCodeOf(run) === 0) ? 'Succeeded' : 'Failed';
  const brokenInit = containers.some(
    (run) =>
      run.role === 'init' &&
      run.state.kind === 'terminated' &&
      run.state.exitCode !== 0 &&
      !restartsAfter(run, policy, run.state.exitCode),
  );
  if (brokenInit) return 'Failed';
  if (incompleteInits(containers).length > 0) return 'Pending';
  if (mains.some((run) => run.state.kind === 'waiting' && !ended(run))) return 'Pending';
  if (mains.some((run) => run.state.kind === 'running')) return 'Running';
  if (policy === 'Always') return 'Running';
  if (mains.every((run) => exitCodeOf(run) === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function exitCodeOf(run: ContainerRun): number | undefined {
  if (run.state.kind === 'terminated') return run.state.exitCode;
  return run.last?.kind === 'terminated' ? run.last.exitCode : undefined;
}

function incompleteInits(containers: readonly ContainerRun[]): string[] {
  const incomplete = containers.filter((run) => {
    if (run.role === 'init') return !(run.state.kind === 'terminated' && run.state.exitCode === 0);
    return run.role === 'sidecar' && run.state.kind !== 'running' && run.last === undefined && run.state.kind !== 'terminated';
  });
  return incomplete.map((run) => run.name);
}

/** Status the kubelet would write now. Models kubelet generateAPIPodStatus. */
export function buildStatus(pod: Pod, input: StatusInput): PodStatus {
  const phase = podPhase(pod, input.containers, input.finished);
  const uid = pod.metadata.uid ?? '';
  const inits = input.containers.filter((run) => run.role !== 'main').map((run) => containerStatus(run, uid));
  const mains = input.containers.filter((run) => run.role === 'main').map((run) => containerStatus(run, uid));
  const {
    initContainerStatuses: _,
    containerStatuses: __,
    podIP: ___,
    podIPs: ____,
    reason: _____,
    message: ______,
    ...kept
  } = pod.status;
  return {
    ...kept,
    phase,
    conditions: mergeConditions(pod, ownConditions(phase, input), input.nowText),
    ...(input.hostIP === undefined ? {} : { hostIP: input.hostIP, hostIPs: [{ ip: input.hostIP }] }),
    ...(input.podIP === undefined ? {} : { podIP: input.podIP, podIPs: [{ ip: input.podIP }] }),
    startTime: input.startTime,
    qosClass: pod.status.qosClass ?? qosClass(pod.spec),
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits }),
    containerStatuses: mains,
  };
}

type Verdict = { status: 'True' | 'False'; reason?: string; message?: string };

function ownConditions(phase: string, input: StatusInput): Record<string, Verdict> {
  const inits = incompleteInits(input.containers);
  const initialized: Verdict =
    phase === 'Succeeded'
      ? { status: 'True', reason: 'PodCompleted' }
      : inits.length === 0
        ? { status: 'True' }
        : {
            status: 'False',
            reason: 'ContainersNotInitialized',
            message: `containers with incomplete status: [${inits.join(' ')}]`,
          };
  const ready = readiness(phase, input.containers);
  const up = input.sandbox && phase !== 'Succeeded' && phase !== 'Failed';
  return {
    PodReadyToStartContainers: { status: up ? 'True' : 'False' },
    Initialized: initialized,
    Ready: ready,
    ContainersReady: ready,
  };
}

/** Models kubelet GenerateContainersReadyCondition. */
function readiness(phase: string, containers: readonly ContainerRun[]): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const watched = containers.filter((run) => run.role !== 'init');
  const unready = watched.filter((run) => !run.ready).map((run) => run.name);
  if (unready.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}

function mergeConditions(pod: Pod, own: Record<string, Verdict>, nowText: string): PodCondition[] {
  const before = pod.status.conditions ?? [];
  const written = OWN_CONDITIONS.map((type): PodCondition => {
    const verdict = own[type] ?? { status: 'False' };
    const old = getCondition(before, type);
    const since = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return { type, ...verdict, lastTransitionTime: since ?? nowText };
  });
  const scheduled = getCondition(before, 'PodScheduled') ?? { type: 'PodScheduled', status: 'True', lastTransitionTime: nowText };
  const others = before.filter((condition) => condition.type !== 'PodScheduled' && !OWN_CONDITIONS.includes(condition.type));
  return [...written, scheduled, ...others];
}

/** Status of a pod this node refuses. Models kubelet rejectPod. */
export function rejectedStatus(pod: Pod, reason: string, message: string, startTime: string): PodStatus {
  return {
    ...pod.status,
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
    startTime,
    qosClass: pod.status.qosClass ?? qosClass(pod.spec),
  };
}

/** Whether two statuses say the same. */
export function sameStatus(a: PodStatus, b: PodStatus): boolean {
  return deepEqual(a, b);
}

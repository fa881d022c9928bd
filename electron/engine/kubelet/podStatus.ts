import { deepEqual } from '#shared/core/json.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import { qosClass } from '#shared/kube/pod.ts';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '#shared/kube/types.ts';
import { type ContainerRole, type ContainerRun, containerStatus } from './containers.ts';
import { isLastPhase, type Phase, podPhase, RESTARTING_ALL } from './podPhase.ts';

/** Conditions the kubelet owns, in the order it writes them; all others of a pod are kept as they are. */
const OWN_CONDITIONS: readonly string[] = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'];
const ALL_RESTARTING = 'AllContainersRestarting';

/** Condition of 1.36, which says for which generation of the pod it holds. */
type ObservedCondition = PodCondition & { observedGeneration?: number };

/** Why a pod is ended by its machine: evicted, preempted, past its deadline, shut down. */
export interface Failure {
  reason: string;
  message: string;
  /** Condition that comes with it, as a rule DisruptionTarget. */
  condition?: { type: string; status: 'True'; reason: string; message: string };
}

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
  failure: Failure | undefined;
  nowText: string;
}

/** Status the kubelet would write now. Models kubelet generateAPIPodStatus and the status manager's mergePodStatus. */
export function buildStatus(pod: Pod, input: StatusInput): PodStatus {
  const { containers, failure } = input;
  const before = pod.status.phase;
  const phase = isLastPhase(before) ? (before as Phase) : presentPhase(pod, input);
  // A pod never looks finished while something of it may still run.
  const delayed = isLastPhase(phase) && !isLastPhase(before) && containers.some((run) => run.state.kind === 'running');
  const written = delayed ? (before ?? 'Pending') : phase;
  const {
    initContainerStatuses: _inits,
    containerStatuses: _mains,
    ephemeralContainerStatuses: _added,
    podIP: _ip,
    podIPs: _ips,
    reason,
    message,
    ...kept
  } = pod.status;
  return {
    ...kept,
    ...observed(pod),
    phase: written,
    conditions: conditions(pod, phase, input),
    ...words(written === before ? { reason, message } : {}),
    ...(failure === undefined || delayed ? {} : { reason: failure.reason, message: failure.message }),
    ...(input.hostIP === undefined ? {} : { hostIP: input.hostIP, hostIPs: [{ ip: input.hostIP }] }),
    ...(input.podIP === undefined ? {} : { podIP: input.podIP, podIPs: [{ ip: input.podIP }] }),
    startTime: input.startTime,
    qosClass: pod.status.qosClass ?? qosClass(pod.spec),
    ...statuses(pod, 'initContainerStatuses', containers, ['init', 'sidecar']),
    containerStatuses: statusesOf(pod, containers, ['main']),
    ...statuses(pod, 'ephemeralContainerStatuses', containers, ['ephemeral']),
  };
}

/** A pod that is terminated before it got far enough to have succeeded has failed. */
function presentPhase(pod: Pod, { containers, finished, failure }: StatusInput): Phase {
  if (failure !== undefined) return 'Failed';
  const phase = podPhase(pod, containers, finished);
  return finished && !isLastPhase(phase) ? 'Failed' : phase;
}

function observed(pod: Pod): { observedGeneration?: number } {
  const generation = pod.metadata.generation;
  return generation === undefined || generation === 0 ? {} : { observedGeneration: generation };
}

function words(text: { reason?: string | undefined; message?: string | undefined }): Pick<PodStatus, 'reason' | 'message'> {
  return {
    ...(text.reason === undefined ? {} : { reason: text.reason }),
    ...(text.message === undefined ? {} : { message: text.message }),
  };
}

function statuses(
  pod: Pod,
  field: 'initContainerStatuses' | 'ephemeralContainerStatuses',
  containers: readonly ContainerRun[],
  roles: readonly ContainerRole[],
): Pick<PodStatus, 'initContainerStatuses' | 'ephemeralContainerStatuses'> {
  const found = statusesOf(pod, containers, roles);
  return found.length === 0 ? {} : { [field]: found };
}

function statusesOf(pod: Pod, containers: readonly ContainerRun[], roles: readonly ContainerRole[]): ContainerStatus[] {
  return containers.filter((run) => roles.includes(run.role)).map((run) => containerStatus(run, pod.metadata.uid ?? ''));
}

type Verdict = { status: 'True' | 'False'; reason?: string; message?: string };

function conditions(pod: Pod, phase: Phase, input: StatusInput): PodCondition[] {
  const before = pod.status.conditions ?? [];
  const generation = observed(pod);
  const made = (type: string, verdict: Verdict): ObservedCondition => {
    const old = getCondition(before, type);
    const since = old?.status === verdict.status ? old.lastTransitionTime : undefined;
    return { type, ...generation, ...verdict, lastTransitionTime: since ?? input.nowText };
  };
  const disruption = input.failure?.condition;
  const restartable = hasRestartAll(pod);
  const ownTypes = [
    ...OWN_CONDITIONS,
    'PodScheduled',
    ...(restartable ? [ALL_RESTARTING] : []),
    ...(disruption === undefined ? [] : [disruption.type]),
  ];
  const kept = before.filter((condition) => !ownTypes.includes(condition.type));
  const containersReady = containersReadiness(phase, input.containers);
  const up = input.sandbox && !isLastPhase(phase);
  const scheduled = getCondition(before, 'PodScheduled');
  return [
    made('PodReadyToStartContainers', { status: up ? 'True' : 'False' }),
    made('Initialized', initialization(phase, input.containers)),
    made('Ready', readiness(pod, containersReady)),
    made('ContainersReady', containersReady),
    scheduled === undefined ? made('PodScheduled', { status: 'True' }) : { ...scheduled, ...generation },
    ...(restartable ? [made(ALL_RESTARTING, { status: input.containers.some(restartsWithAll) ? 'True' : 'False' })] : []),
    ...kept,
    ...(disruption === undefined ? [] : [made(disruption.type, disruption)]),
  ];
}

function hasRestartAll(pod: Pod): boolean {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers] as {
    restartPolicyRules?: { action: string }[];
  }[];
  return containers.some((container) => container.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers'));
}

function restartsWithAll(run: ContainerRun): boolean {
  return run.state.kind === 'waiting' && run.state.reason === RESTARTING_ALL;
}

/** Models GeneratePodInitializedCondition. */
function initialization(phase: Phase, containers: readonly ContainerRun[]): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (containers.some((run) => run.role === 'main' && run.state.kind !== 'waiting' && hasRun(run))) return { status: 'True' };
  const incomplete = containers.filter((run) => (run.role === 'sidecar' ? !run.started : run.role === 'init' && !run.ready));
  if (incomplete.length === 0) return { status: 'True' };
  const message = `containers with incomplete status: [${incomplete.map((run) => run.name).join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function hasRun(run: ContainerRun): boolean {
  return run.state.kind !== 'terminated' || run.state.startedAt !== undefined;
}

/** Models GenerateContainersReadyCondition. */
function containersReadiness(phase: Phase, containers: readonly ContainerRun[]): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter((run) => (run.role === 'main' || run.role === 'sidecar') && !run.ready);
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${unready.map((run) => run.name).join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

/** All containers and all readiness gates. Models GeneratePodReadyCondition. */
function readiness(pod: Pod, containersReady: Verdict): Verdict {
  const gates = pod.spec.readinessGates;
  if (containersReady.status !== 'True' || gates === undefined) return containersReady;
  const missing: string[] = [];
  for (const { conditionType } of gates) {
    const condition = getCondition(pod.status.conditions, conditionType);
    if (condition === undefined) missing.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== 'True')
      missing.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  return missing.length === 0
    ? containersReady
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}

/** Status of a pod this node refuses. Models kubelet rejectPod. */
export function rejectedStatus(pod: Pod, reason: string, message: string, startTime: string): PodStatus {
  return {
    ...pod.status,
    ...observed(pod),
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

import { podCondition } from '#shared/kube/conditions.ts';
import type { Pod } from '#shared/kube/types.ts';

/** Why a pod was ended from outside, as far as its status tells; each has its words in i18n `objects:ended_<id>`. */
export type Ended = 'evicted' | 'preempted' | 'shutdown' | 'deadline' | 'nodeLost' | 'admission' | 'taint' | 'api';

/** The end that was put to a pod, with the API's own reason and message. */
export interface Ending {
  why: Ended;
  reason: string;
  message: string;
}

const BY_REASON: Readonly<Record<string, Ended>> = {
  Evicted: 'evicted',
  Preempting: 'preempted',
  Preempted: 'preempted',
  NodeShutdown: 'shutdown',
  Terminated: 'shutdown',
  Shutdown: 'shutdown',
  DeadlineExceeded: 'deadline',
  NodeLost: 'nodeLost',
};

const BY_DISRUPTION: Readonly<Record<string, Ended>> = {
  PreemptionByScheduler: 'preempted',
  DeletionByTaintManager: 'taint',
  EvictionByEvictionAPI: 'api',
  DeletionByPodGC: 'nodeLost',
  TerminationByKubelet: 'evicted',
};

/** Who or what ended the pod, or is ending it; null for a pod that goes by itself or by an ordinary deletion. */
export function endingOf(pod: Pod): Ending | null {
  const { reason, message = '', phase } = pod.status ?? {};
  const known = reason === undefined ? undefined : BY_REASON[reason];
  if (reason !== undefined && known) return { why: known, reason, message };
  const disruption = podCondition(pod, 'DisruptionTarget');
  const by = disruption?.status === 'True' ? BY_DISRUPTION[disruption.reason ?? ''] : undefined;
  // The kubelet gives three of its acts one reason; only the message tells them apart.
  if (disruption && by === 'evicted') {
    const text = disruption.message ?? '';
    const why = /shutdown/i.test(text) ? 'shutdown' : /preempt/i.test(text) ? 'preempted' : 'evicted';
    return { why, reason: disruption.reason ?? '', message: text || message };
  }
  if (disruption && by) return { why: by, reason: disruption.reason ?? '', message: disruption.message ?? message };
  // A kubelet that turns a pod away names the check that failed: OutOfcpu, NodeAffinity, UnexpectedAdmissionError...
  if (phase === 'Failed' && reason !== undefined && (pod.status?.containerStatuses ?? []).length === 0)
    return { why: 'admission', reason, message };
  return null;
}

/** Whether the pod is the API's picture of one that its kubelet read from a file. */
export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

/** Epoch milliseconds by which a pod that is being deleted has to be gone; null when it is not. */
export function deadlineOf(pod: Pod): number | null {
  const parsed = Date.parse(pod.metadata.deletionTimestamp ?? '');
  return Number.isNaN(parsed) ? null : parsed;
}

type Statuses = NonNullable<Pod['status']['containerStatuses']>;

function endText(status: Statuses[number]): string | undefined {
  const ended = status.state?.terminated;
  if (!ended) return undefined;
  if (ended.reason) return ended.reason;
  return ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode}`;
}

/** Text while init containers run (`Init:1/2`, `Init:CrashLoopBackOff`); undefined once they are through. */
function initText(pod: Pod): string | undefined {
  const containers = pod.spec.initContainers ?? [];
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, container] of containers.entries()) {
    const status = statuses.find((one) => one.name === container.name);
    if (status?.state?.terminated?.exitCode === 0) continue;
    if (container.restartPolicy === 'Always' && status?.started === true) continue;
    const ended = status ? endText(status) : undefined;
    if (ended) return `Init:${ended}`;
    const waiting = status?.state?.waiting?.reason;
    return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${containers.length}`;
  }
  return undefined;
}

/** One line on a pod's state as kubectl's STATUS column has it. Models pkg/printers/internalversion printPod. */
export function podStatusText(pod: Pod): string {
  const { status } = pod;
  const lost = status?.reason === 'NodeLost';
  if (pod.metadata.deletionTimestamp && !(status?.phase === 'Failed' || status?.phase === 'Succeeded'))
    return lost ? 'Unknown' : 'Terminating';
  if (podCondition(pod, 'PodScheduled')?.reason === 'SchedulingGated') return 'SchedulingGated';
  const plain = status?.reason || status?.phase || 'Pending';
  const initial = podCondition(pod, 'Initialized')?.status === 'True' ? undefined : initText(pod);
  if (initial !== undefined && pod.spec.nodeName && status?.phase !== 'Failed') return initial;
  const statuses = status?.containerStatuses ?? [];
  let text = plain;
  let running = false;
  // The first container has the last word.
  for (const one of [...statuses].reverse()) {
    const waiting = one.state?.waiting?.reason;
    const ended = endText(one);
    if (waiting) text = waiting;
    else if (ended) text = ended;
    else if (one.ready && one.state?.running) running = true;
  }
  if (text === 'Completed' && running) return podCondition(pod, 'Ready')?.status === 'True' ? 'Running' : 'NotReady';
  return text;
}

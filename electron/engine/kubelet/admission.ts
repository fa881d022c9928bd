import { matchNodeRequirements } from '#shared/kube/labels.ts';
import { type Amounts, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import { findUntolerated } from '#shared/kube/taints.ts';
import type { Node, NodeSelectorTerm, Pod } from '#shared/kube/types.ts';

/** Why a node sends a pod back. `reason` becomes status.reason and the event's reason. */
export interface Rejection {
  reason: string;
  message: string;
  /** What is missing, when nothing but resources is: a critical pod may have room made for it. */
  missing?: Amounts;
}

/** What a machine does with a pod that was bound to it. `makingRoom`: asked again until its victims have gone. */
export type Admission = { kind: 'admitted' } | ({ kind: 'rejected' } & Rejection) | { kind: 'makingRoom' };

/**
 * Last check on the node itself, which catches pods bound past the scheduler. `others`: active pods the node has already taken.
 * Models pkg/kubelet/lifecycle predicateAdmitHandler with generalFilter.
 */
export function admitPod(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  const system = checkSystem(pod, node);
  if (system !== undefined) return system;
  const elsewhere = checkAffinity(pod, node) ?? checkPorts(pod, others) ?? checkTaints(pod, node);
  const short = checkResources(pod, node, others);
  if (short === undefined || elsewhere === undefined) return short ?? elsewhere;
  return { reason: short.reason, message: short.message };
}

/** Models lifecycle rejectPodAdmissionBasedOnOSSelector and rejectPodAdmissionBasedOnOSField. */
function checkSystem(pod: Pod, node: Node): Rejection | undefined {
  const system = node.status.nodeInfo?.operatingSystem || 'linux';
  const selected = pod.spec.nodeSelector?.['kubernetes.io/os'];
  if (selected !== undefined && selected !== system)
    return {
      reason: 'PodOSSelectorNodeLabelDoesNotMatch',
      message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    };
  const wanted = pod.spec.os?.name;
  if (wanted !== undefined && wanted !== system)
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  return undefined;
}

function checkResources(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  const capacity = resourceAmounts(node.status.allocatable ?? node.status.capacity);
  const missing: Record<string, number> = {};
  let first: Rejection | undefined;
  const podLimit = capacity.pods;
  if (podLimit !== undefined && others.length + 1 > podLimit) {
    first = shortOf('pods', 1, others.length, podLimit);
    missing.pods = others.length + 1 - podLimit;
  }
  const used = others.map((other) => podRequests(other));
  for (const [resource, requested] of Object.entries(podRequests(pod))) {
    if (requested === 0) continue;
    const taken = used.reduce((sum, amounts) => sum + (amounts[resource] ?? 0), 0);
    const available = capacity[resource] ?? 0;
    if (requested <= available - taken) continue;
    first ??= shortOf(resource, requested, taken, available);
    missing[resource] = requested + taken - available;
  }
  return first === undefined ? undefined : { ...first, missing };
}

/** Models lifecycle.InsufficientResourceError. */
function shortOf(resource: string, requested: number, used: number, capacity: number): Rejection {
  return {
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function checkAffinity(pod: Pod, node: Node): Rejection | undefined {
  const labels = node.metadata.labels;
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, wanted]) => labels?.[key] === wanted);
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const matched = required === undefined || required.nodeSelectorTerms.some((term) => matchTerm(term, node));
  return selected && matched ? undefined : predicateFailed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
}

function matchTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    matchNodeRequirements(expressions, node.metadata.labels) &&
    matchNodeRequirements(fields, { 'metadata.name': node.metadata.name })
  );
}

function checkPorts(pod: Pod, others: readonly Pod[]): Rejection | undefined {
  const taken = others.flatMap(hostPorts);
  const clash = hostPorts(pod).some((port) => taken.some((other) => sameHostPort(port, other)));
  return clash ? predicateFailed('NodePorts', "node(s) didn't have free ports for the requested pod ports") : undefined;
}

interface HostPort {
  port: number;
  protocol: string;
  ip: string;
}

function hostPorts(pod: Pod): HostPort[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      port.hostPort ? [{ port: port.hostPort, protocol: port.protocol ?? 'TCP', ip: port.hostIP ?? '0.0.0.0' }] : [],
    ),
  );
}

function sameHostPort(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}

function checkTaints(pod: Pod, node: Node): Rejection | undefined {
  const untolerated = findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoExecute']);
  return untolerated === undefined
    ? undefined
    : predicateFailed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

function predicateFailed(predicate: string, why: string): Rejection {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${why}` };
}

import { deepEqual } from '#shared/core/json.ts';
import { podRequests } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { action, type ClusterEvent } from './framework/events.ts';

/** What about a node changed that can matter to a pending pod. Models pkg/scheduler/framework/events NodeSchedulingPropertiesChange. */
export function nodeEvents(before: Node, after: Node): ClusterEvent[] {
  const declared = (node: Node) => (node.status as Node['status'] & { declaredFeatures?: unknown })?.declaredFeatures;
  const conditions = (node: Node) =>
    Object.fromEntries((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
  const changes: [boolean, number][] = [
    [
      (before.spec.unschedulable ?? false) !== (after.spec.unschedulable ?? false) ||
        !deepEqual(before.spec.taints, after.spec.taints),
      action.updateNodeTaint,
    ],
    [!deepEqual(before.status?.allocatable, after.status?.allocatable), action.updateNodeAllocatable],
    [!deepEqual(before.metadata.labels, after.metadata.labels), action.updateNodeLabel],
    [!deepEqual(conditions(before), conditions(after)), action.updateNodeCondition],
    [!deepEqual(before.metadata.annotations, after.metadata.annotations), action.updateNodeAnnotation],
    [!deepEqual(declared(before), declared(after)), action.updateNodeDeclaredFeature],
  ];
  return changes.filter(([changed]) => changed).map(([, bit]) => ({ resource: 'Node', action: bit }));
}

/** What about a pod changed that can matter to a pending pod (itself or another). Models PodSchedulingPropertiesChange. */
export function podEvents(before: Pod, after: Pod): ClusterEvent[] {
  const resource = after.spec.nodeName ? 'AssignedPod' : 'PendingPod';
  const bits: number[] = [];
  if (!deepEqual(before.metadata.labels, after.metadata.labels)) bits.push(action.updatePodLabel);
  if (scaledDown(before, after)) bits.push(action.updatePodScaleDown);
  if ((before.spec.schedulingGates?.length ?? 0) > 0 && (after.spec.schedulingGates?.length ?? 0) === 0)
    bits.push(action.updatePodGatesEliminated);
  if (!deepEqual(before.spec.tolerations, after.spec.tolerations)) bits.push(action.updatePodToleration);
  if (bits.length === 0) bits.push(action.updateOther);
  return bits.map((bit) => ({ resource, action: bit }));
}

function scaledDown(before: Pod, after: Pod): boolean {
  if (before.spec === after.spec && before.status?.containerStatuses === after.status?.containerStatuses) return false;
  if (deepEqual(before.spec.containers, after.spec.containers) && deepEqual(before.spec.resources, after.spec.resources)) {
    const resources = (pod: Pod) =>
      (pod.status?.containerStatuses ?? []).map((status) => (status as { resources?: unknown }).resources);
    if (deepEqual(resources(before), resources(after))) return false;
  }
  const was = podRequests(before);
  const is = podRequests(after);
  return Object.keys(was).some((name) => (is[name] ?? 0) < (was[name] ?? 0));
}

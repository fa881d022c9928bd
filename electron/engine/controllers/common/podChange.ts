import { podCondition } from '#shared/kube/conditions.ts';
import type { Pod } from '#shared/kube/types.ts';

/** Whether two versions of a pod differ in what workload controllers and budgets count: phase, readiness, deletion, labels, owners, node. */
export function countsDiffer(before: Pod, after: Pod): boolean {
  const a = podCondition(before, 'Ready');
  const b = podCondition(after, 'Ready');
  return (
    before.status.phase !== after.status.phase ||
    a?.status !== b?.status ||
    a?.lastTransitionTime !== b?.lastTransitionTime ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.labels !== after.metadata.labels ||
    before.metadata.ownerReferences !== after.metadata.ownerReferences
  );
}

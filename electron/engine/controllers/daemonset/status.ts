import { isPodAvailable, isPodReady } from '#shared/kube/conditions.ts';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import type { Node } from '#shared/kube/types.ts';
import type { Clock } from '../../sim/types.ts';
import { shouldRun } from './nodes.ts';
import { bySeniority, type PodsByNode } from './pods.ts';
import { isUpdated, templateGeneration } from './template.ts';

/** Zero counts that Go leaves out of the stored status. */
const OPTIONAL = ['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'] as const;

/** Status counted over all nodes; on each the senior pod counts. `hash`: of the present revision. Models updateDaemonSetStatus. */
export function daemonSetStatus(
  set: DaemonSet,
  nodes: readonly Node[],
  byNode: PodsByNode,
  hash: string,
  clock: Clock,
): DaemonSet['status'] {
  const generation = templateGeneration(set);
  const status = {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
    updatedNumberScheduled: 0,
    numberAvailable: 0,
    numberUnavailable: 0,
  };
  for (const node of nodes) {
    const pods = byNode.get(node.metadata.name) ?? [];
    if (!shouldRun(node, set).run) {
      if (pods.length > 0) status.numberMisscheduled++;
      continue;
    }
    status.desiredNumberScheduled++;
    const [senior] = pods.length > 1 ? [...pods].sort(bySeniority) : pods;
    if (senior === undefined) continue;
    status.currentNumberScheduled++;
    if (isPodReady(senior)) {
      status.numberReady++;
      if (isPodAvailable(senior, set.spec.minReadySeconds ?? 0, clock)) status.numberAvailable++;
    }
    if (isUpdated(senior, hash, generation)) status.updatedNumberScheduled++;
  }
  status.numberUnavailable = status.desiredNumberScheduled - status.numberAvailable;
  const { collisionCount, conditions } = set.status ?? {};
  const { generation: observedGeneration } = set.metadata;
  const stored: DaemonSet['status'] = {
    ...status,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions === undefined ? {} : { conditions }),
  };
  for (const name of OPTIONAL) if (stored[name] === 0) delete stored[name];
  return stored;
}

/** What happened to a kind of object, as bits so that a plugin can name several. Models pkg/scheduler/framework ActionType. */
export const action = {
  add: 1,
  delete: 2,
  updateNodeAllocatable: 4,
  updateNodeLabel: 8,
  updateNodeTaint: 16,
  updateNodeCondition: 32,
  updateNodeAnnotation: 64,
  updateNodeDeclaredFeature: 128,
  updatePodLabel: 256,
  updatePodScaleDown: 512,
  updatePodToleration: 1024,
  updatePodGatesEliminated: 2048,
  updateOther: 4096,
} as const;

const actionNames: readonly (readonly [number, string])[] = [
  [action.add, 'Add'],
  [action.delete, 'Delete'],
  [action.updateNodeAllocatable, 'UpdateNodeAllocatable'],
  [action.updateNodeLabel, 'UpdateNodeLabel'],
  [action.updateNodeTaint, 'UpdateNodeTaint'],
  [action.updateNodeCondition, 'UpdateNodeCondition'],
  [action.updateNodeAnnotation, 'UpdateNodeAnnotation'],
  [action.updateNodeDeclaredFeature, 'UpdateNodeDeclaredFeature'],
  [action.updatePodLabel, 'UpdatePodLabel'],
  [action.updatePodScaleDown, 'UpdatePodScaleDown'],
  [action.updatePodToleration, 'UpdatePodToleration'],
  [action.updatePodGatesEliminated, 'UpdatePodSchedulingGatesEliminated'],
  [action.updateOther, 'Update'],
];

/**
 * Kinds of object whose changes can make a pod schedulable. `AssignedPod` has a node or was nominated to one; `PendingPod` waits itself.
 * Kinds that are not simulated yet can be named as well.
 */
export type EventResource = 'Node' | 'AssignedPod' | 'PendingPod' | 'Namespace' | (string & {});

/** One change in the cluster. Models framework.ClusterEvent. */
export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: number;
}

/** `AssignedPodDelete`, `NodeUpdateNodeTaint`...: the words upstream uses in its logs and metrics. */
export function eventLabel(event: ClusterEvent): string {
  const names = actionNames.filter(([bit]) => (event.action & bit) !== 0).map(([, name]) => name);
  return `${event.resource}${names.join('|')}`;
}

import { toleratesAny } from '#shared/kube/taints.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { action } from '../../framework/events.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

export const reasonUnschedulable = 'node(s) were unschedulable';
const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const rejected = unresolvable(reasonUnschedulable);

/** Keeps pods off cordoned nodes unless they tolerate the cordon's taint. Models pkg/scheduler/framework/plugins/nodeunschedulable. */
export function createNodeUnschedulable(): Plugin {
  const tolerated = (pod: Pod) => toleratesAny(pod.spec.tolerations, unschedulableTaint);
  return {
    name: 'NodeUnschedulable',
    nodeLocal: true,
    filter: (_state, pod, node) => (!node.unschedulable || tolerated(pod.pod) ? null : rejected),
    events: () => [
      {
        event: { resource: 'Node', action: action.add | action.updateNodeTaint },
        hint: (_pod, before, after) => {
          const was = (before as Node | undefined)?.spec.unschedulable ?? false;
          const is = (after as Node | undefined)?.spec.unschedulable ?? false;
          return before === undefined ? !is : was && !is;
        },
      },
      {
        event: { resource: 'PendingPod', action: action.updatePodToleration },
        hint: (pod, _before, after) => after?.metadata.uid === pod.metadata.uid && tolerated(after as Pod),
      },
    ],
  };
}

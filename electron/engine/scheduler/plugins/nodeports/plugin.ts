import type { Node, Pod } from '#shared/kube/types.ts';
import { action } from '../../framework/events.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { hostPortsOf, portsConflict } from '../../framework/podinfo.ts';
import { skip, unschedulable } from '../../framework/status.ts';

export const reasonPorts = "node(s) didn't have free ports for the requested pod ports";
const rejected = unschedulable(reasonPorts);

/** A node's ports belong to one pod each. Models pkg/scheduler/framework/plugins/nodeports. */
export function createNodePorts(): Plugin {
  return {
    name: 'NodePorts',
    nodeLocal: true,
    preFilter: (_state, pod) => (pod.hostPorts.length === 0 ? skip : null),
    filter: (_state, pod, node) => (pod.hostPorts.some((port) => node.portTaken(port)) ? rejected : null),
    events: () => [
      {
        event: { resource: 'AssignedPod', action: action.delete },
        hint: (pod, before) => {
          const freed = before === undefined ? [] : hostPortsOf(before as Pod);
          return hostPortsOf(pod).some((wanted) => freed.some((port) => portsConflict(wanted, port)));
        },
      },
      {
        event: { resource: 'Node', action: action.add },
        hint: (_pod, _before, after) => (after as Node | undefined) !== undefined,
      },
    ],
  };
}

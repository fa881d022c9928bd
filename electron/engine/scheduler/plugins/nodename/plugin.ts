import { action } from '../../framework/events.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

export const reasonNodeName = "node(s) didn't match the requested node name";
const rejected = unresolvable(reasonNodeName);

/** Holds a pod that names a node to that node. Models pkg/scheduler/framework/plugins/nodename. */
export function createNodeName(): Plugin {
  return {
    name: 'NodeName',
    nodeLocal: true,
    filter: (_state, { pod }, node) => (!pod.spec.nodeName || pod.spec.nodeName === node.name ? null : rejected),
    events: () => [{ event: { resource: 'Node', action: action.add } }],
  };
}

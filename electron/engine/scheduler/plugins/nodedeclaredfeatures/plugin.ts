import type { Container, Node, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unresolvable } from '../../framework/status.ts';

export const reasonFeatures = "node(s) didn't match Pod's required features";
const rejected = unresolvable(reasonFeatures);
const key = stateKey<{ readonly features: readonly string[] }>('PreFilterNodeDeclaredFeatures');

type RestartRules = Container & { restartPolicyRules?: readonly { action?: string }[] };

/** Features a node must declare before it may run the pod. Models component-helpers/nodedeclaredfeatures InferForScheduling. */
export function requiredFeatures(pod: Pod): readonly string[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])] as RestartRules[];
  const restartsAll = containers.some(({ restartPolicyRules }) =>
    restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers'),
  );
  return restartsAll ? ['RestartAllContainersOnContainerExits'] : [];
}

function declares(node: Node, features: readonly string[]): boolean {
  const declared = (node.status as Node['status'] & { declaredFeatures?: readonly string[] })?.declaredFeatures ?? [];
  return features.every((feature) => declared.includes(feature));
}

/** Matches what a pod needs of its kubelet with what nodes declare. Models pkg/scheduler/framework/plugins/nodedeclaredfeatures. */
export function createNodeDeclaredFeatures(): Plugin {
  return {
    name: 'NodeDeclaredFeatures',
    nodeLocal: true,
    preFilter(state, { pod }) {
      const features = requiredFeatures(pod);
      if (features.length === 0) return skip;
      state.write(key, { features });
      return null;
    },
    filter(state, pod, { node }) {
      const features = state.read(key)?.features ?? requiredFeatures(pod.pod);
      return declares(node, features) ? null : rejected;
    },
    events: () => [
      {
        event: { resource: 'Node', action: action.add | action.updateNodeDeclaredFeature },
        hint: (pod, _before, after) => after !== undefined && declares(after as Node, requiredFeatures(pod)),
      },
    ],
  };
}

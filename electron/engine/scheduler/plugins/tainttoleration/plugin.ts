import { findUntolerated, toleratesAny } from '#shared/kube/taints.ts';
import type { Node, Pod, Toleration } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import { normalizeByMax } from '../../framework/normalize.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

export const reasonTaint = 'node(s) had untolerated taint(s)';
const rejected = unresolvable(reasonTaint);
const hardEffects = ['NoSchedule', 'NoExecute'];

interface Preferences {
  /** Tolerations that can cover a PreferNoSchedule taint. */
  readonly tolerations: readonly Toleration[];
}
const key = stateKey<Preferences>('PreScoreTaintToleration');

/** Rejects nodes with a hard taint the pod does not tolerate; prefers nodes with fewer soft ones. Models pkg/scheduler/framework/plugins/tainttoleration. */
export function createTaintToleration(): Plugin {
  const tolerated = (pod: Pod, node: Node) => findUntolerated(node.spec.taints, pod.spec.tolerations, hardEffects) === undefined;
  return {
    name: 'TaintToleration',
    nodeLocal: true,
    filter: (_state, pod, node) => (node.taints.length === 0 || tolerated(pod.pod, node.node) ? null : rejected),
    preScore(state, { pod }) {
      state.write(key, {
        tolerations: (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
      });
      return null;
    },
    score(state, _pod, { taints }) {
      if (taints.length === 0) return 0;
      const tolerations = state.read(key)?.tolerations;
      return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !toleratesAny(tolerations, taint)).length;
    },
    normalizesAlike: true,
    normalize: (_state, _pod, scores) => normalizeByMax(scores, true),
    events: () => [
      {
        event: { resource: 'Node', action: action.add | action.updateNodeTaint },
        hint: (pod, before, after) => {
          if (after === undefined) return true;
          const was = before !== undefined && tolerated(pod, before as Node);
          return tolerated(pod, after as Node) && !was;
        },
      },
      {
        event: { resource: 'PendingPod', action: action.updatePodToleration },
        hint: (pod, _before, after) => after?.metadata.uid === pod.metadata.uid,
      },
    ],
  };
}

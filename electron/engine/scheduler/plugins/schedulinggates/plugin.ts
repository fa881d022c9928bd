import type { Pod } from '#shared/kube/types.ts';
import { action } from '../../framework/events.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

export const schedulingGatesName = 'SchedulingGates';

/** Keeps a pod out of the active queue while it has gates. Models pkg/scheduler/framework/plugins/schedulinggates. */
export function createSchedulingGates(): Plugin {
  return {
    name: schedulingGatesName,
    preEnqueue(pod: Pod) {
      const gates = pod.spec.schedulingGates ?? [];
      if (gates.length === 0) return null;
      return unresolvable(`waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]`);
    },
    events: () => [
      {
        event: { resource: 'PendingPod', action: action.updatePodGatesEliminated },
        hint: (pod, _before, after) => after?.metadata.uid === pod.metadata.uid,
      },
    ],
  };
}

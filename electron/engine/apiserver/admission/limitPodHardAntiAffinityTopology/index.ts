import type { Pod } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionPlugin } from '../types.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** Required anti-affinity may only spread over nodes. Off unless enabled. Models plugin/pkg/admission/antiaffinity. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  validate(request) {
    const { object, operation } = request;
    if (object?.kind !== 'Pod' || request.subresource !== undefined || operation === 'DELETE') return null;
    const { affinity } = (object as unknown as Pod).spec;
    const terms = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const other = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (other === undefined) return null;
    return forbiddenStatus(
      object,
      `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${other.topologyKey} but only key ${HOSTNAME} is allowed`,
    );
  },
};

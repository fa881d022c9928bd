import type { PersistentVolumeClaim, Pod } from '#shared/kube/types.ts';

/** Where the kubelet looks up a pod's claims. */
export type ClaimSource = (namespace: string, name: string) => PersistentVolumeClaim | undefined;

/** A volume whose claim the kubelet cannot follow to a volume of the cluster, and why. */
export interface ClaimError {
  readonly volume: string;
  readonly message: string;
}

/** Name of the claim behind a volume; undefined for the other kinds of volume. An ephemeral one's is POD-VOLUME. */
function claimName(pod: Pod, volume: NonNullable<Pod['spec']['volumes']>[number]): string | undefined {
  if (volume.ephemeral !== undefined) return `${pod.metadata.name}-${volume.name}`;
  return volume.persistentVolumeClaim?.claimName;
}

function faultOf(claim: PersistentVolumeClaim | undefined, name: string): string | undefined {
  if (claim === undefined) return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
  if (claim.metadata.deletionTimestamp !== undefined) return "can't start pod because PVC is being deleted";
  return claim.status?.phase === 'Bound' && claim.spec.volumeName ? undefined : 'PVC is not bound';
}

/**
 * Claims of the pod that have no volume (a pod put on its node by hand may come before its volume), in the pod's order.
 * Models volumemanager/populator getPVCExtractPV.
 */
export function claimErrors(pod: Pod, source: ClaimSource): ClaimError[] {
  const namespace = pod.metadata.namespace ?? '';
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    const name = claimName(pod, volume);
    const fault = name === undefined ? undefined : faultOf(source(namespace, name), name);
    return fault === undefined ? [] : [{ volume: volume.name, message: `error processing PVC ${namespace}/${name}: ${fault}` }];
  });
}

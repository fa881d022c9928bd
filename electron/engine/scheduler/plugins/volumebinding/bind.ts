import {
  annotated,
  annotationOf,
  annSelectedNode,
  isFullyBound,
  type PersistentVolume,
  type PersistentVolumeClaim,
  reservedFor,
  volumeFitsNode,
} from '#shared/kube/storage.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { Handle } from '../../framework/plugin.ts';
import type { AssumedStorage } from './assumed.ts';
import type { NodeVolumes } from './find.ts';

/** Binding work for one pod on its node. */
export interface PendingBinding {
  readonly node: string;
  /** Volumes as reserved for their claims, and claims with the node selected, as they are to be written. */
  readonly volumes: readonly { readonly before: PersistentVolume; readonly after: PersistentVolume }[];
  readonly claims: readonly { readonly before: PersistentVolumeClaim; readonly after: PersistentVolumeClaim }[];
  /** Claims that get an existing volume. */
  readonly bound: readonly PersistentVolumeClaim[];
  /** Virtual time of the writes; undefined before. */
  writtenMs: number | undefined;
}

/** Decides what will be written and lets the scheduler believe it from now on. Models volumeBinder.AssumePodVolumes. */
export function assumeVolumes(storage: AssumedStorage, found: NodeVolumes, node: string): PendingBinding {
  const volumes = found.bindings.map(({ claim, volume }) => ({ before: volume, after: reservedFor(volume, claim) }));
  const claims = found.provisions.map((claim) => ({ before: claim, after: annotated(claim, annSelectedNode, node) }));
  for (const { before, after } of [...volumes, ...claims]) if (before !== after) storage.assume(before, after);
  return { node, volumes, claims, bound: found.bindings.map(({ claim }) => claim), writtenMs: undefined };
}

/** Forgets the beliefs of assumeVolumes. Models RevertAssumedPodVolumes. */
export function revertVolumes(storage: AssumedStorage, pending: PendingBinding): void {
  for (const { after } of [...pending.volumes, ...pending.claims]) storage.restore(after);
}

/** Writes reservations and selected nodes. Returns the API's complaint about the first that fails. Models bindAPIUpdate. */
export function writeBindings(handle: Handle, pending: PendingBinding): string | undefined {
  pending.writtenMs = handle.clock.nowMs;
  const writes: { before: KubeObject; after: KubeObject }[] = [...pending.volumes, ...pending.claims];
  for (const { before, after } of writes) {
    if (before === after) continue;
    const answer = handle.update(after);
    if (!answer.ok) return answer.error;
  }
  return undefined;
}

/** Are all claims bound by now? An error text when scheduling has to begin anew. Models volumeBinder.checkBindings. */
export function checkBindings(handle: Handle, pod: Pod, pending: PendingBinding): boolean | { error: string } {
  const { objects } = handle;
  const namespace = pod.metadata.namespace ?? '';
  const { name } = pod.metadata;
  const node = objects.get('Node', '', pending.node);
  if (node === undefined) return { error: `failed to get node "${pending.node}": node "${pending.node}" not found` };
  if (objects.get('Pod', namespace, name)?.metadata.uid !== pod.metadata.uid)
    return { error: `pod does not exist any more: pod ${JSON.stringify(name)} not found` };
  const misplaced = (volume: PersistentVolume) => ({
    error: `pv ${JSON.stringify(volume.metadata.name)} node affinity doesn't match node ${JSON.stringify(pending.node)}: no matching NodeSelectorTerms`,
  });
  const claimOf = (claim: PersistentVolumeClaim) =>
    objects.get('PersistentVolumeClaim', namespace, claim.metadata.name) as PersistentVolumeClaim | undefined;
  const missing = (what: string, one: KubeObject) => ({
    error: `failed to check ${what}: could not find ${one.kind === 'PersistentVolume' ? 'v1.PersistentVolume' : 'v1.PersistentVolumeClaim'} ${JSON.stringify(one.kind === 'PersistentVolume' ? one.metadata.name : `${namespace}/${one.metadata.name}`)}`,
  });
  let complete = true;
  for (const [i, { after }] of pending.volumes.entries()) {
    const volume = objects.get('PersistentVolume', '', after.metadata.name) as PersistentVolume | undefined;
    const claim = claimOf(pending.bound[i]!);
    if (volume === undefined) return missing('binding', after);
    if (claim === undefined) return missing('binding', pending.bound[i]!);
    if (!volumeFitsNode(volume, node.metadata.labels)) return misplaced(volume);
    if (!volume.spec.claimRef?.uid) return { error: `ClaimRef got reset for pv ${JSON.stringify(volume.metadata.name)}` };
    if (!isFullyBound(claim)) complete = false;
  }
  for (const { after } of pending.claims) {
    const claim = claimOf(after);
    if (claim === undefined) return missing('provisioning pvc', after);
    const quoted = JSON.stringify(claim.metadata.name);
    if (claim.metadata.annotations === undefined) return { error: `selectedNode annotation reset for PVC ${quoted}` };
    if (annotationOf(claim, annSelectedNode) !== pending.node) return { error: `provisioning failed for PVC ${quoted}` };
    if (claim.spec.volumeName) {
      const volume = objects.get('PersistentVolume', '', claim.spec.volumeName) as PersistentVolume | undefined;
      if (volume !== undefined && !volumeFitsNode(volume, node.metadata.labels)) return misplaced(volume);
      if (volume === undefined) complete = false;
    }
    if (!isFullyBound(claim)) complete = false;
  }
  return complete;
}

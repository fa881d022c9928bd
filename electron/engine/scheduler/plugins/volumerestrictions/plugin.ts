import type { PersistentVolumeClaim, PodVolume } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import type { EventRegistration, Handle, Plugin } from '../../framework/plugin.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import { skip, unresolvable, unschedulable } from '../../framework/status.ts';
import { isRestricted, volumesConflict } from './disks.ts';

export const reasonDisk = 'node(s) had no available disk';
export const reasonReadWriteOncePod =
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
const rejectedDisk = unschedulable(reasonDisk);
const rejectedClaim = unschedulable(reasonReadWriteOncePod);

/** Claims of the pod that only one pod may use, and how many of them somebody uses. */
class RestrictionState {
  readonly disks: readonly PodVolume[];
  readonly #claims: ReadonlySet<string>;
  used: number;

  constructor(disks: readonly PodVolume[], claims: ReadonlySet<string>, used: number) {
    this.disks = disks;
    this.#claims = claims;
    this.used = used;
  }

  /** A pod comes (1) or goes (-1) in a what-if run. Upstream compares claim names alone, without the namespace. */
  move(pod: Pod, by: 1 | -1): void {
    for (const volume of pod.spec.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name !== undefined && this.#claims.has(name)) this.used += by;
    }
  }

  clone(): RestrictionState {
    return new RestrictionState(this.disks, this.#claims, this.used);
  }
}

const key = stateKey<RestrictionState>('PreFilterVolumeRestrictions');
const noVolumes: readonly PodVolume[] = [];

/** How many of the claims some pod on a node uses. Models Snapshot.IsPVCUsedByPods for each. */
function countUsed(snapshot: Snapshot, namespace: string | undefined, claims: ReadonlySet<string>): number {
  if (claims.size === 0) return 0;
  const used = new Set<string>();
  for (const node of snapshot.nodes) {
    for (const { pod } of node.pods) {
      if (pod.spec.volumes === undefined || pod.metadata.namespace !== namespace) continue;
      for (const { persistentVolumeClaim } of pod.spec.volumes) {
        if (persistentVolumeClaim !== undefined && claims.has(persistentVolumeClaim.claimName))
          used.add(persistentVolumeClaim.claimName);
      }
    }
  }
  return used.size;
}

/** Disks that cannot be mounted twice, and claims for one pod only. Models pkg/scheduler/framework/plugins/volumerestrictions. */
export function createVolumeRestrictions(_args: unknown, handle: Handle): Plugin {
  return {
    name: 'VolumeRestrictions',
    preFilter(state, { pod }, snapshot) {
      const volumes = pod.spec.volumes ?? noVolumes;
      if (volumes.length === 0) return skip;
      const claims = new Set<string>();
      for (const { persistentVolumeClaim } of volumes) {
        if (persistentVolumeClaim === undefined) continue;
        const name = persistentVolumeClaim.claimName;
        const claim = handle.objects.get('PersistentVolumeClaim', pod.metadata.namespace ?? '', name);
        if (claim === undefined) return unresolvable(`persistentvolumeclaim ${JSON.stringify(name)} not found`);
        if ((claim as PersistentVolumeClaim).spec.accessModes?.includes('ReadWriteOncePod')) claims.add(name);
      }
      const disks = volumes.filter(isRestricted);
      const used = countUsed(snapshot, pod.metadata.namespace, claims);
      if (disks.length === 0 && used === 0) return skip;
      state.write(key, new RestrictionState(disks, claims, used));
      return null;
    },
    addPod: (state, _pod, added) => state.read(key)?.move(added.pod, 1),
    removePod: (state, _pod, removed) => state.read(key)?.move(removed.pod, -1),
    filter(state, _pod, node) {
      const found = state.read(key);
      if (found === undefined) return null;
      for (const disk of found.disks) if (node.pods.some(({ pod }) => volumesConflict(disk, pod))) return rejectedDisk;
      return found.used > 0 ? rejectedClaim : null;
    },
    events: () => restrictionEvents,
  };
}

/** Models VolumeRestrictions EventsToRegister. */
const restrictionEvents: readonly EventRegistration[] = [
  {
    event: { resource: 'AssignedPod', action: action.delete },
    hint: (pod, before) => before !== undefined && freesVolume(pod, before as Pod),
  },
  { event: { resource: 'Node', action: action.add } },
  {
    event: { resource: 'PersistentVolumeClaim', action: action.add },
    hint: (pod, _before, claim) =>
      claim?.metadata.namespace === pod.metadata.namespace &&
      (pod.spec.volumes ?? []).some((one) => one.persistentVolumeClaim?.claimName === claim?.metadata.name),
  },
];

/** Whether the pod that left held a disk or a claim the other pod wants. */
function freesVolume(pod: Pod, gone: Pod): boolean {
  if (gone.metadata.namespace !== pod.metadata.namespace) return false;
  const volumes = pod.spec.volumes ?? noVolumes;
  if (volumes.some((volume) => isRestricted(volume) && volumesConflict(volume, gone))) return true;
  const direct = (one: Pod) => (one.spec.volumes ?? noVolumes).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  const held = new Set(direct(gone));
  return direct(pod).some((name) => held.has(name));
}

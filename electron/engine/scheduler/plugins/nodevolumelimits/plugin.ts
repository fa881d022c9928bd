import { type CsiNode, claimNameOf, type PersistentVolumeClaim, type VolumeAttachment } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import { action } from '../../framework/events.ts';
import type { EventRegistration, Handle, ObjectSource, Plugin } from '../../framework/plugin.ts';
import { errorStatus, type PluginStatus, skip, unschedulable } from '../../framework/status.ts';
import { attachedByName, collectAttachable } from './attachable.ts';
import { inlineSource } from './migration.ts';

export const reasonTooMany = 'node(s) exceed max volume count';
const rejected = unschedulable(reasonTooMany);

/** Whether a pod mounts anything that can count. */
function mountsAttachable(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || inlineSource(volume) !== undefined,
  );
}

/** Drivers that say how many volumes the node can attach. Models getVolumeLimits. */
function limitsOf(node: CsiNode | undefined): Map<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of node?.spec.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  return limits;
}

/** Number of volumes of each driver. */
function countByDriver(volumes: ReadonlyMap<string, string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}

/** A node attaches only so many volumes of a driver. Models pkg/scheduler/framework/plugins/nodevolumelimits CSILimits. */
export function createNodeVolumeLimits(_args: unknown, handle: Handle): Plugin {
  const { objects } = handle;
  const registered = limitEvents(objects);
  return {
    name: 'NodeVolumeLimits',
    preFilter: (_state, { pod }) => (pod.spec.volumes !== undefined && mountsAttachable(pod) ? null : skip),
    filter(_state, { pod }, node): PluginStatus | null {
      const csiNode = objects.get('CSINode', '', node.name) as CsiNode | undefined;
      const wanted = new Map<string, string>();
      const fault = collectAttachable(objects, pod, csiNode, true, wanted);
      if (fault !== undefined) return fault;
      const limits = limitsOf(csiNode);
      if (wanted.size === 0 || limits.size === 0) return null;
      const attached = new Map<string, string>();
      for (const one of node.pods) {
        const wrong = collectAttachable(objects, one.pod, csiNode, false, attached);
        if (wrong !== undefined) return errorStatus(wrong.reasons.join(', '));
      }
      for (const one of objects.list('VolumeAttachment')) attachedByName(objects, one as VolumeAttachment, node.name, attached);
      // A volume that is attached already needs no further place.
      for (const volume of attached.keys()) wanted.delete(volume);
      const taken = countByDriver(attached);
      for (const [driver, count] of countByDriver(wanted)) {
        const limit = limits.get(driver);
        if (limit !== undefined && (taken.get(driver) ?? 0) + count > limit) return rejected;
      }
      return null;
    },
    events: () => registered,
  };
}

/** Models CSILimits EventsToRegister. */
function limitEvents(objects: ObjectSource): EventRegistration[] {
  return [
    { event: { resource: 'CSINode', action: action.add } },
    {
      event: { resource: 'CSINode', action: action.updateOther },
      hint: (_pod, before, after) => {
        const was = limitsOf(before as CsiNode | undefined);
        for (const [driver, limit] of limitsOf(after as CsiNode | undefined)) if (limit > (was.get(driver) ?? 0)) return true;
        return false;
      },
    },
    {
      event: { resource: 'AssignedPod', action: action.delete },
      hint: (_pod, before) => {
        const gone = before as Pod | undefined;
        return gone !== undefined && !!gone.spec.nodeName && mountsAttachable(gone);
      },
    },
    {
      event: { resource: 'PersistentVolumeClaim', action: action.add },
      hint: (pod, _before, claim) =>
        claim?.metadata.namespace === pod.metadata.namespace &&
        (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === claim?.metadata.name),
    },
    {
      event: { resource: 'VolumeAttachment', action: action.delete },
      hint: (pod, before) => before !== undefined && freesPlace(objects, pod, before as VolumeAttachment),
    },
  ];
}

/** Whether an attachment that went was of a volume the pod uses, or of the driver of one of its inline volumes. */
function freesPlace(objects: ObjectSource, pod: Pod, gone: VolumeAttachment): boolean {
  const { attacher, source } = gone.spec ?? {};
  return (pod.spec.volumes ?? []).some((volume) => {
    const name = claimNameOf(pod, volume);
    if (name === undefined) return attacher !== undefined && inlineSource(volume)?.driver === attacher;
    const claim = objects.get('PersistentVolumeClaim', pod.metadata.namespace ?? '', name) as PersistentVolumeClaim | undefined;
    const attached = source?.persistentVolumeName;
    return claim !== undefined && attached !== undefined && claim.spec.volumeName === attached;
  });
}

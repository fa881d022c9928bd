import { deepEqual } from '#shared/core/json.ts';
import {
  annMigratedPlugins,
  annotationOf,
  type CsiDriver,
  type CsiStorageCapacity,
  type StorageClass,
  usesClaim,
} from '#shared/kube/storage.ts';
import { action } from '../../framework/events.ts';
import type { EventRegistration } from '../../framework/plugin.ts';
import { volumeLimit } from './find.ts';

/** Changes after which a pod that found no volumes may find some. Models VolumeBinding EventsToRegister. */
export const bindingEvents: readonly EventRegistration[] = [
  {
    event: { resource: 'StorageClass', action: action.add | action.updateOther },
    hint: (_pod, before, after) =>
      before === undefined ||
      !deepEqual((before as StorageClass).allowedTopologies, (after as StorageClass | undefined)?.allowedTopologies),
  },
  {
    event: { resource: 'PersistentVolumeClaim', action: action.add | action.updateOther },
    hint: (pod, _before, after) =>
      after !== undefined && after.metadata.namespace === pod.metadata.namespace && usesClaim(pod, after.metadata.name),
  },
  { event: { resource: 'PersistentVolume', action: action.add | action.updateOther } },
  { event: { resource: 'Node', action: action.add | action.updateNodeLabel } },
  {
    event: { resource: 'CSINode', action: action.add | action.updateOther },
    hint: (_pod, before, after) =>
      before === undefined ||
      (after !== undefined && annotationOf(before, annMigratedPlugins) !== annotationOf(after, annMigratedPlugins)),
  },
  {
    event: { resource: 'CSIDriver', action: action.updateOther },
    hint: (pod, before, after) => {
      const stopped =
        (before as CsiDriver | undefined)?.spec?.storageCapacity === true &&
        (after as CsiDriver | undefined)?.spec?.storageCapacity !== true;
      return stopped && (pod.spec.volumes ?? []).some(({ csi }) => csi !== undefined && csi.driver === after?.metadata.name);
    },
  },
  {
    event: { resource: 'CSIStorageCapacity', action: action.add | action.updateOther },
    hint: (_pod, before, after) => {
      if (before === undefined) return true;
      const is = after === undefined ? undefined : volumeLimit(after as CsiStorageCapacity);
      const was = volumeLimit(before as CsiStorageCapacity);
      return is !== undefined && (was === undefined || is > was);
    },
  },
];

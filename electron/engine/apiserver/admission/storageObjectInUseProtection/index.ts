import { ok } from '#shared/core/result.ts';
import type { AdmissionPlugin } from '../types.ts';

/** Finalizers that keep volumes and claims from going while they are used. */
export const pvProtection = 'kubernetes.io/pv-protection';
export const pvcProtection = 'kubernetes.io/pvc-protection';

const finalizers: Readonly<Record<string, string>> = {
  PersistentVolume: pvProtection,
  PersistentVolumeClaim: pvcProtection,
};

/** Gives every new volume and claim its protection. Models plugin/pkg/admission/storage/storageobjectinuseprotection. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate(object, { operation, subresource }) {
    const finalizer = finalizers[object.kind];
    if (operation !== 'CREATE' || subresource !== undefined || finalizer === undefined) return ok(object);
    const given = object.metadata.finalizers ?? [];
    if (given.includes(finalizer)) return ok(object);
    return ok({ ...object, metadata: { ...object.metadata, finalizers: [...given, finalizer] } });
  },
};

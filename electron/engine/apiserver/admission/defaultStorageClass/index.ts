import { ok } from '#shared/core/result.ts';
import { classOf, newestDefaultClass, type PersistentVolumeClaim, type StorageClass } from '#shared/kube/storage.ts';
import type { AdmissionPlugin } from '../types.ts';

/** A new claim that names no class (not even the empty one) gets the cluster's default. Models plugin/pkg/admission/storage/storageclass/setdefault. */
export const defaultStorageClassPlugin: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  mutate(object, { operation, subresource }, access) {
    if (operation !== 'CREATE' || subresource !== undefined || object.kind !== 'PersistentVolumeClaim') return ok(object);
    const claim = object as unknown as PersistentVolumeClaim;
    if (claim.spec.storageClassName !== undefined || classOf(claim) !== '') return ok(object);
    const one = newestDefaultClass(access.list('StorageClass') as unknown as readonly StorageClass[]);
    return ok(one === undefined ? object : { ...object, spec: { ...claim.spec, storageClassName: one.metadata.name } });
  },
};

import { classOf, requestedStorage } from '#shared/kube/storage.ts';
import type { AnyObject, PersistentVolumeClaim, StorageClass } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin } from '../types.ts';

function canGrow(claim: PersistentVolumeClaim, access: AdmissionAccess): boolean {
  const name = classOf(claim);
  if (name === '') return false;
  const found = access.get('StorageClass', '', name) as unknown as StorageClass | undefined;
  return found?.allowVolumeExpansion === true;
}

/** A bound claim grows only where its class allows it. Models plugin/pkg/admission/storage/persistentvolume/resize. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  validate(request, access) {
    const { object, old, operation } = request;
    if (operation !== 'UPDATE' || object?.kind !== 'PersistentVolumeClaim' || request.subresource !== undefined) return null;
    const [now, before] = [object, old as AnyObject].map((one) => one as unknown as PersistentVolumeClaim);
    if (now === undefined || before === undefined || requestedStorage(now) <= requestedStorage(before)) return null;
    if (before.status?.phase !== 'Bound' || canGrow(now, access)) return null;
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    return forbiddenStatus(object, why);
  },
};

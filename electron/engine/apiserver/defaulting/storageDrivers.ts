import type { CsiDriverObject } from '../validation/storageDrivers.ts';

/** A driver as the API server completes it: it attaches, and its volumes live as long as somebody wants them. Models SetDefaults_CSIDriver. */
export function defaultCsiDriver(driver: CsiDriverObject): CsiDriverObject {
  const { volumeLifecycleModes = [], ...spec } = driver.spec ?? {};
  return {
    ...driver,
    spec: {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
      ...spec,
      volumeLifecycleModes: volumeLifecycleModes.length === 0 ? ['Persistent'] : volumeLifecycleModes,
    },
  };
}

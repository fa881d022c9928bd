import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#shared/kube/storage.ts';
import type { ResourceList } from '#shared/kube/types.ts';
import { defaultResourceList } from './container.ts';

/** A volume: kept when released, a file system unless said otherwise. Models SetDefaults_PersistentVolume and those of its sources. */
export function defaultVolumeObject(volume: PersistentVolume): PersistentVolume {
  const spec = volume.spec ?? {};
  const { hostPath, iscsi, rbd, capacity } = spec;
  return {
    ...volume,
    spec: {
      ...spec,
      ...(capacity === undefined ? {} : { capacity: (defaultResourceList(capacity as ResourceList) ?? {}) as typeof capacity }),
      ...(hostPath === undefined ? {} : { hostPath: { ...hostPath, type: hostPath.type ?? '' } }),
      ...(iscsi === undefined ? {} : { iscsi: { ...iscsi, iscsiInterface: iscsi.iscsiInterface || 'default' } }),
      ...(rbd === undefined
        ? {}
        : { rbd: { ...rbd, pool: rbd.pool || 'rbd', user: rbd.user || 'admin', keyring: rbd.keyring || '/etc/ceph/keyring' } }),
      persistentVolumeReclaimPolicy: spec.persistentVolumeReclaimPolicy ?? 'Retain',
      volumeMode: spec.volumeMode ?? 'Filesystem',
    },
  };
}

/** A claim: a file system unless said otherwise; amounts in their canonical form. Models SetDefaults_PersistentVolumeClaim. */
export function defaultClaim(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const spec = claim.spec ?? {};
  const { limits, requests } = spec.resources ?? {};
  const amounts = (list: typeof requests) => defaultResourceList(list as ResourceList) as NonNullable<typeof requests>;
  return {
    ...claim,
    spec: {
      ...spec,
      resources: {
        ...(limits === undefined ? {} : { limits: amounts(limits) }),
        ...(requests === undefined ? {} : { requests: amounts(requests) }),
      },
      volumeMode: spec.volumeMode ?? 'Filesystem',
    },
  };
}

/** A class: volumes are deleted with their claims and bound at once. Models SetDefaults_StorageClass. */
export function defaultStorageClass(one: StorageClass): StorageClass {
  return { ...one, reclaimPolicy: one.reclaimPolicy ?? 'Delete', volumeBindingMode: one.volumeBindingMode ?? 'Immediate' };
}

/** Kinds a claim may be filled from without a group. */
const SOURCE_KINDS: readonly string[] = ['PersistentVolumeClaim'];

/** Drops a data source that nothing can fill, and names it in the newer field as well. Models persistentvolumeclaim NormalizeDataSources. */
export function normalizeDataSource(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const { dataSource, ...spec } = claim.spec;
  if (dataSource === undefined) return claim;
  const known = dataSource.apiGroup
    ? dataSource.apiGroup === 'snapshot.storage.k8s.io' && dataSource.kind === 'VolumeSnapshot'
    : SOURCE_KINDS.includes(dataSource.kind);
  if (!known) return { ...claim, spec };
  const dataSourceRef = (spec as { dataSourceRef?: object }).dataSourceRef ?? dataSource;
  return { ...claim, spec: { ...spec, dataSource, dataSourceRef } as PersistentVolumeClaim['spec'] };
}

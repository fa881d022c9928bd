import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import { type PodSettings, pod } from './builders.ts';

/** A volume `name` of 1Gi, ReadWriteOnce, class `fast` unless told otherwise; `node` ties it to one node by hostname. */
export function volume(
  name: string,
  settings: { size?: string; node?: string; labels?: Record<string, string>; spec?: Partial<PersistentVolume['spec']> } = {},
): PersistentVolume {
  const term = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [settings.node ?? ''] }] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, ...(settings.labels === undefined ? {} : { labels: settings.labels }) },
    spec: {
      capacity: { storage: settings.size ?? '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/data/${name}` },
      ...(settings.node === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [term] } } }),
      ...settings.spec,
    },
  };
}

/** A claim for 1Gi, ReadWriteOnce, class `fast` in namespace `default` unless told otherwise. */
export function claim(
  name: string,
  settings: {
    size?: string;
    annotations?: Record<string, string>;
    spec?: Partial<PersistentVolumeClaim['spec']>;
    phase?: string;
  } = {},
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: 'default',
      ...(settings.annotations === undefined ? {} : { annotations: settings.annotations }),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: settings.size ?? '1Gi' } },
      ...settings.spec,
    },
    ...(settings.phase === undefined ? {} : { status: { phase: settings.phase } }),
  };
}

/** A claim as it is once bound to the volume of that name. */
export function boundClaim(name: string, volumeName: string, spec: Partial<PersistentVolumeClaim['spec']> = {}) {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  return claim(name, { annotations, spec: { volumeName, ...spec }, phase: 'Bound' });
}

/** Class `fast` of `csi.example.com` that waits for the first pod, unless told otherwise. */
export function storageClass(name = 'fast', settings: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'csi.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...settings,
  };
}

/** A pod that mounts the claims of those names. */
export function podWithClaims(name: string, claims: readonly string[], settings: PodSettings = {}): Pod {
  const volumes = claims.map((claimName, i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName } }));
  return pod(name, { ...settings, spec: { volumes, ...settings.spec } });
}

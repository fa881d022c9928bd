import type { Container, Pod } from '#shared/kube/types.ts';

const VOLUME_PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Kubelets renew after 80% of an hour; the odd seconds let servers tell these tokens apart. */
const TOKEN_SECONDS = 3607;

type Volume = NonNullable<Pod['spec']['volumes']>[number];

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  return Object.freeze(value);
}

/** One source for all pods, so that thousands of them share it. Models TokenVolumeSource. */
const SOURCE = deepFreeze({
  sources: [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
  defaultMode: 420,
});

/** Whether a volume is the one that admission gives pods for the API's token. */
export function isTokenVolume(volume: Volume): boolean {
  return volume.name.startsWith(VOLUME_PREFIX);
}

/**
 * The pod with the token of its account mounted into every container that has nothing at that place. `suffix` names the volume when one has
 * to be made. Models serviceaccount mountServiceAccountToken.
 */
export function withToken(pod: Pod, suffix: () => string): Pod {
  const present = (pod.spec.volumes ?? []).find(isTokenVolume);
  const wants = ({ volumeMounts }: Container) => !(volumeMounts ?? []).some(({ mountPath }) => mountPath === MOUNT_PATH);
  const { containers, initContainers } = pod.spec;
  if (![...containers, ...(initContainers ?? [])].some(wants)) return pod;
  const name = present?.name ?? VOLUME_PREFIX + suffix();
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH };
  const mounted = (container: Container): Container =>
    wants(container) ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container;
  const spec = {
    ...pod.spec,
    containers: containers.map(mounted),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(mounted) }),
  };
  if (present === undefined) spec.volumes = [...(pod.spec.volumes ?? []), { name, projected: SOURCE }];
  return { ...pod, spec };
}

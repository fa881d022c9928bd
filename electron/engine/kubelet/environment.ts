import type { Container, KindMap, Pod } from '#shared/kube/types.ts';

/** The objects a container's environment and volumes are made of. */
export interface ConfigSource {
  configMap(namespace: string, name: string): KindMap['ConfigMap'] | undefined;
  secret(namespace: string, name: string): KindMap['Secret'] | undefined;
}

interface Reference {
  name?: string;
  optional?: boolean;
}
type Found = { ok: true; keys: ReadonlySet<string> } | { ok: false; error: string };

function look(source: ConfigSource, kind: 'configmap' | 'secret', namespace: string, name: string): Found {
  const object = kind === 'configmap' ? source.configMap(namespace, name) : source.secret(namespace, name);
  if (object === undefined) return { ok: false, error: `${kind} "${name}" not found` };
  const binary = 'binaryData' in object ? Object.keys(object.binaryData ?? {}) : [];
  return { ok: true, keys: new Set([...Object.keys(object.data ?? {}), ...binary]) };
}

/** Why the user of a container may not run it; images are taken to have an ordinary user. Models kuberuntime verifyRunAsNonRoot. */
export function userError(pod: Pod, container: Container): string | undefined {
  const nonRoot = container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot;
  const user = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  if (nonRoot !== true || user !== 0) return undefined;
  const { namespace = '', name, uid = '' } = pod.metadata;
  return `container's runAsUser breaks non-root policy (pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
}

/** Pull secrets of the pod that are not there. */
export function missingPullSecrets(pod: Pod, source: ConfigSource): string[] {
  const names = (pod.spec.imagePullSecrets ?? []).map((reference) => reference.name ?? '');
  return names.filter((name) => source.secret(pod.metadata.namespace ?? '', name) === undefined);
}

/**
 * Why the environment of a container cannot be made, in the kubelet's words; undefined when all is there. A missing optional reference is no error.
 * Models kubelet makeEnvironmentVariables.
 */
export function environmentError(pod: Pod, container: Container, source: ConfigSource): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const error = whole(source, 'configmap', namespace, configMapRef) ?? whole(source, 'secret', namespace, secretRef);
    if (error !== undefined) return error;
  }
  for (const { valueFrom } of container.env ?? []) {
    const error =
      single(source, 'configmap', namespace, valueFrom?.configMapKeyRef) ??
      single(source, 'secret', namespace, valueFrom?.secretKeyRef);
    if (error !== undefined) return error;
  }
  return undefined;
}

function whole(
  source: ConfigSource,
  kind: 'configmap' | 'secret',
  namespace: string,
  reference: Reference | undefined,
): string | undefined {
  if (reference === undefined) return undefined;
  const found = look(source, kind, namespace, reference.name ?? '');
  return found.ok || reference.optional === true ? undefined : found.error;
}

function single(
  source: ConfigSource,
  kind: 'configmap' | 'secret',
  namespace: string,
  reference: (Reference & { key: string }) | undefined,
): string | undefined {
  if (reference === undefined || reference.optional === true) return undefined;
  const found = look(source, kind, namespace, reference.name ?? '');
  if (!found.ok) return found.error;
  // Binary data does not reach the environment.
  const object = kind === 'configmap' ? source.configMap(namespace, reference.name ?? '') : undefined;
  const has = object === undefined ? found.keys.has(reference.key) : object.data?.[reference.key] !== undefined;
  const title = kind === 'configmap' ? 'ConfigMap' : 'Secret';
  return has ? undefined : `couldn't find key ${reference.key} in ${title} ${namespace}/${reference.name ?? ''}`;
}

/** A volume that cannot be mounted, and why. */
export interface MountError {
  volume: string;
  message: string;
}

/** Volume of a service account's token: what it needs is the control plane's to give, and is taken to be there. */
const TOKEN_VOLUME = 'kube-api-access-';

/** Volumes of the pod whose ConfigMaps or Secrets are missing, in the pod's order. Models the SetUp of the configmap, secret and projected plugins. */
export function mountErrors(pod: Pod, source: ConfigSource): MountError[] {
  const namespace = pod.metadata.namespace ?? '';
  const errors: MountError[] = [];
  for (const { name, configMap, secret, projected } of pod.spec.volumes ?? []) {
    if (name.startsWith(TOKEN_VOLUME)) continue;
    const found: string[] = [];
    const check = (kind: 'configmap' | 'secret', reference: (Reference & { items?: { key: string }[] }) | undefined): void => {
      const error = reference === undefined ? undefined : volumeError(source, kind, namespace, reference);
      if (error !== undefined) found.push(error);
    };
    check('configmap', configMap);
    if (secret !== undefined) check('secret', { ...secret, name: secret.secretName ?? '' });
    for (const part of projected?.sources ?? []) {
      check('secret', part.secret);
      check('configmap', part.configMap);
    }
    if (found.length === 0) continue;
    const message = found.length === 1 ? (found[0] ?? '') : `[${found.join(', ')}]`;
    errors.push({ volume: name, message });
  }
  return errors;
}

function volumeError(
  source: ConfigSource,
  kind: 'configmap' | 'secret',
  namespace: string,
  reference: Reference & { items?: { key: string }[] },
): string | undefined {
  if (reference.optional === true) return undefined;
  const found = look(source, kind, namespace, reference.name ?? '');
  if (!found.ok) return found.error;
  const missing = reference.items?.find((item) => !found.keys.has(item.key));
  if (missing === undefined) return undefined;
  return kind === 'configmap'
    ? `configmap references non-existent config key: ${missing.key}`
    : `references non-existent secret key: ${missing.key}`;
}

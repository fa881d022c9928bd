import type { Container, Pod, ServiceAccount } from '#shared/kube/types.ts';

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';

/** Whether pods of the account may only use its own secrets. Models enforceMountableSecrets. */
export function limitsSecrets(account: ServiceAccount): boolean {
  // Models strconv.ParseBool.
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(account.metadata.annotations?.[ENFORCE] ?? '');
}

function envComplaint(containers: readonly Container[], what: string, allowed: (name: string) => boolean, account: string) {
  for (const container of containers) {
    for (const env of container.env ?? []) {
      const secret = env.valueFrom?.secretKeyRef?.name;
      if (secret === undefined || allowed(secret)) continue;
      return `${what} ${container.name} with envVar ${env.name} referencing secret.secretName="${secret}" is not allowed because service account ${account} does not reference that secret`;
    }
  }
  return undefined;
}

/** The first secret of a pod that its account does not name. Models limitSecretReferences. */
export function secretComplaint(account: ServiceAccount, pod: Pod): string | undefined {
  const { name } = account.metadata;
  const own = new Set((account.secrets ?? []).map((secret) => secret.name));
  for (const volume of pod.spec.volumes ?? []) {
    const secret = volume.secret === undefined ? undefined : (volume.secret.secretName ?? '');
    if (secret === undefined || own.has(secret)) continue;
    return `volume with secret.secretName="${secret}" is not allowed because service account ${name} does not reference that secret`;
  }
  const allowed = (secret: string) => own.has(secret);
  const env =
    envComplaint(pod.spec.initContainers ?? [], 'init container', allowed, name) ??
    envComplaint(pod.spec.containers, 'container', allowed, name);
  if (env !== undefined) return env;
  const pull = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name));
  for (const [index, secret] of (pod.spec.imagePullSecrets ?? []).entries()) {
    if (pull.has(secret.name)) continue;
    return `imagePullSecrets[${index}].name="${secret.name}" is not allowed because service account ${name} does not reference that imagePullSecret`;
  }
  return undefined;
}

/** Whether a pod mentions any secret at all. Models podutil.VisitPodSecretNames. */
export function mentionsSecret(pod: Pod): boolean {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  if ((pod.spec.imagePullSecrets?.length ?? 0) > 0) return true;
  if (containers.some(({ envFrom }) => (envFrom ?? []).some(({ secretRef }) => secretRef !== undefined))) return true;
  if (containers.some(({ env }) => (env ?? []).some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined))) return true;
  return (pod.spec.volumes ?? []).some((volume) => {
    const { secret, projected, azureFile, cephfs, cinder, csi, flexVolume, iscsi, rbd, scaleIO, storageos } = volume;
    if (secret !== undefined || azureFile !== undefined) return true;
    if ((projected?.sources ?? []).some((source) => source.secret !== undefined)) return true;
    const holders = [cephfs, cinder, flexVolume, iscsi, rbd, scaleIO, storageos];
    return csi?.nodePublishSecretRef !== undefined || holders.some((holder) => holder?.secretRef !== undefined);
  });
}

import type { AnyObject, ServiceAccount } from '#shared/kube/types.ts';
import type { KindStrategy } from './strategy.ts';

/** Secrets are referred to by name alone. Models registry/core/serviceaccount cleanSecretReferences. */
export function withPlainSecrets(account: ServiceAccount): ServiceAccount {
  if (account.secrets === undefined) return account;
  return { ...account, secrets: account.secrets.map(({ name }) => (name === undefined ? {} : { name })) };
}

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';

/** Warning about an account that begins to limit the secrets of its pods. Models warnIfHasEnforceMountableSecretsAnnotation. */
export function accountWarnings(object: AnyObject, old?: AnyObject): string[] {
  if (object.metadata.annotations?.[ENFORCE] === undefined || old?.metadata.annotations?.[ENFORCE] !== undefined) return [];
  const advice = 'prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${ENFORCE}]: deprecated in v1.32+; ${advice}`];
}

/** Models registry/core/serviceaccount strategy. */
export const serviceAccountStrategy: KindStrategy = {
  prepareForUpdate: (next) => withPlainSecrets(next as unknown as ServiceAccount) as unknown as AnyObject,
};

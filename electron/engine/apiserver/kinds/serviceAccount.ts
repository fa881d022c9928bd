import type { AnyObject, ServiceAccount } from '#shared/kube/types.ts';
import type { KindStrategy } from './strategy.ts';

/** Secrets are referred to by name alone. Models registry/core/serviceaccount cleanSecretReferences. */
export function withPlainSecrets(account: ServiceAccount): ServiceAccount {
  if (account.secrets === undefined) return account;
  return { ...account, secrets: account.secrets.map(({ name }) => (name === undefined ? {} : { name })) };
}

/** Models registry/core/serviceaccount strategy. */
export const serviceAccountStrategy: KindStrategy = {
  prepareForUpdate: (next) => withPlainSecrets(next as unknown as ServiceAccount) as unknown as AnyObject,
};

import type { ServiceAccount } from '#shared/kube/types.ts';
import type { FieldError } from './errors.ts';
import { subdomainName, validateMetadata } from './metadata.ts';

/** A service account: only its name can be wrong. Models ValidateServiceAccount. */
export function validateServiceAccount(account: ServiceAccount): FieldError[] {
  return validateMetadata(account.metadata, true, subdomainName);
}

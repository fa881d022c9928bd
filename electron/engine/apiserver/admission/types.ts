import type { Result } from '#shared/core/result.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';

/** What plugins may read: the objects as stored now. */
export interface AdmissionAccess {
  get(kind: string, namespace: string, name: string): AnyObject | undefined;
  list(kind: string, namespace?: string): readonly AnyObject[];
}

/** One write on its way to the store. `object` is null for a delete, `old` is null for a create. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  object: AnyObject | null;
  old: AnyObject | null;
  user: string;
  /** `status`, `scale`, `binding`, `eviction`; absent for the object itself. */
  subresource?: string;
  dryRun: boolean;
}

/**
 * A plugin in its own folder. `mutate` returns the object to go on with (the same one when there is nothing to do), `validate` null or the
 * refusal. Guards and mutations run in the order of the list, then all validations.
 * Models apiserver/pkg/admission MutationInterface and ValidationInterface.
 */
export interface AdmissionPlugin {
  readonly name: string;
  /** A refusal that comes before any plugin's mutation after it in the list; also asked for deletes. */
  guard?(request: AdmissionRequest, access: AdmissionAccess): Status | null;
  mutate?(object: AnyObject, request: AdmissionRequest, access: AdmissionAccess): Result<AnyObject, Status>;
  validate?(request: AdmissionRequest, access: AdmissionAccess): Status | null;
}

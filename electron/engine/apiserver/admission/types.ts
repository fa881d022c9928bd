import type { Result } from '#shared/core/result.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import type { Reinvocation } from './reinvocation.ts';

/** What plugins may read: the objects as stored now. */
export interface AdmissionAccess {
  get(kind: string, namespace: string, name: string): AnyObject | undefined;
  list(kind: string, namespace?: string): readonly AnyObject[];
  /** Virtual now, RFC 3339 with seconds. Absent where a plugin is tried alone. */
  timestamp?(): string;
  /** Stores a new version of a stored object without asking strategy and admission again (quota usage). Never on dry runs: the plugin's duty. */
  commit?(old: AnyObject, next: AnyObject): AnyObject;
  /** Random letters for names that plugins give. Never on dry runs. */
  suffix?(length: number): string;
}

/** One write on its way to the store. `object` is null for a delete, `old` is null for a create. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  object: AnyObject | null;
  old: AnyObject | null;
  user: string;
  /** Names of groups of the user where the request layer knows them. */
  groups?: readonly string[];
  /** `status`, `scale`, `binding`, `eviction`; absent for the object itself. */
  subresource?: string;
  dryRun: boolean;
  /** The object comes from a file or another cluster and is stored together with others: nothing is charged for it now. */
  loaded?: true;
  /** A dry run that stands for the real request when it is refused. */
  rehearsal?: boolean;
  /** Who is asked again when mutating policies and webhooks have changed the object; absent where a plugin is tried alone. */
  reinvocation?: Reinvocation;
  /** Names the policy or webhook that has just changed the object, for the trace. */
  by?(name: string): void;
  /** Adds a `Warning` header to the answer: words for a person, without `Warning: ` in front. */
  warn(text: string): void;
}

/**
 * A plugin in its own folder, with upstream's name. `mutate` returns the object to go on with (the same one when there is nothing to do), `validate` null or the
 * refusal. Guards and mutations run in the order of the list; then the kind's own validation; then all plugins' validations.
 * Models apiserver/pkg/admission MutationInterface and ValidationInterface.
 */
export interface AdmissionPlugin {
  readonly name: string;
  /** A refusal that comes before any plugin's mutation after it in the list; also asked for deletes. */
  guard?(request: AdmissionRequest, access: AdmissionAccess): Status | null;
  mutate?(object: AnyObject, request: AdmissionRequest, access: AdmissionAccess): Result<AnyObject, Status>;
  validate?(request: AdmissionRequest, access: AdmissionAccess): Status | null;
}

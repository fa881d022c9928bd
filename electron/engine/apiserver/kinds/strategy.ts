import type { AnyObject } from '#shared/kube/types.ts';

/**
 * What a kind does differently from the common rules; what create does to each kind is in defaulting/create.ts. Common rules: status is kept from the stored object on update,
 * spec is kept from the stored object on status updates, deletion is immediate. Models registry/rest strategies.
 */
export interface KindStrategy {
  /** Kinds with metadata.generation: 1 on create, then one more for each change this says is one. */
  readonly generation?: (next: AnyObject, old: AnyObject) => boolean;
  /** Last touch before validation on create, when name and uid are known. Must change nothing when done twice. */
  readonly completeCreate?: (object: AnyObject) => AnyObject;
  /** A deletion that does not say what becomes of dependents leaves them behind. Models DefaultGarbageCollectionPolicy. */
  readonly orphansByDefault?: boolean;
  /** Warning for a deletion that does not say what becomes of dependents. */
  readonly deletionWarning?: string;
  /** Last touch before validation on update of the main resource. */
  readonly prepareForUpdate?: (next: AnyObject, old: AnyObject) => AnyObject;
  /** Last touch before validation on update of the status subresource (spec is the old one already). */
  readonly prepareForStatusUpdate?: (next: AnyObject, old: AnyObject) => AnyObject;
  /** Grace period in seconds a deletion gets; absent = no graceful deletion. */
  readonly graceSeconds?: (object: AnyObject, asked: number | undefined) => number;
}

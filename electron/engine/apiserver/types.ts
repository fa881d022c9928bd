import type { Result } from '#shared/core/result.ts';
import type { KindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';

/** Answer of the API server: the stored object (or the one that would be stored, on a dry run) or a Kubernetes Status. */
export type Answer = Result<AnyObject, Status>;

/** Who asks, and whether anything is to be stored. */
export interface RequestOptions {
  readonly user: string;
  readonly dryRun?: boolean | undefined;
  /** Takes what the API server sends as `Warning` headers, one text each, in order. */
  readonly warn?: ((text: string) => void) | undefined;
  /** A dry run made for a request that is given up when it is refused: the refusal is kept in the trace of admission. */
  readonly rehearsal?: boolean | undefined;
}

/** Models metav1.DeleteOptions. */
export interface DeleteRequest extends RequestOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
}

export type PatchType = 'merge' | 'strategic' | 'json';

/** What subresources are given of the server: reading, and writing at a lower level than the verbs. */
export interface ServerCore {
  get(kind: string, namespace: string, name: string): AnyObject | undefined;
  list(kind: string, namespace?: string): readonly AnyObject[];
  /** Virtual now, RFC 3339 with seconds. */
  timestamp(): string;
  /** Stores a new version as it is, without strategy, admission and validation; nothing when it equals the old one. */
  commit(old: AnyObject, next: AnyObject, dryRun: boolean | undefined): AnyObject;
  /** The full update path of the main resource. */
  update(info: KindInfo, next: AnyObject, options: RequestOptions): Answer;
  delete(ref: ObjectRef, options: DeleteRequest): Answer;
}

import type { AnyObject, ObjectMeta } from '#shared/kube/types.ts';

type Fields = Partial<ObjectMeta>;

/** A copy with metadata fields replaced; a field given as undefined is removed. */
export function withMeta(object: AnyObject, fields: { readonly [K in keyof Fields]: Fields[K] | undefined }): AnyObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  return { ...object, metadata: metadata as unknown as ObjectMeta };
}

/** A copy with its status replaced; undefined removes it. */
export function withStatus(object: AnyObject, status: unknown): AnyObject {
  if (status === undefined) {
    const { status: _dropped, ...rest } = object;
    return rest as AnyObject;
  }
  return { ...object, status };
}

/** Deletion fields of an object, with the types they always have once stored. */
export function deletionOf(object: AnyObject): { timestamp: string | undefined; graceSeconds: number | undefined } {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  return { timestamp: deletionTimestamp, graceSeconds: deletionGracePeriodSeconds };
}

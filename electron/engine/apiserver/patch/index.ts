import { isRecord } from '#shared/core/json.ts';
import { err, ok } from '#shared/core/result.ts';
import { type KindInfo, kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type { ApiServer } from '../server.ts';
import * as status from '../status.ts';
import { scalable, scaleOf, setScale } from '../subresources/scale.ts';
import type { Answer, PatchType, RequestOptions } from '../types.ts';
import { applyJsonPatch, readOperations } from './jsonPatch.ts';
import { mergePatch } from './merge.ts';
import { strategicPatch } from './strategic.ts';

/** 422 of a JSON patch whose operations do not apply. Models errors.NewGenericServerResponse, which keeps the cause to itself. */
export const UNFIT_PATCH: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'the server rejected our request due to an error in our request',
  reason: 'Invalid',
  details: {},
  code: 422,
};

/** Options of a patch: which part of the object it is about. */
export interface PatchRequest extends RequestOptions {
  readonly subresource?: 'status' | 'scale' | undefined;
  /** Looks at the patched object before it goes on as an update; a Status refuses it. */
  readonly inspect?: ((patched: AnyObject, patch: unknown) => Status | undefined) | undefined;
}

function applyPatch(target: AnyObject, type: PatchType, patch: unknown): Answer {
  if (type === 'json') {
    const operations = readOperations(patch);
    if (!operations.ok) return err(status.badRequest(operations.error));
    const result = applyJsonPatch(target, operations.value);
    if (!result.ok) return err(UNFIT_PATCH);
    return isRecord(result.value) && isRecord(result.value.metadata)
      ? ok(result.value as unknown as AnyObject)
      : err(UNFIT_PATCH);
  }
  const patched = type === 'merge' ? mergePatch(target, patch) : strategicPatch(target, patch);
  return ok(patched as AnyObject);
}

/** 400 when a patch would make another object of it. */
function sameObject(info: KindInfo, before: AnyObject, after: AnyObject): Answer {
  if (after.apiVersion !== before.apiVersion || after.kind !== before.kind) {
    const versions = `(${after.apiVersion}) does not match the expected API version (${before.apiVersion})`;
    if (after.apiVersion !== before.apiVersion) return err(status.badRequest(`the API version in the data ${versions}`));
    return err(status.badRequest(`the kind in the data (${after.kind}) does not match the expected kind (${info.kind})`));
  }
  const name = after.metadata?.name;
  if (name !== before.metadata.name) {
    return err(
      status.badRequest(`the name of the object (${name ?? ''}) does not match the name on the URL (${before.metadata.name})`),
    );
  }
  if ((after.metadata.namespace ?? '') !== (before.metadata.namespace ?? '')) {
    return err(status.badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  }
  return ok(after);
}

/**
 * Patches an object or a subresource. A resourceVersion inside the patch must be the stored one (409).
 * Models apiserver/pkg/endpoints/handlers PatchResource.
 */
export function patchObject(server: ApiServer, ref: ObjectRef, type: PatchType, patch: unknown, options: PatchRequest): Answer {
  const info = kindInfo(ref.kind);
  if (info === undefined || !info.storable) return err(status.unknownResource());
  const stored = server.read(ref.kind, ref.namespace, ref.name);
  if (!stored.ok) return stored;
  if (type !== 'json' && !isRecord(patch)) {
    return err(status.badRequest('error decoding patch: the patch must be a JSON object'));
  }
  if (options.subresource === 'scale') return patchScale(server, ref, type, patch, options);
  const patched = applyPatch(stored.value, type, patch);
  if (!patched.ok) return patched;
  const checked = sameObject(info, stored.value, patched.value);
  if (!checked.ok) return checked;
  const refused = options.inspect?.(checked.value, patch);
  if (refused !== undefined) return err(refused);
  if (options.subresource === 'status') return server.updateStatus(checked.value, options);
  return server.update(info, checked.value, options);
}

function patchScale(server: ApiServer, ref: ObjectRef, type: PatchType, patch: unknown, options: PatchRequest): Answer {
  if (scalable(ref.kind) === undefined) return err(status.unknownResource());
  const stored = server.read(ref.kind, ref.namespace, ref.name);
  if (!stored.ok) return stored;
  const patched = applyPatch(scaleOf(stored.value), type, patch);
  if (!patched.ok) return patched;
  const replicas = (patched.value.spec as { replicas?: number } | undefined)?.replicas ?? 0;
  return setScale(server, ref, replicas, { ...options, resourceVersion: patched.value.metadata.resourceVersion });
}

import { servedKind } from '#shared/kube/registry.ts';
import { checkShape, strictDecodingError } from '#shared/kube/shape/index.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';

/** Specs that were found sound and are frozen since. */
const sound = new WeakSet<object>();

/**
 * 400 for an object that can't be read as its kind because a value has the wrong type; null when it can. Asked before defaulting.
 * A bad quantity gets the API's words alone; for other types, where upstream shows texts of Go's JSON reader, the place and what was
 * expected. With `strict`, unknown fields are refused too. Models the decoder of apiserver/pkg/endpoints/handlers/create.
 */
export function decodeRefusal(object: AnyObject, options?: { strict?: boolean }): Status | null {
  const info = servedKind(object.apiVersion, object.kind);
  if (info === undefined) return null;
  const spec = object.spec;
  const known = typeof spec === 'object' && spec !== null && Object.isFrozen(spec) && sound.has(spec);
  // A status written by a component is not read again, nor a spec that was found sound.
  const problems = checkShape(known ? { ...object, spec: undefined } : object, shapeOf(object.apiVersion, info.kind));
  const wrong = problems.filter((problem) => problem.kind === 'type');
  if (wrong.length > 0) {
    const first = wrong[0]?.message ?? '';
    const text = /^(?:quantities must|illegal base64)/.test(first)
      ? first
      : wrong.map((one) => `${one.path}: ${one.message}`).join(', ');
    return cannotBeHandled(object, text);
  }
  if (options?.strict === true && problems.length > 0) return cannotBeHandled(object, strictDecodingError(problems));
  if (problems.length === 0 && typeof spec === 'object' && spec !== null) sound.add(spec);
  return null;
}

/** Name of a kind's field table: the one kind that is served in two versions has two. */
export function shapeOf(apiVersion: string | undefined, kind: string): string {
  return kind === 'HorizontalPodAutoscaler' && apiVersion === 'autoscaling/v1' ? `${kind}V1` : kind;
}

function cannotBeHandled({ apiVersion, kind }: AnyObject, why: string): Status {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const message = `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'BadRequest', code: 400 };
}

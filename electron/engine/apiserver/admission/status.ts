import { kindInfo, qualifiedResource } from '#shared/kube/registry.ts';
import type { AnyObject, Status, StatusCause } from '#shared/kube/types.ts';

/** 403 of a plugin: `pods "x" is forbidden: why`. Models admission.NewForbidden and apierrors.NewForbidden. */
export function forbiddenStatus(object: AnyObject, why: string, causes?: StatusCause[]): Status {
  const info = kindInfo(object.kind);
  const resource = info === undefined ? object.kind.toLowerCase() : qualifiedResource(info);
  const name = nameOf(object);
  const details: NonNullable<Status['details']> = { name };
  if (info?.group) details.group = info.group;
  details.kind = info?.plural ?? object.kind.toLowerCase();
  if (causes !== undefined) details.causes = causes;
  return failure(403, 'Forbidden', `${resource} "${name}" is forbidden: ${why}`, details);
}

/** 404 of an object that must be there. */
export function notFoundStatus(plural: string, name: string): Status {
  return failure(404, 'NotFound', `${plural} "${name}" not found`, { name, kind: plural });
}

/** Name for messages: a generated one is not known before admission, so its prefix stands for it. */
function nameOf(object: AnyObject): string {
  return object.metadata.name || (object.metadata.generateName ? `${object.metadata.generateName}` : 'Unknown');
}

function failure(code: number, reason: string, message: string, details: NonNullable<Status['details']>): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

import type { KindInfo } from '#shared/kube/registry.ts';
import { qualifiedResource } from '#shared/kube/registry.ts';
import type { Status } from '#shared/kube/types.ts';

type Details = NonNullable<Status['details']>;

function failure(code: number, reason: string, message: string, details?: Details): Status {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return details === undefined ? status : { ...status, details };
}

/** Names an object in `details` as the API server does: the kind field holds the plural resource. */
function detailsOf(info: KindInfo, name: string): Details {
  const group = info.group === '' ? {} : { group: info.group };
  return { ...(name === '' ? {} : { name }), ...group, kind: info.plural };
}

/** 404 for an object. Models apimachinery errors.NewNotFound. */
export function notFound(info: KindInfo, name: string): Status {
  return failure(404, 'NotFound', `${qualifiedResource(info)} "${name}" not found`, detailsOf(info, name));
}

/** 404 for a resource type the server does not serve. */
export function unknownResource(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409 on create. Models errors.NewAlreadyExists. */
export function alreadyExists(info: KindInfo, name: string): Status {
  return failure(409, 'AlreadyExists', `${qualifiedResource(info)} "${name}" already exists`, detailsOf(info, name));
}

/** 409 with a cause in words. `resource` may be more than the plural (`pods/binding`) or, for preconditions, the kind. */
export function conflict(resource: string, group: string, name: string, why: string): Status {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified} "${name}": ${why}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}

/** 409 for a stale resourceVersion. */
export function staleVersion(info: KindInfo, name: string): Status {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(info.plural, info.group, name, why);
}

/** 409 for a precondition of delete. Models registry/rest BeforeDelete. */
export function preconditionFailed(info: KindInfo, name: string, why: string): Status {
  return conflict(info.kind, info.group, name, why);
}

/** 400. */
export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

/** 403 for an object. Models errors.NewForbidden. */
export function forbidden(info: KindInfo, name: string, why: string): Status {
  const quoted = name === '' ? '' : ` "${name}"`;
  return failure(403, 'Forbidden', `${qualifiedResource(info)}${quoted} is forbidden: ${why}`, detailsOf(info, name));
}

/** 405. Models errors.NewMethodNotSupported. */
export function methodNotAllowed(info: KindInfo, verb: string): Status {
  return failure(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualifiedResource(info)}"`, {
    ...(info.group === '' ? {} : { group: info.group }),
    kind: info.plural,
  });
}

/** 429 of the eviction subresource; `retryAfterSeconds` 0 is left out, as upstream does. */
export function evictionRefused(cause: string, retryAfterSeconds: number): Status {
  return failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: cause }],
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}

/** 500 without a reason, as plain Go errors come out of the API server. */
export function internalError(message: string): Status {
  return failure(500, '', message);
}

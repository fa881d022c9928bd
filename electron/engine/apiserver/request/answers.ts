import type { Result } from '#shared/core/result.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { invalidKindStatus } from '../validation/index.ts';

/** An answer of the API server as a client sees it. `body` is JSON data, or text where `contentType` says so. */
export interface HttpResponse {
  readonly code: number;
  readonly contentType: 'application/json' | 'text/plain; charset=utf-8';
  readonly body: unknown;
  /** Texts of the Warning headers, without code and quotes. */
  readonly warnings: readonly string[];
}

/** A request of a client. `body` is text as it came over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly contentType?: string | undefined;
  readonly body?: string | undefined;
  readonly user: string;
}

function failure(code: number, reason: string, message: string, details?: NonNullable<Status['details']>): Status {
  const base: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return details === undefined ? base : { ...base, details };
}

/** An error of the routing, before any handler is asked; those carry empty details. Models genericapiserver serviceErrorHandler. */
export const NO_RESOURCE = failure(404, 'NotFound', 'the server could not find the requested resource', {});
export const NO_METHOD = failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
export const NO_PATCH_TYPE = failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});

/** 415 of a body in a format nobody reads. */
export const NO_MEDIA_TYPE = failure(
  415,
  'UnsupportedMediaType',
  'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
);

/** 413. Models limitedReadBody. */
export const TOO_LARGE = failure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');

/** 501 for what upstream has and this program has not. */
export function notSimulated(what: string): Status {
  return failure(501, 'NotImplemented', `${what} is not simulated`);
}

/** 422 for options of a request. `kind` is `CreateOptions`, `PatchOptions`... */
export function invalidOption(kind: string, field: string, message: string, type = 'FieldValueNotSupported'): Status {
  return invalidKindStatus(`${kind}.meta.k8s.io`, '', [{ field, type: type as 'FieldValueNotSupported', message }]);
}

/** 422 of a patch that can't be made an object of. Models patcher: NewInvalid of no kind at all. */
export function invalidPatch(shown: string, why: string): Status {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return {
    ...failure(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
      causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
    }),
  };
}

/** Success of a deletion whose object is not sent back. */
export function deletedStatus(info: { group: string; plural: string }, object: AnyObject): object {
  const group = info.group === '' ? {} : { group: info.group };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: object.metadata.name, ...group, kind: info.plural, uid: object.metadata.uid },
  };
}

/** The response of a handler. */
export function responseOf(result: Result<unknown, Status>, success: number, warnings: readonly string[]): HttpResponse {
  const json = { contentType: 'application/json', warnings } as const;
  return result.ok
    ? { ...json, code: success, body: result.value }
    : { ...json, code: result.error.code ?? 500, body: result.error };
}

/** 404 for a path that is no part of the API. */
export const NO_PAGE: HttpResponse = {
  code: 404,
  contentType: 'text/plain; charset=utf-8',
  body: '404 page not found\n',
  warnings: [],
};

import { readJson } from '#shared/core/goJson.ts';
import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { matchRequirements, parseSelector } from '#shared/kube/labels.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import { inVersion } from '../kinds/hpa.ts';
import { patchObject } from '../patch/index.ts';
import type { ApiServer } from '../server.ts';
import { badRequest, notFound } from '../status.ts';
import { scaleOf } from '../subresources/scale.ts';
import {
  deletedStatus,
  type HttpRequest,
  type HttpResponse,
  NO_METHOD,
  NO_PAGE,
  NO_PATCH_TYPE,
  NO_RESOURCE,
  notSimulated,
  responseOf,
} from './answers.ts';
import { decodeBody, formatOf } from './body.ts';
import { parseFieldSelector } from './fieldSelector.ts';
import { type DeleteQuery, deleteOptions, writeQuery } from './options.ts';
import { inspectPatched, patchTypeOf, readPatch } from './patchBody.ts';
import { type Target, targetOf } from './path.ts';
import type { Expected } from './scheme.ts';
import { CONNECTED, subresourceRequest } from './subresources.ts';

export type { HttpRequest, HttpResponse } from './answers.ts';

/** Kinds whose deletion answers the object also when it is gone at once. Models registry Store.ReturnDeletedObject. */
const SHOWN_WHEN_GONE: readonly string[] = [
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodTemplate',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
];

/** What handlers share: the request, what it names, and where warnings go. */
export interface Handling {
  readonly server: ApiServer;
  readonly request: HttpRequest;
  readonly target: Target;
  readonly query: Readonly<Record<string, string>>;
  readonly warn: (text: string) => void;
}

/**
 * Answers one request as the API server's HTTP layer does: routing, options, reading of bodies, patches, selectors, and what of it is wrong in the
 * API server's words. Watches are streams and are served elsewhere. Models apiserver/pkg/endpoints.
 */
export function handleRequest(server: ApiServer, request: HttpRequest): HttpResponse {
  const target = targetOf(request.path);
  if (target === 'page') return NO_PAGE;
  if (target === 'resource') return responseOf(err(NO_RESOURCE), 200, []);
  const warnings: string[] = [];
  const warn = (text: string): void => {
    if (!warnings.includes(text)) warnings.push(text);
  };
  const handling: Handling = { server, request, target, query: request.query ?? {}, warn };
  const answer = route(handling);
  return responseOf(versioned(answer.result, target.apiVersion), answer.code, warnings);
}

/** The object answered in the version of the path. */
function versioned(result: Result<unknown, Status>, apiVersion: string): Result<unknown, Status> {
  if (!result.ok || !isRecord(result.value) || !isRecord(result.value.metadata)) return result;
  return ok(inVersion(result.value as unknown as AnyObject, apiVersion));
}

/** A result with the code of its success. */
export interface Answered {
  readonly result: Result<unknown, Status>;
  readonly code: number;
}

function answered(result: Result<unknown, Status>, code = 200): Answered {
  return { result, code };
}

function route(handling: Handling): Answered {
  const { target, request } = handling;
  if (!target.info.storable && !CONNECTED.includes(target.info.kind)) return answered(err(notSimulated(target.info.kind)));
  if (target.subresource !== '' || !target.info.storable) return subresourceRequest(handling) ?? answered(err(NO_RESOURCE));
  const onOne = target.name !== '';
  switch (request.method) {
    case 'GET':
      return answered(onOne ? handling.server.read(target.info.kind, target.namespace, target.name) : list(handling));
    case 'POST':
      return onOne || (target.info.namespaced && target.namespace === '')
        ? answered(err(NO_METHOD))
        : answered(create(handling), 201);
    case 'PUT':
      return answered(onOne ? put(handling) : err(NO_METHOD));
    case 'PATCH':
      return answered(onOne ? patch(handling) : err(NO_METHOD));
    case 'DELETE':
      return answered(onOne ? remove(handling) : removeAll(handling));
    default:
      return answered(err(NO_METHOD));
  }
}

function refOf(target: Target): ObjectRef {
  return { kind: target.info.kind, namespace: target.namespace, name: target.name };
}

/** The body as an object of the target's kind (or another expected one), in the namespace of the path. */
export function readObject(
  handling: Handling,
  optionsKind: 'CreateOptions' | 'UpdateOptions',
  expected: Expected = { kind: handling.target.info.kind, apiVersion: handling.target.apiVersion },
): Result<{ object: AnyObject; dryRun: boolean }, Status> {
  const { request, target, query, warn } = handling;
  const format = formatOf(request.contentType);
  if (!format.ok) return format;
  const options = writeQuery(query, optionsKind);
  if (!options.ok) return options;
  const decoded = decodeBody(request.body ?? '', format.value, expected, options.value.fieldValidation);
  if (!decoded.ok) return decoded;
  for (const warning of decoded.value.warnings) warn(warning);
  const placed = inNamespace(decoded.value.object, target.namespace);
  return placed.ok ? ok({ object: placed.value, dryRun: options.value.dryRun }) : placed;
}

/** Models rest.EnsureObjectNamespaceMatchesRequestNamespace. */
function inNamespace(object: AnyObject, namespace: string): Result<AnyObject, Status> {
  const own = object.metadata.namespace ?? '';
  if (own !== '' && namespace !== '' && own !== namespace)
    return err(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  const { namespace: _own, ...metadata } = object.metadata;
  return ok({ ...object, metadata: namespace === '' ? metadata : { ...metadata, namespace } } as AnyObject);
}

function create(handling: Handling): Result<unknown, Status> {
  const { server, request, warn } = handling;
  const read = readObject(handling, 'CreateOptions');
  if (!read.ok) return read;
  return server.create(read.value.object, { user: request.user, dryRun: read.value.dryRun, warn });
}

/** Models handlers checkName: the object must be the one of the path. */
export function checkName(object: AnyObject, name: string): Status | undefined {
  const own = object.metadata.name ?? '';
  if (own === '') return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  return own === name ? undefined : badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
}

function put(handling: Handling): Result<unknown, Status> {
  const { server, request, target, warn } = handling;
  const read = readObject(handling, 'UpdateOptions');
  if (!read.ok) return read;
  const other = checkName(read.value.object, target.name);
  if (other !== undefined) return err(other);
  return server.put(read.value.object, { user: request.user, dryRun: read.value.dryRun, warn });
}

/** A patch of the object or of one of its subresources. */
export function patch(handling: Handling, subresource?: 'status' | 'scale'): Result<unknown, Status> {
  const { server, request, target, query, warn } = handling;
  const type = patchTypeOf(request.contentType);
  if (type === undefined) return err(NO_PATCH_TYPE);
  const options = writeQuery(query, 'PatchOptions', type === 'apply');
  if (!options.ok) return options;
  if (type === 'apply') return err(notSimulated('server-side apply'));
  const read = readPatch(request.body ?? '', type);
  if (!read.ok) {
    // What is to be patched is looked up first.
    const stored = server.read(target.info.kind, target.namespace, target.name);
    return stored.ok ? read : stored;
  }
  const { fieldValidation: validation, dryRun } = options.value;
  return patchObject(server, refOf(target), type, read.value.patch, {
    user: request.user,
    dryRun,
    warn,
    subresource,
    inspect: (patched, given) => inspectPatched(patched, given, { type, validation, complaints: read.value.complaints, warn }),
  });
}

/** Options of a deletion: from the body when there is one, else from the query. */
export function readDeleteOptions(handling: Handling): Result<DeleteQuery, Status> {
  const { request, query } = handling;
  if ((request.body ?? '') === '') {
    const { gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun } = query;
    return deleteOptions({ gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun });
  }
  const format = formatOf(request.contentType);
  if (!format.ok) return format;
  const read = readJson(request.body ?? '');
  if (!read.ok) return err(badRequest(`couldn't get version/kind; json parse error: ${read.error}`));
  return deleteOptions(isRecord(read.value.value) ? read.value.value : {});
}

function remove(handling: Handling): Result<unknown, Status> {
  const { server, request, target, warn } = handling;
  const options = readDeleteOptions(handling);
  if (!options.ok) return options;
  const deleted = server.delete(refOf(target), { ...options.value, user: request.user, warn });
  if (!deleted.ok) return deleted;
  const { kind, metadata } = deleted.value;
  const gone = options.value.dryRun || server.get(kind, metadata.namespace ?? '', metadata.name) === undefined;
  return gone && !SHOWN_WHEN_GONE.includes(kind) ? ok(deletedStatus(target.info, deleted.value)) : deleted;
}

function removeAll(handling: Handling): Result<unknown, Status> {
  const { server, request, target, warn } = handling;
  if (target.info.namespaced && target.namespace === '') return err(NO_METHOD);
  if (target.info.kind === 'Namespace') return err(NO_METHOD);
  const options = readDeleteOptions(handling);
  if (!options.ok) return options;
  const chosen = selected(handling);
  if (!chosen.ok) return chosen;
  for (const { metadata } of chosen.value) {
    const ref = { kind: target.info.kind, namespace: metadata.namespace ?? '', name: metadata.name };
    const deleted = server.delete(ref, { ...options.value, user: request.user, warn });
    if (!deleted.ok && deleted.error.code !== 404) return deleted;
  }
  return ok(listOf(handling, chosen.value));
}

/** Objects of the collection that the selectors choose. 400 for selectors that say nothing. */
function selected(handling: Handling): Result<readonly AnyObject[], Status> {
  const { server, target, query } = handling;
  const labels = parseSelector(query.labelSelector ?? '');
  if (!labels.ok) return err(badRequest(labels.error));
  const fields = parseFieldSelector(query.fieldSelector ?? '', target.info);
  if (!fields.ok) return err(badRequest(fields.error));
  const all = server.list(target.info.kind, target.namespace === '' ? undefined : target.namespace);
  return ok(all.filter((object) => matchRequirements(labels.value, object.metadata.labels) && fields.value(object)));
}

function listOf({ server, target }: Handling, objects: readonly AnyObject[]): object {
  const shown = objects.map((object) => inVersion(object, target.apiVersion));
  const items = shown.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
  const metadata = { resourceVersion: server.resourceVersion };
  return { kind: `${target.info.kind}List`, apiVersion: target.apiVersion, metadata, items };
}

function list(handling: Handling): Result<unknown, Status> {
  if (handling.query.watch === 'true' || handling.query.watch === '1') return err(notSimulated('a watch as one answer'));
  const chosen = selected(handling);
  return chosen.ok ? ok(listOf(handling, chosen.value)) : chosen;
}

/** The Scale of the target, or why there is none. */
export function readScale({ server, target }: Handling): Result<AnyObject, Status> {
  const { kind } = target.info;
  const stored = server.get(kind, target.namespace, target.name);
  return stored === undefined ? err(notFound(target.info, target.name)) : ok(scaleOf(stored));
}

import { kindInfo, printName, qualifiedResource } from '#shared/kube/registry.ts';
import type { KubeObject, ObjectRef, Status } from '#shared/kube/types.ts';

/** Reason of errors that kubectl itself raises, before or without asking the API server. */
export const CLIENT_ERROR = 'ClientError';

/** An error of kubectl's own, in the words it prints after `error: `. */
export function clientError(message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: CLIENT_ERROR, code: 400 };
}

/** `deployment.apps/web`, `pod/x`. */
export function nameOf(ref: ObjectRef): string {
  const info = kindInfo(ref.kind);
  return info === undefined ? `${ref.kind.toLowerCase()}/${ref.name}` : printName(info, ref.name);
}

/** `deployments.apps "web"`, as kubectl names what it could not change. */
export function resourceOf(ref: ObjectRef): string {
  const info = kindInfo(ref.kind);
  return `${info === undefined ? ref.kind.toLowerCase() : qualifiedResource(info)} "${ref.name}"`;
}

/** `deployment.apps "web" deleted from shop namespace`. */
export function deletedLine(ref: ObjectRef, forced: boolean): string {
  const info = kindInfo(ref.kind);
  const type = nameOf({ ...ref, name: '' }).replace(/\/$/, '');
  const where = info?.namespaced === true ? ` from ${ref.namespace} namespace` : '';
  return `${type} "${ref.name}" ${forced ? 'force ' : ''}deleted${where}`;
}

/** Line after a change: `pod/x labeled`. */
export function line(ref: ObjectRef, operation: string): string {
  return `${nameOf(ref)} ${operation}`;
}

/** Reference to an object as the user gave it; objects of namespaced kinds without a namespace are in `default`. */
export function targetOf(object: KubeObject): ObjectRef {
  const namespaced = kindInfo(object.kind)?.namespaced ?? true;
  return { kind: object.kind, namespace: namespaced ? (object.metadata.namespace ?? 'default') : '', name: object.metadata.name };
}

/**
 * What kubectl prints to stderr for an error: its own with `error: `, the server's with their reason, 422 as a list of causes.
 * Models kubectl cmd/util StandardErrorMessage.
 */
export function printError(status: Status): string {
  if (status.reason === CLIENT_ERROR) return `error: ${status.message}`;
  const { causes, kind, name } = status.details ?? {};
  if (status.reason === 'Invalid' && causes !== undefined && causes.length > 0) {
    const texts = [
      ...new Set(causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message ?? ''}` : (cause.message ?? '')))),
    ];
    const list = texts.length === 1 ? ` ${texts[0]}` : ` \n${texts.map((text) => `* ${text}`).join('\n')}`;
    return `The ${kind ?? ''} "${name ?? ''}" is invalid:${list}`;
  }
  return status.reason === ''
    ? `Error from server: ${status.message}`
    : `Error from server (${status.reason}): ${status.message}`;
}

/** Several errors in one text, equal ones once. Models apimachinery util/errors Aggregate. */
export function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

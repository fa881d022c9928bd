import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Pod, Status } from '#shared/kube/types.ts';
import { formatTime, parseTime } from '../../sim/time.ts';
import type { ApiServer } from '../server.ts';
import { badRequest, conflict, notFound } from '../status.ts';
import { type FieldError, invalid } from '../validation/errors.ts';
import { invalidKindStatus } from '../validation/index.ts';

const KIND = 'TokenRequest.authentication.k8s.io';
const AUDIENCE = 'https://kubernetes.default.svc';
const DEFAULT_SECONDS = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;

/** What a token request asks for. Models authentication/v1 TokenRequestSpec. */
interface TokenSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string } | null;
}

function validate(seconds: number): FieldError[] {
  const field = 'spec.expirationSeconds';
  if (seconds < LEAST_SECONDS) return [invalid(field, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > MOST_SECONDS) return [invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

/** Refusal of the object a token is to be bound to, or null. */
function boundRefusal(server: ApiServer, namespace: string, account: string, spec: TokenSpec): Status | null {
  const ref = spec.boundObjectRef;
  if (!isRecord(ref)) return null;
  const { apiVersion = '', kind = '', name = '', uid = '' } = ref;
  const info = apiVersion === 'v1' && ['Pod', 'Node', 'Secret'].includes(kind) ? kindInfo(kind) : undefined;
  if (info === undefined) {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    return badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const object = server.get(kind, info.namespaced ? namespace : '', name);
  if (object === undefined) return notFound(info, name);
  if (kind === 'Pod' && (object as unknown as Pod).spec.serviceAccountName !== account) {
    return badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  if (uid === '' || uid === object.metadata.uid) return null;
  const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  return conflict(kind, '', name, why);
}

/**
 * Answers a request for a token of a service account. The token's text is a placeholder: nothing here could check a signature.
 * Models registry/core/serviceaccount/storage TokenREST.Create.
 */
export function requestToken(server: ApiServer, namespace: string, name: string, body: AnyObject): Result<AnyObject, Status> {
  const given = body.metadata as { name?: string; namespace?: string } | undefined;
  const mismatch = (field: string, value: string, what: string): Result<AnyObject, Status> =>
    err(invalidKindStatus(KIND, name, [invalid(`metadata.${field}`, value, `must match the ${what} if specified`)]));
  if (given?.name && given.name !== name) return mismatch('name', given.name, 'service account name');
  if (given?.namespace && given.namespace !== namespace)
    return mismatch('namespace', given.namespace, 'service account namespace');
  const account = server.read('ServiceAccount', namespace, name);
  if (!account.ok) return account;
  const spec: TokenSpec = isRecord(body.spec) ? body.spec : {};
  const seconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
  const errors = validate(seconds);
  if (errors.length > 0) return err(invalidKindStatus(KIND, '', errors));
  const refusal = boundRefusal(server, namespace, name, spec);
  if (refusal !== null) return err(refusal);
  const audiences = (spec.audiences?.length ?? 0) > 0 ? spec.audiences : [AUDIENCE];
  const ends = (parseTime(server.timestamp()) ?? 0) + seconds * 1000;
  return ok({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: server.timestamp() },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token: `token:${namespace}:${name}:${seconds}`, expirationTimestamp: formatTime(ends, 0) },
  });
}

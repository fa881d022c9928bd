import { err, ok, type Result } from '#shared/core/result.ts';
import type { AnyObject, Pod, ServiceAccount, Status } from '#shared/kube/types.ts';
import { parseTime } from '../../../sim/time.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';
import { limitsSecrets, mentionsSecret, secretComplaint } from './secrets.ts';
import { withToken } from './token.ts';

const DEFAULT_ACCOUNT = 'default';
const MIRROR = 'kubernetes.io/config.mirror';
/** Nine waits of 100 to 200 ms. */
const PATIENCE_MS = 1000;
const SUFFIX_LENGTH = 5;
/** Dry runs draw no random numbers: asking must not change what happens later. */
const DRY_RUN_SUFFIX = 'zzzzz';

function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.[MIRROR] !== undefined;
}

function mirrorComplaint(pod: Pod): string | undefined {
  if (pod.spec.serviceAccountName) return 'a mirror pod may not reference service accounts';
  if (mentionsSecret(pod)) return 'a mirror pod may not reference secrets';
  const sources = (pod.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.some(({ serviceAccountToken }) => serviceAccountToken !== undefined)
    ? 'a mirror pod may not use ServiceAccountToken volume projections'
    : undefined;
}

function accountOf(pod: Pod, access: AdmissionAccess): ServiceAccount | undefined {
  const { namespace = '' } = pod.metadata;
  const name = pod.spec.serviceAccountName ?? '';
  const found = access.get('ServiceAccount', namespace, name) as unknown as ServiceAccount | undefined;
  return found ?? (name === DEFAULT_ACCOUNT && isFresh(namespace, access) ? comingAccount(namespace) : undefined);
}

/**
 * Whether a namespace is so new that its default account is about to come. A real server asks for it ten times, 100 to 200 ms apart, before it
 * refuses; requests here take no time, so that the account counts as there instead. Models getServiceAccount.
 */
function isFresh(name: string, access: AdmissionAccess): boolean {
  const namespace = access.get('Namespace', '', name);
  const made = parseTime(String(namespace?.metadata.creationTimestamp ?? ''));
  const now = parseTime(access.timestamp?.() ?? '');
  if (namespace?.metadata.deletionTimestamp !== undefined || made === undefined || now === undefined) return false;
  return now - made <= PATIENCE_MS;
}

function comingAccount(namespace: string): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT_ACCOUNT, namespace } };
}

function missing(object: AnyObject, pod: Pod): Status {
  const name = pod.spec.serviceAccountName ?? '';
  const which = `${object.metadata.namespace ?? ''}/${name}`;
  return forbiddenStatus(object, `error looking up service account ${which}: serviceaccount "${name}" not found`);
}

function complaintOf(object: AnyObject, access: AdmissionAccess): Status | null {
  const pod = object as unknown as Pod;
  if (isMirror(pod)) {
    const complaint = mirrorComplaint(pod);
    return complaint === undefined ? null : forbiddenStatus(object, complaint);
  }
  if (!pod.spec.serviceAccountName) {
    const { namespace = '', name = '' } = object.metadata;
    return forbiddenStatus(object, `no service account specified for pod ${namespace}/${name}`);
  }
  const account = accountOf(pod, access);
  if (account === undefined) return missing(object, pod);
  const complaint = limitsSecrets(account) ? secretComplaint(account, pod) : undefined;
  return complaint === undefined ? null : forbiddenStatus(object, complaint);
}

/** The pod's own word counts before its account's; without any the token is mounted. Models shouldAutomount. */
function mountsToken(pod: Pod, account: ServiceAccount): boolean {
  return pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function complete(pod: Pod, account: ServiceAccount, suffix: () => string): Pod {
  const mounted = mountsToken(pod, account) ? withToken(pod, suffix) : pod;
  const pull = account.imagePullSecrets ?? [];
  if ((mounted.spec.imagePullSecrets?.length ?? 0) > 0 || pull.length === 0) return mounted;
  const imagePullSecrets = pull.map(({ name }) => (name === undefined ? {} : { name }));
  return { ...mounted, spec: { ...mounted.spec, imagePullSecrets } };
}

function mutate(object: AnyObject, request: AdmissionRequest, access: AdmissionAccess): Result<AnyObject, Status> {
  if (!concerns(request, object)) return ok(object);
  const given = object as unknown as Pod;
  if (isMirror(given)) {
    const refusal = complaintOf(object, access);
    return refusal === null ? ok(object) : err(refusal);
  }
  const name = given.spec.serviceAccountName || DEFAULT_ACCOUNT;
  const pod: Pod = { ...given, spec: { ...given.spec, serviceAccountName: name, serviceAccount: name } };
  const account = accountOf(pod, access);
  // A file may bring pods without the accounts they had: they are stored as they are.
  if (account === undefined) return request.loaded === true ? ok(object) : err(missing(object, pod));
  const suffix = () => (request.dryRun ? DRY_RUN_SUFFIX : (access.suffix?.(SUFFIX_LENGTH) ?? DRY_RUN_SUFFIX));
  const finished = complete(pod, account, suffix) as unknown as AnyObject;
  const refusal = request.loaded === true ? null : complaintOf(finished, access);
  return refusal === null ? ok(finished) : err(refusal);
}

function concerns(request: AdmissionRequest, object: AnyObject | null): object is AnyObject {
  if (object?.kind !== 'Pod' || !Array.isArray((object.spec as Pod['spec'] | undefined)?.containers)) return false;
  return request.operation === 'CREATE' && request.subresource === undefined;
}

/**
 * Gives new pods a service account, its token and its pull secrets, and refuses pods whose account is missing or does not allow their
 * secrets. Models plugin/pkg/admission/serviceaccount.
 */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  mutate,
  validate(request, access) {
    const { object } = request;
    if (request.loaded === true || !concerns(request, object)) return null;
    return complaintOf(object, access);
  },
};

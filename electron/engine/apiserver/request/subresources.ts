import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { badRequest, internalError, notFound } from '../status.ts';
import { bindPod } from '../subresources/binding.ts';
import { evictPod } from '../subresources/eviction.ts';
import { finalizeNamespace } from '../subresources/finalize.ts';
import { setScale } from '../subresources/scale.ts';
import { requestToken } from '../subresources/token.ts';
import { NO_METHOD, notSimulated } from './answers.ts';
import { type Answered, checkName, type Handling, patch, readObject, readScale } from './index.ts';
import { deleteOptions } from './options.ts';

/** Kinds that are posted to a collection without being stored. */
export const CONNECTED: readonly string[] = ['Binding'];

/** Subresources of pods that stand for what only a real machine has. */
const MACHINE: readonly string[] = ['log', 'exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers', 'resize'];

function answered(result: Result<unknown, Status>, code = 200): Answered {
  return { result, code };
}

const wrongMethod: Answered = answered(err(NO_METHOD));

/** A request to a subresource; undefined when the kind has none of that name. */
export function subresourceRequest(handling: Handling): Answered | undefined {
  const { target } = handling;
  const { info, subresource } = target;
  if (info.kind === 'Binding') return handling.request.method === 'POST' ? answered(bind(handling), 201) : wrongMethod;
  if (subresource === 'status' && info.hasStatus) return statusRequest(handling);
  if (subresource === 'scale' && info.hasScale) return scaleRequest(handling);
  if (info.kind === 'ServiceAccount' && subresource === 'token') return tokenRequest(handling);
  if (info.kind === 'Namespace' && subresource === 'finalize') return finalizeRequest(handling);
  if (info.kind !== 'Pod') return undefined;
  if (MACHINE.includes(subresource)) return answered(err(notSimulated(`pods/${subresource}`)));
  if (subresource !== 'binding' && subresource !== 'eviction') return undefined;
  if (handling.request.method !== 'POST') return wrongMethod;
  return answered(subresource === 'binding' ? bind(handling) : evict(handling), 201);
}

function statusRequest(handling: Handling): Answered {
  const { server, request, target, warn } = handling;
  if (request.method === 'GET') return answered(server.read(target.info.kind, target.namespace, target.name));
  if (request.method === 'PATCH') return answered(patch(handling, 'status'));
  if (request.method !== 'PUT') return wrongMethod;
  const read = readObject(handling, 'UpdateOptions');
  if (!read.ok) return answered(read);
  const other = checkName(read.value.object, target.name);
  if (other !== undefined) return answered(err(other));
  return answered(server.updateStatus(read.value.object, { user: request.user, dryRun: read.value.dryRun, warn }));
}

function scaleRequest(handling: Handling): Answered {
  const { server, request, target, warn } = handling;
  if (request.method === 'GET') return answered(readScale(handling));
  if (request.method === 'PATCH') return answered(patch(handling, 'scale'));
  if (request.method !== 'PUT') return wrongMethod;
  const read = readObject(handling, 'UpdateOptions', { kind: 'Scale', apiVersion: 'autoscaling/v1' });
  if (!read.ok) return answered(read);
  const { object, dryRun } = read.value;
  const other = checkName(object, target.name);
  if (other !== undefined) return answered(err(other));
  const replicas = (object.spec as { replicas?: number } | undefined)?.replicas ?? 0;
  const ref = { kind: target.info.kind, namespace: target.namespace, name: target.name };
  const resourceVersion = object.metadata.resourceVersion || undefined;
  return answered(setScale(server, ref, replicas, { user: request.user, dryRun, warn, resourceVersion }));
}

function tokenRequest(handling: Handling): Answered {
  const { server, request, target } = handling;
  if (request.method !== 'POST') return wrongMethod;
  const read = readObject(handling, 'CreateOptions', { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' });
  if (!read.ok) return answered(read);
  return answered(requestToken(server, target.namespace, target.name, read.value.object), 201);
}

function finalizeRequest(handling: Handling): Answered {
  const { server, request, target, warn } = handling;
  if (request.method !== 'PUT') return wrongMethod;
  const read = readObject(handling, 'UpdateOptions');
  if (!read.ok) return answered(read);
  const other = checkName(read.value.object, target.name);
  if (other !== undefined) return answered(err(other));
  const finalizers = (read.value.object.spec as { finalizers?: string[] } | undefined)?.finalizers ?? [];
  return answered(finalizeNamespace(server, target.name, finalizers, { user: request.user, dryRun: read.value.dryRun, warn }));
}

/** The body's success: what connects two things is answered with a Status. */
function created(result: Result<AnyObject, Status>): Result<unknown, Status> {
  return result.ok ? ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }) : result;
}

/** Models registry/core/pod/storage BindingREST.Create with ValidatePodBinding. */
function bind(handling: Handling): Result<unknown, Status> {
  const { server, request, target, warn } = handling;
  const read = readObject(handling, 'CreateOptions', { kind: 'Binding', apiVersion: 'v1' });
  if (!read.ok) return read;
  const { object, dryRun } = read.value;
  const name = target.name === '' ? object.metadata.name : target.name;
  if (name !== object.metadata.name) return err(badRequest('name in URL does not match name in Binding object'));
  const to = isRecord(object.target) ? object.target : {};
  const problems: string[] = [];
  if (typeof to.kind === 'string' && to.kind !== '' && to.kind !== 'Node')
    problems.push(`target.kind: Unsupported value: "${to.kind}": supported values: "Node", "<empty>"`);
  if (typeof to.name !== 'string' || to.name === '') problems.push('target.name: Required value');
  if (problems.length > 0) return err(internalError(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`));
  return created(bindPod(server, target.namespace, name, String(to.name), { user: request.user, dryRun, warn }));
}

/** Models EvictionREST.Create up to the budgets. */
function evict(handling: Handling): Result<unknown, Status> {
  const { server, request, target, warn } = handling;
  const expected = { kind: 'Eviction', apiVersion: 'policy/v1', alsoAccepted: ['policy/v1beta1'] };
  const read = readObject(handling, 'CreateOptions', expected);
  if (!read.ok) return read;
  const { object, dryRun } = read.value;
  if (object.metadata.name !== target.name) return err(badRequest('name in URL does not match name in Eviction object'));
  if (server.get('Pod', target.namespace, target.name) === undefined) return err(notFound(target.info, target.name));
  const options = deleteOptions(isRecord(object.deleteOptions) ? object.deleteOptions : {});
  if (!options.ok) return options;
  const both = { ...options.value, dryRun: dryRun || options.value.dryRun };
  return created(evictPod(server, target.namespace, target.name, { ...both, user: request.user, warn }));
}

import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject, HorizontalPodAutoscaler, Status } from '#shared/kube/types.ts';
import { autoscalerAsV1 } from '../../apiserver/kinds/hpa.ts';
import { decodeRefusal } from '../../apiserver/validation/decode.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { compare, type GovernanceCase, targetOf } from '../admission.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';

const V1 = 'autoscaling/v1';

/**
 * Sends the captured requests about autoscalers in their order and compares code, refusal, and the object answered (in the version asked for).
 * What an earlier request has stored under the name is out of the way before the next create, as in the capture.
 */
export function runAutoscalerRequests(cases: readonly GovernanceCase[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'autoscaler rules', agree: 0, total: 0, disagree: [], later: [] };
  const cluster = createTestCluster({ seed: 1 });
  const namespaces = new Set(cases.map((one) => targetOf(one.request.path)?.namespace ?? 'default'));
  for (const name of [...namespaces].sort(compareStrings)) {
    if (name !== 'default') cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const one of cases) {
    const disagree = check(cluster, one);
    if (disagree === undefined) {
      family.later.push({ id: one.id, why: `${one.request.method} ${one.request.path} is no request of this runner` });
      continue;
    }
    family.total++;
    if (disagree.length === 0) family.agree++;
    family.disagree.push(...disagree);
  }
  return family;
}

interface Answer {
  code: number;
  status?: Status;
  object?: AnyObject;
}

function check(cluster: TestCluster, one: GovernanceCase): Disagreement[] | undefined {
  const answer = send(cluster, one);
  if (answer === undefined) return undefined;
  const { code, status, object } = answer;
  const found = compare(
    { id: one.id, request: one.request, response: { code: one.code, body: one.response } },
    status === undefined ? { code } : { code, status },
  );
  if (found.length > 0 || object === undefined || !isRecord(one.response)) return found;
  const [expected, got] = [canonical(one.response), canonical(object as unknown as Record<string, unknown>)];
  return expected === got ? [] : [{ id: one.id, what: 'object', expected, got }];
}

/** Undefined for a request of a form the capture does not have. */
function send(cluster: TestCluster, { request }: GovernanceCase): Answer | undefined {
  const target = targetOf(request.path);
  if (target?.info.kind !== 'HorizontalPodAutoscaler' || target.subresource !== '') return undefined;
  const { namespace } = target;
  const version = /^\/apis\/(autoscaling\/v\d+)\//.exec(request.path)?.[1] ?? '';
  const shown = (object: AnyObject) => (version === V1 ? autoscalerAsV1(object as unknown as HorizontalPodAutoscaler) : object);
  const body = isRecord(request.body) ? (request.body as unknown as AnyObject) : undefined;
  const ref = { kind: target.info.kind, namespace, name: target.name || (body?.metadata.name ?? '') };
  const answered = (result: ReturnType<typeof cluster.client.get>, success: number): Answer =>
    result.ok ? { code: success, object: shown(result.value as AnyObject) } : { code: result.error.code, status: result.error };
  const sent = (): AnyObject => ({
    ...(body as AnyObject),
    apiVersion: version,
    metadata: { ...(body as AnyObject).metadata, namespace },
  });
  switch (request.method) {
    case 'GET':
      return answered(cluster.client.get(ref.kind, namespace, ref.name), 200);
    case 'DELETE':
      return answered(cluster.client.delete(ref), 200);
    case 'PUT':
      return body === undefined ? undefined : answered(cluster.client.update(sent()), 200);
    case 'PATCH': {
      const type = request.contentType?.includes('strategic') === true ? 'strategic' : 'merge';
      return version === V1 ? undefined : answered(cluster.client.patch(ref, type, request.body), 200);
    }
    case 'POST': {
      if (body === undefined) return undefined;
      const refusal = request.query?.fieldValidation === 'Strict' ? decodeRefusal(sent(), { strict: true }) : null;
      if (refusal !== null) return { code: refusal.code, status: refusal };
      cluster.client.delete(ref);
      return answered(cluster.client.create(sent(), { dryRun: request.query?.dryRun === 'All' }), 201);
    }
    default:
      return undefined;
  }
}

/** Text of an object with sorted keys, without what the system gives and without nulls. */
function canonical(object: Readonly<Record<string, unknown>>): string {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    managedFields: _managed,
    ...metadata
  } = isRecord(object.metadata) ? object.metadata : {};
  return JSON.stringify(sorted({ ...object, metadata }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).filter((name) => value[name] !== null && value[name] !== undefined);
  return Object.fromEntries(names.sort(compareStrings).map((name) => [name, sorted(value[name])]));
}

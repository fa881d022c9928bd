import { isRecord } from '#shared/core/json.ts';
import type { Result } from '#shared/core/result.ts';
import { parseSelector } from '#shared/kube/labels.ts';
import { type KindInfo, resolveResource } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import { decodeRefusal } from '../apiserver/validation/decode.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import { fixtures } from './admissionFixtures.ts';
import { type DefaultingPair, runDefaultingFamily } from './defaulting.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement, LaterCase } from './types.ts';

/** One captured request with its answer, as in `admission/requests.json`. */
export interface AdmissionCase {
  id: string;
  request: { method: string; path: string; query?: Record<string, string> | null; contentType?: string; body?: unknown };
  response: { code: number; body?: unknown };
}

interface Target {
  info: KindInfo;
  namespace: string;
  name: string;
  subresource: string;
}

type Outcome = { code: number; status?: Status } | { later: string };

/** Namespaces of the captured cluster whose answers come from plugins of later issues. */
const PLUGIN_NAMESPACES: readonly (readonly [prefix: string, why: string])[] = [
  ['adm-lr', 'LimitRanger'],
  ['adm-rq', 'ResourceQuota'],
  ['adm-ps', 'PodSecurity'],
  ['lr-val', ''],
  ['lr-', 'LimitRanger'],
  ['sa-', 'ServiceAccount'],
  ['rq-', 'ResourceQuota'],
];
const HTTP_LAYER = 'needs the HTTP layer';

/** A request in the shape of `governance/requests.json`, where code and body of the answer lie side by side. */
export interface GovernanceCase {
  id: string;
  request: AdmissionCase['request'];
  code: number;
  response?: unknown;
}

/** The governance requests that are about disruption budgets, in the shape of the others. */
export function budgetCases(cases: readonly GovernanceCase[]): AdmissionCase[] {
  return cases
    .filter((one) => targetOf(one.request.path)?.info.kind === 'PodDisruptionBudget')
    .map(({ id, request, code, response }) => ({ id, request, response: { code, body: response } }));
}

/** Runs captured requests in their order, the rules of budgets and the defaulting pairs. Pure: all data is given, parsed. */
export function runAdmissionConformance(data: {
  requests: readonly AdmissionCase[];
  defaulting: readonly DefaultingPair[];
  budgets?: readonly AdmissionCase[];
}): ConformanceReport {
  const budgets = runRequestFamilies(data.budgets ?? []).map((family) => ({ ...family, name: 'budget rules' }));
  return {
    topic: 'admission',
    families: [...runRequestFamilies(data.requests), ...budgets, runDefaultingFamily(data.defaulting)],
  };
}

/** The families of requests, one per simulated kind. */
export function runRequestFamilies(cases: readonly AdmissionCase[]): ConformanceFamily[] {
  const cluster = clusterWithFixtures(cases);
  const families = new Map<string, ConformanceFamily>();
  for (const one of cases) {
    const target = targetOf(one.request.path);
    const name = target?.info.simulated === true ? target.info.plural : 'other kinds';
    const family = families.get(name) ?? { name, agree: 0, total: 0, disagree: [], later: [] };
    families.set(name, family);
    const result = compareCase(cluster, one, target);
    if ('later' in result) family.later.push(result.later);
    else {
      family.total++;
      if (result.disagree.length === 0) family.agree++;
      family.disagree.push(...result.disagree);
    }
  }
  return [...families.values()];
}

function clusterWithFixtures(cases: readonly AdmissionCase[]): TestCluster {
  const cluster = createTestCluster({ seed: 1 });
  const namespaces = new Set(cases.map((one) => targetOf(one.request.path)?.namespace ?? '').filter((name) => name !== ''));
  for (const object of fixtures([...namespaces].sort())) {
    const created = cluster.client.create(object);
    if (!created.ok) throw new Error(`fixture ${object.kind} ${object.metadata.name}: ${created.error.message}`);
  }
  for (const name of ['adm-gone', 'adm-gone2']) {
    if (namespaces.has(name)) cluster.client.delete({ kind: 'Namespace', namespace: '', name });
  }
  return cluster;
}

/** What a request path names; undefined for paths outside of the known kinds. */
export function targetOf(path: string): Target | undefined {
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(.*)$/.exec(path);
  if (match === null) return undefined;
  const group = match[1] ?? '';
  let parts = (match[2] ?? '').split('/');
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 2) {
    namespace = parts[1] ?? '';
    parts = parts.slice(2);
  }
  const info = resolveResource(group === '' ? (parts[0] ?? '') : `${parts[0]}.${group}`);
  return info === undefined ? undefined : { info, namespace, name: parts[1] ?? '', subresource: parts[2] ?? '' };
}

function compareCase(
  cluster: TestCluster,
  one: AdmissionCase,
  target: Target | undefined,
): { later: LaterCase } | { disagree: Disagreement[] } {
  const later = (why: string): { later: LaterCase } => ({ later: { id: one.id, why } });
  const why = laterReason(one, target);
  if (why !== undefined || target === undefined) return later(why ?? 'unknown path');
  const outcome = perform(cluster, one, target);
  return 'later' in outcome ? later(outcome.later) : { disagree: compare(one, outcome) };
}

function laterReason(one: AdmissionCase, target: Target | undefined): string | undefined {
  const { request, response } = one;
  if (target === undefined) return HTTP_LAYER;
  if (!target.info.simulated) return `kind ${target.info.kind}`;
  const plugin = PLUGIN_NAMESPACES.find(([prefix]) => target.namespace.startsWith(prefix))?.[1] ?? '';
  if (plugin !== '') return `plugin ${plugin}`;
  if (request.contentType === 'application/json-patch+json') return 'JSON patch';
  if (request.query?.fieldSelector !== undefined) return 'field selectors of lists';
  if (request.query?.dryRun !== undefined && request.query.dryRun !== 'All') return HTTP_LAYER;
  const known = ['application/json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', ''];
  if (!known.includes(request.contentType ?? '')) return HTTP_LAYER;
  if (request.method === 'PATCH') return isRecord(request.body) && request.contentType !== known[0] ? undefined : HTTP_LAYER;
  if (request.method !== 'POST') return undefined;
  const body = readBody(request.body);
  return body === undefined ? HTTP_LAYER : laterBody(body, target, response.code);
}

/** The body, parsed when it was sent as text; undefined when it is not one JSON object or says a field twice. */
function readBody(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (isRecord(body)) return body;
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    const plain = body.replaceAll(/([:,]) /g, '$1');
    return isRecord(parsed) && JSON.stringify(parsed) === plain ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** What only a server that has the path and the body apart can tell: their contradictions. */
function laterBody(body: Readonly<Record<string, unknown>>, target: Target, code: number): string | undefined {
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  if (metadata.namespace !== undefined && metadata.namespace !== target.namespace) return HTTP_LAYER;
  if (target.subresource !== '') return target.name !== metadata.name && code === 400 ? HTTP_LAYER : undefined;
  const otherKind = body.kind !== undefined && body.kind !== target.info.kind;
  const otherVersion = body.apiVersion !== undefined && body.apiVersion !== target.info.apiVersion;
  return otherKind || otherVersion ? HTTP_LAYER : undefined;
}

function perform(cluster: TestCluster, one: AdmissionCase, target: Target): Outcome {
  const { client } = cluster;
  const { info, namespace, name, subresource } = target;
  const ref: ObjectRef = { kind: info.kind, namespace, name };
  const dryRun = one.request.query?.dryRun === 'All';
  switch (one.request.method) {
    case 'GET': {
      const selector = one.request.query?.labelSelector;
      if (selector === undefined) return answer(client.get(info.kind, namespace, name), 200);
      const parsed = parseSelector(selector);
      return parsed.ok ? { code: 200 } : { code: 400, status: badRequest(parsed.error) };
    }
    case 'DELETE':
      return answer(client.delete(ref), 200);
    case 'PUT':
      return answer(client.update(bodyOf(one, target), { dryRun }), 200);
    case 'PATCH': {
      const type = one.request.contentType?.includes('strategic') === true ? 'strategic' : 'merge';
      const sub = subresource === 'scale' || subresource === 'status' ? { subresource } : {};
      return answer(client.patch(ref, type, one.request.body, { dryRun, ...sub } as { dryRun: boolean }), 200);
    }
    case 'POST':
      if (subresource === 'binding') return answer(client.bind(namespace, name, 'node-1'), 201);
      if (subresource === 'eviction') return answer(client.evict(namespace, name), 201);
      return post(cluster, one, target, dryRun);
    default:
      return { later: HTTP_LAYER };
  }
}

function post(cluster: TestCluster, one: AdmissionCase, target: Target, dryRun: boolean): Outcome {
  const object = bodyOf(one, target);
  const strict = one.request.query?.fieldValidation === 'Strict';
  const refusal = strict ? decodeRefusal(object, { strict }) : null;
  if (refusal !== null) return { code: refusal.code, status: refusal };
  const created = cluster.client.create(object, { dryRun });
  // What was accepted was thrown away before the next request; only the priority classes build on each other.
  if (created.ok && !dryRun && object.kind !== 'PriorityClass') {
    const { kind, metadata } = created.value;
    cluster.client.delete({ kind, namespace: metadata.namespace ?? '', name: metadata.name }, { gracePeriodSeconds: 0 });
  }
  return answer(created, 201);
}

/** The body as the server reads it: kind, version and namespace come from the path where the body has none. */
function bodyOf(one: AdmissionCase, target: Target): AnyObject {
  const body = (readBody(one.request.body) ?? {}) as AnyObject;
  const namespace = target.info.namespaced ? { namespace: target.namespace } : {};
  return { ...body, apiVersion: target.info.apiVersion, kind: target.info.kind, metadata: { ...body.metadata, ...namespace } };
}

function answer(result: Result<unknown, Status>, success: number): Outcome {
  return result.ok ? { code: success } : { code: result.error.code, status: result.error };
}

function badRequest(message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'BadRequest', code: 400 };
}

/** Texts without what the README of the data excludes: generated suffixes, dumps of Go structures, Go's JSON errors. */
function comparable(text: string): string {
  return text
    .replace(/\n@@[\s\S]*$/, '')
    .replace(/"Bad_[a-z0-9]{5}"/g, '"Bad_*****"')
    .replace(/(cannot be handled as a \w+: )(json: cannot unmarshal|[\w.[\]]+: expected) .*$/, '$1(wrong type)');
}

/** What differs between a captured answer and ours: code, reason, message and causes of a refusal. */
export function compare(one: AdmissionCase, outcome: { code: number; status?: Status }): Disagreement[] {
  const expected = one.response;
  const found: Disagreement[] = [];
  const check = (what: string, want: string, got: string): void => {
    if (want !== got) found.push({ id: one.id, what, expected: want, got });
  };
  check('code', String(expected.code), outcome.status === undefined ? String(outcome.code) : `${outcome.code}`);
  if (expected.code < 300 || found.length > 0) {
    return outcome.status === undefined
      ? found
      : found.map((item) => ({ ...item, got: `${item.got} ${outcome.status?.message}` }));
  }
  const want = expected.body as Status;
  const got = outcome.status;
  check('reason', want.reason ?? '', got?.reason ?? '');
  check('message', comparable(want.message ?? ''), comparable(got?.message ?? ''));
  check('causes', causes(want), causes(got));
  return found;
}

function causes(status: Status | undefined): string {
  const list = status?.details?.causes ?? [];
  return JSON.stringify(list.map(({ reason, message, field }) => [reason, comparable(message ?? ''), field]));
}

import type { KindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { admissionPlugins } from '../apiserver/admission/index.ts';
import { type HttpResponse, handleRequest } from '../apiserver/request/index.ts';
import { targetOf } from '../apiserver/request/path.ts';
import { hasRules } from '../apiserver/validation/index.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import { fixtures } from './admissionFixtures.ts';
import { type DefaultingPair, runDefaultingFamily } from './defaulting.ts';
import { runMistakesFamily } from './manifestMistakes.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement, LaterCase } from './types.ts';

/** One captured request with its answer, as in `admission/requests.json`. */
export interface AdmissionCase {
  id: string;
  request: { method: string; path: string; query?: Record<string, string> | null; contentType?: string; body?: unknown };
  response: { code: number; body?: unknown; warnings?: string[] };
}

/** Namespaces of the captured cluster, by the plugin that its answers come from; without one the plugin is of no account. */
const PLUGIN_NAMESPACES: readonly (readonly [prefix: string, why: string])[] = [
  ['adm-lr', 'LimitRanger'],
  ['adm-rq', 'ResourceQuota'],
  ['adm-ps', 'PodSecurity'],
  ['lr-val', ''],
  ['lr-', 'LimitRanger'],
  ['sa-', 'ServiceAccount'],
  ['rq-', 'ResourceQuota'],
];

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
    .filter((one) => kindOf(one.request.path)?.kind === 'PodDisruptionBudget')
    .map(({ id, request, code, response }) => ({ id, request, response: { code, body: response } }));
}

/** Runs captured requests in their order, the rules of budgets and the defaulting pairs. Pure: all data is given, parsed. */
export function runAdmissionConformance(data: {
  requests: readonly AdmissionCase[];
  defaulting: readonly DefaultingPair[];
  budgets?: readonly AdmissionCase[];
  /** Text of `kubectl-manifest-mistakes.txt`. */
  mistakes?: string;
}): ConformanceReport {
  const budgets = runRequestFamilies(data.budgets ?? []).map((family) => ({ ...family, name: 'budget rules' }));
  return {
    topic: 'admission',
    families: [
      ...runRequestFamilies(data.requests),
      ...budgets,
      runDefaultingFamily(data.defaulting),
      ...(data.mistakes === undefined ? [] : [runMistakesFamily(data.mistakes)]),
    ],
  };
}

/** The families of requests, one per simulated kind. */
export function runRequestFamilies(cases: readonly AdmissionCase[]): ConformanceFamily[] {
  const cluster = clusterWithFixtures(cases);
  const families = new Map<string, ConformanceFamily>();
  for (const one of cases) {
    const info = kindOf(one.request.path);
    const name = info === undefined ? 'paths' : info.plural;
    const family = families.get(name) ?? { name, agree: 0, total: 0, disagree: [], later: [] };
    families.set(name, family);
    const result = compareCase(cluster, one);
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
  const namespaces = new Set(cases.map((one) => namespaceOf(one.request.path)).filter((name) => name !== ''));
  for (const object of fixtures([...namespaces].sort())) {
    const created = cluster.client.create(object);
    if (!created.ok) throw new Error(`fixture ${object.kind} ${object.metadata.name}: ${created.error.message}`);
    // No controller runs here, so that what it would have written is written for it.
    if (object.kind === 'ResourceQuota') cluster.client.updateStatus({ ...created.value, status: object.status });
  }
  for (const name of ['adm-gone', 'adm-gone2']) {
    if (namespaces.has(name)) cluster.client.delete({ kind: 'Namespace', namespace: '', name });
  }
  return cluster;
}

/** The kind that a request path names; undefined for paths outside of the API. */
function kindOf(path: string): KindInfo | undefined {
  const target = targetOf(path);
  return typeof target === 'string' ? undefined : target.info;
}

function namespaceOf(path: string): string {
  const target = targetOf(path);
  return typeof target === 'string' ? '' : target.namespace;
}

type Compared = { later: LaterCase } | { disagree: Disagreement[] };

function compareCase(cluster: TestCluster, one: AdmissionCase): Compared {
  const why = laterReason(one);
  if (why !== undefined) return { later: { id: one.id, why } };
  return { disagree: compare(one, perform(cluster, one)) };
}

/** Why a case cannot be compared yet: its answer comes from a plugin that is not there, or from rules of a kind without any. */
function laterReason(one: AdmissionCase): string | undefined {
  const namespace = namespaceOf(one.request.path);
  const [, plugin] = PLUGIN_NAMESPACES.find(([prefix]) => namespace.startsWith(prefix)) ?? [];
  if (plugin !== undefined && plugin !== '' && !admissionPlugins.some(({ name }) => name === plugin)) return `plugin ${plugin}`;
  const kind = kindOf(one.request.path)?.kind;
  return kind === undefined || hasRules(kind) ? undefined : `rules of kind ${kind}`;
}

/** Sends the request as captured; what was accepted was thrown away before the next one, but for the classes and quotas that build on each other. */
function perform(cluster: TestCluster, { request }: AdmissionCase): HttpResponse {
  const response = sendRequest(cluster, request);
  const object = response.body as AnyObject;
  const kept = object.kind === 'PriorityClass' || namespaceOf(request.path).startsWith('adm-rq');
  if (request.method === 'POST' && response.code === 201 && request.query?.dryRun === undefined && !kept) {
    const { namespace, name } = object.metadata;
    cluster.client.delete(
      { kind: object.kind, namespace: namespace ?? '', name },
      { gracePeriodSeconds: 0, propagationPolicy: 'Background' },
    );
  }
  return response;
}

/** Sends a captured request as the admin and gives the answer. */
export function sendRequest(cluster: TestCluster, request: AdmissionCase['request']): HttpResponse {
  const body = typeof request.body === 'string' || request.body === undefined ? request.body : JSON.stringify(request.body);
  return handleRequest(cluster.core.server, {
    method: request.method,
    path: request.path,
    query: request.query ?? {},
    contentType: request.contentType,
    body,
    user: 'kubernetes-admin',
  });
}

/** Texts without what the README of the data excludes: generated suffixes and uids, dumps of Go structures, Go's JSON errors. */
function comparable(text: string): string {
  return text
    .replace(/\n@@[\s\S]*$/, '')
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, '<uid>')
    .replace(
      /Invalid value: \{"(?:ObjectMeta|Name|metadata|spec)".*?\}: field is immutable/g,
      'Invalid value: <template>: field is immutable',
    )
    .replace(/"Bad_[a-z0-9]{5}"/g, '"Bad_*****"')
    .replace(/(cannot be handled as a \w+: )(json: cannot unmarshal|[\w.[\]]+: expected) .*$/, '$1(wrong type)');
}

/** What differs between a captured answer and ours: code and warnings; reason, message and causes of a refusal. */
export function compare(one: AdmissionCase, got: HttpResponse): Disagreement[] {
  const expected = one.response;
  const found: Disagreement[] = [];
  const check = (what: string, want: string, have: string): void => {
    if (want !== have) found.push({ id: one.id, what, expected: want, got: have });
  };
  if (expected.code !== got.code) {
    const words = got.code < 300 ? '' : ` ${typeof got.body === 'string' ? got.body : (got.body as Status).message}`;
    check('code', String(expected.code), `${got.code}${words}`);
    return found;
  }
  const headers = got.warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
  check('warnings', (expected.warnings ?? []).join(', '), headers);
  if (expected.code < 300) return found;
  if (typeof expected.body === 'string') {
    check('body', expected.body, String(got.body));
    return found;
  }
  const want = expected.body as Status;
  const have = got.body as Status;
  check('reason', want.reason ?? '', have.reason ?? '');
  check('message', comparable(want.message ?? ''), comparable(have.message ?? ''));
  check('causes', causes(want), causes(have));
  return found;
}

function causes(status: Status | undefined): string {
  const list = status?.details?.causes ?? [];
  return JSON.stringify(list.map(({ reason, message, field }) => [reason, comparable(message ?? ''), field]));
}

import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import type { HttpResponse } from '../../apiserver/request/index.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { type AdmissionCase, compare, type GovernanceCase, sendRequest } from '../admission.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';

const TEMPORARY = 'lr-val';

/** Names of the namespaces, which the paths carry. */
function namespaceOf(one: GovernanceCase): string {
  return /\/namespaces\/([^/]+)\//.exec(one.request.path)?.[1] ?? '';
}

function clusterFor(cases: readonly GovernanceCase[]): TestCluster {
  const cluster = createTestCluster({ seed: 1 });
  for (const name of [...new Set(cases.map(namespaceOf))].sort(compareStrings)) {
    cluster.create<AnyObject[]>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return cluster;
}

/** What the capture kept for the requests after it: limit ranges and accounts of their own namespaces, and the quota that is changed. */
function isKept(one: GovernanceCase, object: AnyObject): boolean {
  if (one.id === 'quota-keep') return true;
  return object.kind === 'ServiceAccount' || (object.kind === 'LimitRange' && namespaceOf(one) !== TEMPORARY);
}

function perform(cluster: TestCluster, one: GovernanceCase): HttpResponse {
  const response = sendRequest(cluster, one.request);
  const object = response.body as AnyObject;
  if (response.code !== 201 || object.metadata === undefined || isKept(one, object)) return response;
  const { namespace = '', name } = object.metadata;
  cluster.client.delete({ kind: object.kind, namespace, name }, { gracePeriodSeconds: 0 });
  return response;
}

/** Several complaints of one limit range come in Go's random order: their words are compared, not their order. */
function unordered(text: string): string {
  const list = /^([\s\S]*?: )\[([\s\S]*)\]$/.exec(text);
  return list === null ? text : `${list[1]}[${(list[2] ?? '').split(', ').sort(compareStrings).join(', ')}]`;
}

function withUnordered(status: unknown): unknown {
  if (!isRecord(status) || typeof status.message !== 'string') return status;
  return { ...status, message: unordered(status.message) };
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).filter((name) => value[name] !== null && value[name] !== undefined);
  return Object.fromEntries(names.sort(compareStrings).map((name) => [name, plain(value[name])]));
}

/** An object's fields as text, without what is drawn and what the clock says; of two limit ranges that disagree either may have won. */
function textOf(object: Readonly<Record<string, unknown>>, fields: readonly string[], twoRanges: boolean): string {
  const { metadata, ...rest } = object as unknown as AnyObject;
  const { name, namespace, annotations, labels } = metadata;
  const shown = twoRanges ? { name, namespace, labels } : { name, namespace, annotations, labels };
  const whole: Record<string, unknown> = { ...rest, metadata: shown };
  const text = JSON.stringify(plain(Object.fromEntries(fields.map((field) => [field, whole[field]]))))
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<suffix>')
    .replace(/"(token|expirationTimestamp)":"[^"]*"/g, '"$1":"<drawn>"');
  return twoRanges ? text.replace(/"[37]00m"/g, '"<either>"') : text;
}

function compareStored(one: GovernanceCase, got: HttpResponse): Disagreement[] {
  if (one.code >= 300 || got.code >= 300 || !isRecord(one.response) || !isRecord(got.body)) return [];
  const fields = Object.keys(one.response).filter((field) => field !== 'status' || one.response !== undefined);
  const twoRanges = namespaceOf(one) === 'lr-two';
  const expected = textOf(one.response, fields, twoRanges);
  const have = textOf(got.body, fields, twoRanges);
  return expected === have ? [] : [{ id: one.id, what: 'stored object', expected, got: have }];
}

/** What the requests are about, by their ids. */
function familyName(id: string): string {
  if (id.startsWith('limitrange-') && !id.startsWith('limitrange-lr-')) return 'limit range rules';
  if (id.startsWith('limitrange-') || id.startsWith('lr-')) return 'limit ranges';
  return id.startsWith('quota-') ? 'quota rules' : 'service accounts';
}

/** Sends the requests of governance/requests.json but those about budgets, and compares answers and stored objects. */
export function runGovernanceRequests(all: readonly GovernanceCase[]): ConformanceFamily[] {
  const cases = all.filter(({ request }) => !request.path.includes('/poddisruptionbudgets'));
  const cluster = clusterFor(cases);
  const families = new Map<string, ConformanceFamily>();
  for (const one of cases) {
    const name = familyName(one.id);
    const family = families.get(name) ?? { name, agree: 0, total: 0, disagree: [], later: [] };
    families.set(name, family);
    const got = perform(cluster, one);
    const expected: AdmissionCase = { ...one, response: { code: one.code, body: withUnordered(one.response) } };
    const refusal = { ...got, body: withUnordered(got.body as Status) } as HttpResponse;
    const found = [...compare(expected, refusal), ...compareStored(one, got)];
    family.total++;
    if (found.length === 0) family.agree++;
    family.disagree.push(...found);
  }
  return [...families.values()];
}

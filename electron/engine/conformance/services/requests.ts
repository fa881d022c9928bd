import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { targetOf } from '../../apiserver/request/path.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { compare, type GovernanceCase, sendRequest } from '../admission.ts';
import { sortedValue, withoutSystemFields } from '../canonical.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';

/** A captured request about services and what belongs to them. `warnings`: the texts alone. */
export interface ServiceCase extends GovernanceCase {
  warnings?: string[];
}

/** Time between two requests: whichever was made later is also younger. */
const STEP_MS = 1_000;

function namespaceOf(path: string): string {
  const target = targetOf(path);
  return typeof target === 'string' ? '' : target.namespace;
}

/** Name of the object that a later request is about, or that stays as the README says. */
function isKept(one: ServiceCase, object: AnyObject, rest: readonly ServiceCase[]): boolean {
  const { name } = object.metadata;
  if (name === 's0') return true;
  // Default classes are met by the Ingresses after them.
  if (object.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] !== undefined) return true;
  if (rest.some(({ request }) => request.path === `${one.request.path}/${name}`)) return true;
  return isAskedForAgain(object, rest);
}

/** A later request wants the very address this object has, and was refused it. */
function isAskedForAgain(object: AnyObject, rest: readonly ServiceCase[]): boolean {
  const ip = isRecord(object.spec) ? object.spec.clusterIP : undefined;
  return rest.some(({ request, code }) => {
    const body = request.body as AnyObject | undefined;
    const asked = isRecord(body?.spec) ? body.spec.clusterIP : undefined;
    return code === 422 && request.method === 'POST' && asked !== undefined && asked === ip && ip !== 'None' && ip !== '';
  });
}

function send(cluster: TestCluster, one: ServiceCase, rest: readonly ServiceCase[]): Disagreement[] {
  cluster.runFor(STEP_MS);
  const stored = isRecord(one.request.body) ? (one.request.body as unknown as AnyObject) : undefined;
  const { metadata, kind } = stored ?? {};
  const namespace = namespaceOf(one.request.path);
  if (one.request.method === 'POST' && kind !== undefined && metadata?.name !== undefined) {
    // What an accepted request left behind under the name was gone by then.
    cluster.client.delete({ kind, namespace, name: metadata.name });
  }
  const answer = sendRequest(cluster, one.request);
  const warnings = (one.warnings ?? []).map((text) => `299 - ${JSON.stringify(text)}`);
  const expected = { id: one.id, request: one.request, response: { code: one.code, body: one.response, warnings } };
  const found = compare(expected, answer);
  if (answer.code === 201 && !isKept(one, answer.body as AnyObject, rest)) {
    const object = answer.body as AnyObject;
    cluster.client.delete({ kind: object.kind, namespace, name: object.metadata.name });
  }
  if (found.length > 0 || answer.code >= 300 || !isRecord(one.response) || !isRecord(answer.body)) return found;
  const [want, got] = [canonical(one.response, one), canonical(answer.body, one)];
  return want === got ? [] : [{ id: one.id, what: 'object', expected: want, got }];
}

/** Numbers and addresses that somebody has chosen are compared; those the server gives are chance. */
function chosenTexts(one: ServiceCase): string {
  return JSON.stringify(one.request.body ?? null);
}

function canonical(object: Readonly<Record<string, unknown>>, one: ServiceCase): string {
  const plain = withoutSystemFields(object);
  const { metadata } = plain;
  const { name, generateName } = metadata as { name?: string; generateName?: string };
  const drawn = generateName !== undefined && name?.length === generateName.length + 5 && name.startsWith(generateName);
  const chosen = chosenTexts(one);
  return JSON.stringify(sortedValue(drawn ? { ...plain, metadata: { ...metadata, name: '<drawn>' } } : plain))
    .replace(/"10\.96\.\d+\.\d+"/g, (text) => (chosen.includes(text) ? text : '"<cluster ip>"'))
    .replace(/"(nodePort|healthCheckNodePort)":(\d+)/g, (text, field: string, port: string) =>
      chosen.includes(port) ? text : `"${field}":"<port>"`,
    );
}

/** Sends captured requests in their order to one cluster and compares code, words, warnings and the whole object answered. */
export function runServiceRequests(name: string, cases: readonly ServiceCase[]): ConformanceFamily {
  const family: ConformanceFamily = { name, agree: 0, total: 0, disagree: [], later: [] };
  const cluster = createTestCluster({ seed: 1 });
  const namespaces = new Set(cases.map(({ request }) => namespaceOf(request.path)));
  for (const namespace of [...namespaces].sort(compareStrings)) {
    if (namespace === '' || namespace === 'default') continue;
    cluster.create<AnyObject[]>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }
  cases.forEach((one, i) => {
    const disagree = send(cluster, one, cases.slice(i + 1));
    family.total++;
    if (disagree.length === 0) family.agree++;
    family.disagree.push(...disagree);
  });
  return family;
}

import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { targetOf } from '../../apiserver/request/path.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { compare, type GovernanceCase, sendRequest } from '../admission.ts';
import { sortedValue, withoutSystemFields } from '../canonical.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';

/**
 * Sends the captured requests about autoscalers in their order and compares code, refusal, and the object answered (in the version asked for).
 * What an earlier request has stored under the name is out of the way before the next create, as in the capture.
 */
export function runAutoscalerRequests(cases: readonly GovernanceCase[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'autoscaler rules', agree: 0, total: 0, disagree: [], later: [] };
  const cluster = createTestCluster({ seed: 1 });
  const namespaces = new Set(cases.map(({ request }) => namespaceOf(request.path)));
  for (const name of [...namespaces].sort(compareStrings)) {
    if (!['', 'default'].includes(name)) {
      cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
  }
  for (const one of cases) {
    const disagree = check(cluster, one);
    family.total++;
    if (disagree.length === 0) family.agree++;
    family.disagree.push(...disagree);
  }
  return family;
}

function namespaceOf(path: string): string {
  const target = targetOf(path);
  return typeof target === 'string' ? '' : target.namespace;
}

function check(cluster: TestCluster, one: GovernanceCase): Disagreement[] {
  const { request } = one;
  if (request.method === 'POST' && isRecord(request.body)) {
    const { name } = (request.body as unknown as AnyObject).metadata;
    cluster.client.delete({ kind: 'HorizontalPodAutoscaler', namespace: namespaceOf(request.path), name });
  }
  const answer = sendRequest(cluster, request);
  const found = compare({ id: one.id, request, response: { code: one.code, body: one.response } }, answer);
  if (found.length > 0 || answer.code >= 300 || !isRecord(one.response) || !isRecord(answer.body)) return found;
  const [expected, got] = [canonical(one.response), canonical(answer.body)];
  return expected === got ? [] : [{ id: one.id, what: 'object', expected, got }];
}

/** Text of an object with sorted keys, without what the system gives and without nulls. */
function canonical(object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(sortedValue(withoutSystemFields(object)));
}

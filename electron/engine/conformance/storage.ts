import { isRecord } from '#shared/core/json.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { targetOf } from '../apiserver/request/path.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import { compare, type GovernanceCase, sendRequest } from './admission.ts';
import { sortedValue } from './canonical.ts';
import { runStorageScenarios } from './storage/scenarios.ts';
import type { StorageScenario } from './storage/timeline.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement } from './types.ts';

/** A request with its answer; the warnings as texts. */
export interface StorageCase extends GovernanceCase {
  warnings?: string[];
}

/**
 * Replays `storage/requests.json` in order: refusals word by word, accepted objects as stored. Requests for `...-keep` build on each other. Then the
 * scenarios, if there are any.
 */
export function runStorageConformance(
  cases: readonly StorageCase[],
  scenarios: readonly StorageScenario[] = [],
): ConformanceReport {
  const test = createTestCluster({ seed: 1 });
  test.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'val' } });
  const families = new Map<string, ConformanceFamily>();
  for (const one of cases) {
    const target = targetOf(one.request.path);
    if (typeof target === 'string') continue;
    const name = target.info.plural;
    const family = families.get(name) ?? { name, agree: 0, total: 0, disagree: [], later: [] };
    families.set(name, family);
    const disagree = checkStorageCase(test, one);
    family.total++;
    if (disagree.length === 0) family.agree++;
    family.disagree.push(...disagree);
  }
  const replayed = scenarios.length === 0 ? [] : [runStorageScenarios(scenarios)];
  return { topic: 'storage', families: [...families.values(), ...replayed] };
}

function checkStorageCase(test: TestCluster, one: StorageCase): Disagreement[] {
  const { id, request, code, response } = one;
  const posted = request.method === 'POST';
  const answer = sendRequest(test, request);
  const warnings = (one.warnings ?? []).map((text) => `299 - ${JSON.stringify(text)}`);
  const found = compare({ id, request, response: { code, body: response, warnings } }, answer);
  if (answer.code >= 300 || found.length > 0 || !isRecord(response)) return found;
  const object = answer.body as AnyObject;
  const [expected, got] = [plain(response, posted), plain(object, posted)];
  if (posted && !id.endsWith('-keep')) discard(test, object);
  return expected === got ? [] : [{ id, what: 'stored object', expected, got }];
}

/** Takes an object away, protected or not. */
function discard(test: TestCluster, { kind, metadata }: AnyObject): void {
  const ref = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
  test.client.patch(ref, 'merge', { metadata: { finalizers: null } });
  test.client.delete(ref);
}

/** Text of an object without system fields and times; the status only where no controller has had a hand in it. */
function plain(object: Readonly<Record<string, unknown>>, withStatus: boolean): string {
  const { metadata, status, ...rest } = object as AnyObject;
  const { name, namespace, finalizers } = metadata;
  const kept = { ...rest, metadata: { name, namespace, finalizers }, ...(withStatus ? { status } : {}) };
  return JSON.stringify(sortedValue(kept, ['lastPhaseTransitionTime']));
}

import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { hasRules } from '../apiserver/validation/index.ts';
import { createTestCluster } from '../testing/harness.ts';
import { sortedValue, withoutSystemFields } from './canonical.ts';
import type { ConformanceFamily } from './types.ts';

/** An object as sent and as the API server stored it, as in `admission/defaulting.json`. */
export interface DefaultingPair {
  id: string;
  input: AnyObject;
  storedAtCreate?: AnyObject;
  error?: { message: string };
}

const NAMESPACE = 'dflt';

/** Creates every object of a simulated kind and compares what is stored. */
export function runDefaultingFamily(pairs: readonly DefaultingPair[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'defaulting', agree: 0, total: 0, disagree: [], later: [] };
  for (const pair of pairs) {
    const info = kindInfo(pair.input.kind);
    if (info?.simulated !== true || !hasRules(info.kind)) {
      family.later.push({ id: pair.id, why: `rules of kind ${pair.input.kind}` });
      continue;
    }
    // A cluster of its own, so that no pair sees what another one made.
    const cluster = createTestCluster({ seed: 1 });
    cluster.create<AnyObject[]>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    const metadata = info.namespaced ? { ...pair.input.metadata, namespace: NAMESPACE } : pair.input.metadata;
    const created = cluster.client.create({ ...pair.input, metadata });
    const expected = pair.storedAtCreate === undefined ? (pair.error?.message ?? '') : canonical(pair.storedAtCreate);
    const got = created.ok ? canonical(created.value) : created.error.message;
    family.total++;
    if (expected === got) family.agree++;
    else family.disagree.push({ id: pair.id, what: 'stored object', expected, got });
  }
  return family;
}

/** Text of an object with sorted keys, without system fields, times, and what is drawn or allocated. */
function canonical(object: AnyObject): string {
  return JSON.stringify(sortedValue(withoutSystemFields({ ...object }), ['lastTransitionTime', 'lastPhaseTransitionTime']))
    .replace(/"kube-api-access-[a-z0-9]{5}"/g, '"kube-api-access-<suffix>"')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replace(/"10\.96\.\d+\.\d+"/g, '"<cluster ip>"')
    .replace(/"nodePort":\d+/g, '"nodePort":"<allocated>"');
}

import { expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { createTestCluster } from '../../testing/harness.ts';

const labelSelector = { matchLabels: { app: 'web' } };
const zone = 'topology.kubernetes.io/zone';

function podWith(spec: object): Pod {
  const metadata = { name: 'p', namespace: 'default', labels: { app: 'web', 'pod-template-hash': 'h1', tier: 'front' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  } as unknown as Pod;
}

const term = { topologyKey: zone, labelSelector, matchLabelKeys: ['pod-template-hash', 'absent'], mismatchLabelKeys: ['tier'] };
const merged = [
  { key: 'pod-template-hash', operator: 'In', values: ['h1'] },
  { key: 'tier', operator: 'NotIn', values: ['front'] },
];

it('writes the label keys of pod affinity into its selectors', () => {
  const { client } = createTestCluster();
  const affinity = {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] },
  };
  const made = client.create(podWith({ affinity }));
  if (!made.ok) throw new Error(made.error.message);
  const { podAffinity, podAntiAffinity } = made.value.spec.affinity ?? {};
  const [required] = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const [preferred] = podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  expect(required?.labelSelector).toEqual({ ...labelSelector, matchExpressions: merged });
  expect(required?.matchLabelKeys).toEqual(term.matchLabelKeys);
  expect(preferred?.podAffinityTerm.labelSelector?.matchExpressions).toEqual(merged);
});

it('writes those of topology spread, takes the stored form again, and refuses a key the selector already names', () => {
  const { client } = createTestCluster();
  const constraint = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['pod-template-hash'] };
  const made = client.create(podWith({ topologySpreadConstraints: [{ ...constraint, labelSelector }] }));
  if (!made.ok) throw new Error(made.error.message);
  const [stored] = made.value.spec.topologySpreadConstraints ?? [];
  expect(stored?.labelSelector).toEqual({ ...labelSelector, matchExpressions: merged.slice(0, 1) });
  const again = podWith({ topologySpreadConstraints: [stored] });
  const copy = client.create({ ...again, metadata: { ...again.metadata, name: 'q' } });
  expect(copy.ok && copy.value.spec.topologySpreadConstraints).toEqual([stored]);
  const named = podWith({
    topologySpreadConstraints: [{ ...constraint, labelSelector: { matchLabels: { 'pod-template-hash': 'x' } } }],
  });
  const refused = client.create({ ...named, metadata: { ...named.metadata, name: 'r' } });
  expect(!refused.ok && refused.error.message).toContain('exists in both matchLabelKeys and labelSelector');
});

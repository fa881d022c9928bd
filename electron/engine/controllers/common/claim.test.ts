import { describe, expect, it } from 'vitest';
import { controllerReference } from '#shared/kube/pod.ts';
import type { ConfigMap, KubeObject } from '#shared/kube/types.ts';
import { createTestCluster } from '../../testing/harness.ts';
import { claimCandidates, claimObjects } from './claim.ts';
import { Orphans } from './orphans.ts';

const map = (name: string, parts: object = {}): ConfigMap =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...parts } }) as ConfigMap;

/** A cluster with an owner that has two objects, one of them no longer matching, a free object that matches, one that does not, and a stranger's. */
function setUp() {
  const cluster = createTestCluster({ seed: 1 });
  const [owner, stranger] = cluster.create(map('owner'), map('stranger'));
  const own = (of: KubeObject) => ({ ownerReferences: [controllerReference(of)] });
  const orphans = new Orphans();
  const made = cluster.create(
    map('kept', { ...own(owner), labels: { app: 'a' } }),
    map('left', own(owner)),
    map('free', { labels: { app: 'a' } }),
    map('other'),
    map('theirs', { ...own(stranger), labels: { app: 'a' } }),
  );
  for (const one of made) orphans.track(one);
  const { lister } = cluster.ctx.informer('ConfigMap');
  const claim = (candidates = claimCandidates(lister, orphans, owner)) =>
    claimObjects(cluster.client, owner, candidates, ({ metadata }) => metadata.labels?.app === 'a');
  return { cluster, owner, claim, candidates: () => claimCandidates(lister, orphans, owner), lister };
}

const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);

describe('claims', () => {
  it('looks at what is owned and at what nobody owns', () => {
    expect(names(setUp().candidates())).toEqual(['kept', 'left', 'free', 'other']);
  });
  it('adopts what matches and gives up what does not', () => {
    const { claim, lister, owner } = setUp();
    const claimed = claim();
    expect(claimed.ok && names(claimed.value)).toEqual(['kept', 'free']);
    expect(lister.get('default', 'left')?.metadata.ownerReferences).toBeUndefined();
    expect(lister.get('default', 'free')?.metadata.ownerReferences?.[0]?.uid).toBe(owner.metadata.uid);
    expect(lister.get('default', 'other')?.metadata.ownerReferences).toBeUndefined();
  });
  it('passes over what is gone by now, and stops at any other refusal', () => {
    const { cluster, claim, candidates } = setUp();
    const before = candidates();
    cluster.client.delete({ kind: 'ConfigMap', namespace: 'default', name: 'free' });
    const claimed = claim(before);
    expect(claimed.ok && names(claimed.value)).toEqual(['kept']);
    // By now `left` is another version than the one in the list.
    const refused = claim(before);
    expect(refused.ok).toBe(false);
  });
});

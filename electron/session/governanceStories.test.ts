import { describe, expect, test } from 'vitest';
import type { AnyObject, ReplicaSet } from '#shared/kube/types.ts';
import { isReady, Story } from './testing/story.ts';

const failureOf = (story: Story, name: string) =>
  story.deployment(name).status.conditions?.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
const set = (story: Story, app: string) =>
  story.all<ReplicaSet & AnyObject>('ReplicaSet').find((one) => one.metadata.labels?.app === app);
const there = (story: Story, kind: string, name: string) => story.one(kind, name) !== undefined;

describe('every story of admission and deletion makes its point', () => {
  test('22: refused by the quota, refused by the limit range, repaired', () => {
    const story = new Story('22').until(15);
    expect(story.pods('web').filter(isReady)).toHaveLength(4);
    expect(story.pods('web')[0]!.spec.containers[0]!.resources).toEqual({
      limits: { cpu: '1', memory: '512Mi' },
      requests: { cpu: '500m', memory: '256Mi' },
    });
    expect(failureOf(story, 'web')?.message).toMatch(
      /is forbidden: exceeded quota: team-a, requested: requests\.cpu=500m, used: requests\.cpu=2, limited: requests\.cpu=2$/,
    );
    story.until(34);
    expect(story.pods('import')).toEqual([]);
    expect(failureOf(story, 'import')?.message).toMatch(/is forbidden: maximum cpu usage per Container is 1500m, but limit is 2/);
    // Nothing waits for the scheduler: what is refused is never stored.
    expect(story.pods().filter((pod) => pod.spec.nodeName === undefined)).toEqual([]);
    story.until(45);
    expect(story.pods('web')).toHaveLength(4);
    story.until(54);
    expect(story.pods('web').filter(isReady)).toHaveLength(7);
    expect(failureOf(story, 'web')).toBeUndefined();
    story.until(75);
    expect(story.pods('import').filter(isReady)).toHaveLength(1);
    expect(failureOf(story, 'import')).toBeUndefined();
    const used = story.one<AnyObject & { status?: { used?: object } }>('ResourceQuota', 'team-a')?.status?.used;
    expect(used).toEqual({ pods: '8', 'requests.cpu': '4500m', 'requests.memory': '2816Mi' });
  });

  test('23: a CEL policy and a Pod Security level refuse pods; a warning lets them in', () => {
    const story = new Story('23').until(28);
    expect(story.pods('shop').filter(isReady)).toHaveLength(2);
    expect([story.pods('proxy'), story.pods('debug')]).toEqual([[], []]);
    expect(failureOf(story, 'proxy')?.message).toContain(
      'images must come from registry.example, not docker.io/library/nginx:latest',
    );
    expect(failureOf(story, 'debug')?.message).toMatch(/violates PodSecurity "baseline:latest": .*hostNetwork=true.*privileged/);
    story.until(43);
    expect(story.pods('proxy').filter(isReady)).toHaveLength(2);
    expect(story.pods('debug')).toEqual([]);
    expect(failureOf(story, 'debug')).toBeDefined();
    story.until(60);
    expect(story.pods('cache').filter(isReady)).toHaveLength(1);
  });

  test('34: a finalizer holds the namespace, foreground waits, orphans are adopted', () => {
    const story = new Story('34').until(17);
    const old = () => story.one<AnyObject & { status?: { phase?: string } }>('Namespace', 'team-old');
    expect(old()?.status?.phase).toBe('Terminating');
    expect([story.pods('old'), there(story, 'Deployment', 'old'), there(story, 'ConfigMap', 'ledger')]).toEqual([
      [],
      false,
      true,
    ]);
    story.until(18.5);
    expect(story.one('Deployment', 'web')?.metadata).toMatchObject({ finalizers: ['foregroundDeletion'] });
    expect(story.pods('web')).toHaveLength(3);
    story.until(26);
    expect([there(story, 'Deployment', 'web'), set(story, 'web'), story.pods('web')]).toEqual([false, undefined, []]);
    const before = story.pods('api').map((pod) => pod.metadata.uid);
    story.until(37);
    expect(there(story, 'Deployment', 'api')).toBe(false);
    expect(set(story, 'api')?.metadata.ownerReferences ?? []).toEqual([]);
    expect(story.pods('api').map((pod) => pod.metadata.uid)).toEqual(before);
    expect(old()).toBeDefined();
    story.until(47);
    expect(old()).toBeUndefined();
    story.until(60);
    expect(set(story, 'api')?.metadata.ownerReferences?.[0]?.uid).toBe(story.deployment('api').metadata.uid);
    expect(story.pods('api').map((pod) => pod.metadata.uid)).toEqual(before);
  });
});

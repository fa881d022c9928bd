import { describe, expect, it } from 'vitest';
import { fakeKubelet } from '../../conformance/deployments/lab.ts';
import { withReady } from '../../conformance/labKubelet.ts';
import { budget, deployment, node, pod } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { goSelector } from '../common/goSelector.ts';
import { createDeploymentController } from '../deployment/index.ts';
import { createReplicaSetController } from '../replicaset/index.ts';
import { createDisruptionController } from './index.ts';

function start(): TestCluster {
  const cluster = createTestCluster({
    components: (ctx) => [
      createDeploymentController(ctx),
      createReplicaSetController(ctx),
      createDisruptionController(ctx),
      fakeKubelet(ctx),
    ],
  });
  cluster.create(...['1', '2', '3', '4'].map((name) => node(`node-${name}`)));
  return cluster;
}

const app = { app: 'web' };
const show = (cluster: TestCluster) => {
  const { status } = cluster.get('PodDisruptionBudget', 'default', 'pdb');
  const { reason } = status.conditions?.[0] ?? {};
  return `${status.currentHealthy}/${status.desiredHealthy} of ${status.expectedPods} allowed ${status.disruptionsAllowed} ${reason}`;
};

describe('status of budgets', () => {
  it.each([
    [{ maxUnavailable: 1 }, '3/2 of 3 allowed 1 SufficientPods'],
    [{ maxUnavailable: '50%' }, '3/1 of 3 allowed 2 SufficientPods'],
    [{ maxUnavailable: 0 }, '3/3 of 3 allowed 0 InsufficientPods'],
    [{ minAvailable: 2 }, '3/2 of 3 allowed 1 SufficientPods'],
    [{ minAvailable: '50%' }, '3/2 of 3 allowed 1 SufficientPods'],
    [{ minAvailable: '100%' }, '3/3 of 3 allowed 0 InsufficientPods'],
    [{ minAvailable: 5 }, '3/5 of 3 allowed 0 InsufficientPods'],
  ])('%o over a Deployment of 3', (limit, expected) => {
    const cluster = start();
    cluster.create(deployment('web', { replicas: 3 }), budget('pdb', app, limit));
    cluster.settle();
    expect(show(cluster)).toBe(expected);
  });

  it('follows unready pods and counts evicted ones', () => {
    const cluster = start();
    cluster.create(deployment('web', { replicas: 3 }), budget('pdb', app, { maxUnavailable: 1 }));
    cluster.settle();
    const [first, second] = cluster.list('Pod');
    if (first === undefined || second === undefined) throw new Error('no pods');
    unwrap(cluster.client.updateStatus(withReady(first, false, cluster.core.clock.timestamp())));
    cluster.settle();
    expect(show(cluster)).toBe('2/2 of 3 allowed 0 InsufficientPods');
    const refused = cluster.client.evict('default', second.metadata.name);
    expect(!refused.ok && refused.error.code).toBe(429);
    unwrap(cluster.client.evict('default', first.metadata.name));
    cluster.settle();
    expect(show(cluster)).toBe('3/2 of 3 allowed 1 SufficientPods');
    expect(cluster.get('PodDisruptionBudget', 'default', 'pdb').status.disruptedPods).toBeUndefined();
  });

  it('cannot count pods without a controller', () => {
    const cluster = start();
    cluster.create(pod('a', { labels: app }), budget('pdb', app, { maxUnavailable: 1 }));
    cluster.settle();
    expect(show(cluster)).toBe('1/0 of 0 allowed 0 InsufficientPods');
    expect(cluster.events('pdb')[0]).toMatch(/^Warning UnmanagedPods .*MatchLabels:map\[string\]string{app: web,}/);
    expect(goSelector({ matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'c'] }] })).toBe(
      '&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:a,Operator:In,Values:[b c],},},}',
    );
  });

  it('says that it selects nothing', () => {
    const cluster = start();
    cluster.create(budget('pdb', app, { minAvailable: 1 }));
    cluster.settle();
    expect(show(cluster)).toBe('0/1 of 0 allowed 0 InsufficientPods');
    expect(cluster.events('pdb')).toContain('Normal NoPods No matching pods found');
  });

  it('fails safe for owners that have no size', () => {
    const cluster = start();
    const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true };
    const one = pod('a', { labels: app });
    cluster.create({ ...one, metadata: { ...one.metadata, ownerReferences: [job] } }, budget('pdb', app, { maxUnavailable: 1 }));
    cluster.runFor(100);
    expect(show(cluster)).toBe('0/0 of 0 allowed 0 SyncFailed');
    const [condition] = cluster.get('PodDisruptionBudget', 'default', 'pdb').status.conditions ?? [];
    expect(condition?.message).toBe('jobs.batch does not implement the scale subresource');
  });

  it('takes back the mark of a disruption that never came', () => {
    const cluster = start();
    cluster.create(pod('a', { labels: app }));
    cluster.settle();
    const before = cluster.get('Pod', 'default', 'a');
    const mark = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      lastTransitionTime: cluster.core.clock.timestamp(),
    };
    unwrap(
      cluster.client.updateStatus({
        ...before,
        status: { ...before.status, conditions: [...(before.status.conditions ?? []), mark] },
      }),
    );
    const status = () =>
      cluster.get('Pod', 'default', 'a').status.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
    cluster.runFor(119_000);
    expect(status()).toBe('True');
    cluster.runFor(2000);
    expect(status()).toBe('False');
  });
});

import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { budget, deployment, node, pod, replicaSet } from '../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../testing/harness.ts';

const POD = { kind: 'Pod', namespace: 'default', name: 'a' };

function running(cluster: TestCluster, name: string, ready = true): void {
  cluster.create(pod(name, { nodeName: 'n1', labels: { app: 'web' } }));
  const stored = cluster.get('Pod', 'default', name);
  const status = ready ? 'True' : 'False';
  unwrap(
    cluster.client.updateStatus({
      ...stored,
      status: { ...stored.status, phase: 'Running', conditions: [{ type: 'Ready', status }] },
    }),
  );
}

describe('create', () => {
  it('gives names, uids, times and generation, and drops what no client may set', () => {
    const cluster = createTestCluster({ startTime: '2026-05-01T10:00:00Z' });
    cluster.runFor(2500);
    const input = pod('', { labels: { a: 'b' } });
    const given = { ...input, metadata: { ...input.metadata, generateName: 'web-', uid: 'mine', generation: 9 } };
    const stored = unwrap(cluster.client.create({ ...given, status: { phase: 'Running' } }));
    expect(stored.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(stored.metadata).toMatchObject({ creationTimestamp: '2026-05-01T10:00:02Z', generation: 1, namespace: 'default' });
    expect(stored.metadata.uid).not.toBe('mine');
    expect(stored.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it.each<[string, AnyObject, number, string]>([
    ['a missing namespace', pod('a', { namespace: 'nope' }) as unknown as AnyObject, 404, 'namespaces "nope" not found'],
    [
      'an unknown version',
      { ...pod('a'), apiVersion: 'v2' } as unknown as AnyObject,
      404,
      'the server could not find the requested resource',
    ],
    [
      'a resourceVersion',
      { ...pod('a'), metadata: { name: 'a', resourceVersion: '5' } } as unknown as AnyObject,
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'a namespace on a cluster-scoped object',
      { ...node('n'), metadata: { name: 'n', namespace: 'default' } } as unknown as AnyObject,
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'a review',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: { name: 'x' } },
      405,
      'create is not supported on resources of kind "tokenreviews.authentication.k8s.io"',
    ],
  ])('refuses %s', (_what, object, code, message) => {
    const cluster = createTestCluster();
    expect(cluster.client.create(object)).toMatchObject({ ok: false, error: { code, message } });
  });

  it('answers 409 for a name that is taken, and stores nothing on a dry run', () => {
    const cluster = createTestCluster();
    cluster.create(deployment('web'));
    expect(cluster.client.create(deployment('web'))).toMatchObject({
      error: {
        code: 409,
        reason: 'AlreadyExists',
        message: 'deployments.apps "web" already exists',
        details: { name: 'web', group: 'apps', kind: 'deployments' },
      },
    });
    const before = cluster.core.store.revision;
    expect(cluster.client.create(pod('dry'), { dryRun: true }).ok).toBe(true);
    expect(cluster.core.store.revision).toBe(before);
    expect(cluster.client.get('Pod', 'default', 'dry')).toMatchObject({ error: { code: 404, message: 'pods "dry" not found' } });
  });

  it('draws no randomness on a dry run', () => {
    const names = [false, true].map((dry) => {
      const cluster = createTestCluster();
      if (dry) cluster.client.create(pod('x'), { dryRun: true });
      return cluster.create(pod('a'))[0]?.metadata.uid;
    });
    expect(names[0]).toBe(names[1]);
  });

  it('keeps kinds that are not simulated as they are', () => {
    const cluster = createTestCluster();
    const [stored] = cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { a: '1' },
    } as AnyObject);
    expect(stored).toMatchObject({ metadata: { namespace: 'default' }, data: { a: '1' } });
    expect(stored?.metadata.generation).toBeUndefined();
  });
});

describe('update', () => {
  it('counts spec changes, keeps status, and stores no-ops not at all', () => {
    const cluster = createTestCluster();
    const [stored] = cluster.create(deployment('web'));
    if (stored === undefined) throw new Error('not stored');
    const scaled = unwrap(cluster.client.update({ ...stored, spec: { ...stored.spec, replicas: 3 }, status: { replicas: 7 } }));
    expect(scaled.metadata.generation).toBe(2);
    expect(scaled.status).toEqual({});
    const again = unwrap(cluster.client.update(scaled));
    expect(again.metadata.resourceVersion).toBe(scaled.metadata.resourceVersion);
    const annotated = unwrap(cluster.client.update({ ...again, metadata: { ...again.metadata, annotations: { a: 'b' } } }));
    expect(annotated.metadata.generation).toBe(3);
    const labelled = unwrap(cluster.client.update({ ...annotated, metadata: { ...annotated.metadata, labels: { a: 'b' } } }));
    expect(labelled.metadata.generation).toBe(3);
  });

  it('answers 409 for a stale version or another uid, 404 for what is not there', () => {
    const cluster = createTestCluster();
    const [stored] = cluster.create(pod('a'));
    if (stored === undefined) throw new Error('not stored');
    unwrap(cluster.client.update({ ...stored, metadata: { ...stored.metadata, labels: { a: 'b' } } }));
    expect(cluster.client.update(stored)).toMatchObject({
      error: {
        code: 409,
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again',
        details: { name: 'a', kind: 'pods' },
      },
    });
    const { resourceVersion: _old, ...unversioned } = stored.metadata;
    expect(cluster.client.update({ ...stored, metadata: { ...unversioned, uid: 'other' } })).toMatchObject({
      error: { code: 409 },
    });
    expect(cluster.client.update({ ...stored, metadata: unversioned }).ok).toBe(true);
    expect(cluster.client.update(pod('ghost'))).toMatchObject({ error: { code: 404, message: 'pods "ghost" not found' } });
  });

  it('of status leaves the spec, and of a pod its owners, alone', () => {
    const cluster = createTestCluster();
    const [stored] = cluster.create(pod('a'));
    if (stored === undefined) throw new Error('not stored');
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u' };
    const next = {
      ...stored,
      metadata: { ...stored.metadata, ownerReferences: [owner], annotations: { seen: 'yes' } },
      spec: { ...stored.spec, nodeName: 'elsewhere' },
      status: { phase: 'Running' as const },
    };
    const updated = unwrap(cluster.client.updateStatus(next));
    expect(updated.spec).toEqual(stored.spec);
    expect(updated.metadata.ownerReferences).toBeUndefined();
    expect(updated.metadata.annotations).toEqual({ seen: 'yes' });
    expect(updated.status).toEqual({ phase: 'Running', qosClass: 'BestEffort' });
    expect(updated.metadata.generation).toBe(1);
  });
});

describe('delete', () => {
  it('removes a pod nobody runs at once, and gives a bound one its grace period', () => {
    const cluster = createTestCluster({ startTime: '2026-05-01T10:00:00Z' });
    cluster.create(pod('a'), pod('b', { nodeName: 'n1' }));
    unwrap(cluster.client.delete(POD));
    expect(cluster.client.get('Pod', 'default', 'a').ok).toBe(false);
    const ref = { ...POD, name: 'b' };
    unwrap(cluster.client.delete(ref));
    const marked = cluster.get('Pod', 'default', 'b');
    expect(marked.metadata).toMatchObject({
      deletionTimestamp: '2026-05-01T10:00:30Z',
      deletionGracePeriodSeconds: 30,
      generation: 2,
    });
    cluster.runFor(4000);
    unwrap(cluster.client.delete(ref, { gracePeriodSeconds: 60 }));
    expect(cluster.get('Pod', 'default', 'b')).toBe(marked);
    unwrap(cluster.client.delete(ref, { gracePeriodSeconds: 10 }));
    expect(cluster.get('Pod', 'default', 'b').metadata).toMatchObject({
      deletionTimestamp: '2026-05-01T10:00:10Z',
      deletionGracePeriodSeconds: 10,
    });
    unwrap(cluster.client.delete(ref, { gracePeriodSeconds: 0 }));
    expect(cluster.client.get('Pod', 'default', 'b').ok).toBe(false);
  });

  it('keeps what has finalizers until the last one is gone', () => {
    const cluster = createTestCluster();
    cluster.create(pod('a', { nodeName: 'n1', finalizers: ['example.com/hold'] }));
    unwrap(cluster.client.delete(POD, { gracePeriodSeconds: 0 }));
    const held = cluster.get('Pod', 'default', 'a');
    expect(held.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['example.com/hold'] });
    const { finalizers: _gone, ...metadata } = held.metadata;
    unwrap(cluster.client.update({ ...held, metadata }));
    expect(cluster.client.get('Pod', 'default', 'a').ok).toBe(false);
  });

  it.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
    ['Background', undefined],
    [undefined, undefined],
  ] as const)('by policy %s leaves finalizers %j', (propagationPolicy, finalizers) => {
    const cluster = createTestCluster();
    cluster.create(replicaSet('rs'));
    const ref = { kind: 'ReplicaSet', namespace: 'default', name: 'rs' };
    unwrap(cluster.client.delete(ref, propagationPolicy === undefined ? {} : { propagationPolicy }));
    const left = cluster.client.get('ReplicaSet', 'default', 'rs');
    expect(left.ok ? left.value.metadata.finalizers : undefined).toEqual(finalizers);
    if (left.ok) expect(left.value.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, generation: 2 });
  });

  it('answers 409 when a precondition does not hold', () => {
    const cluster = createTestCluster();
    const [stored] = cluster.create(pod('a'));
    const uid = stored?.metadata.uid;
    expect(cluster.client.delete(POD, { preconditions: { uid: 'x' } })).toMatchObject({
      error: {
        code: 409,
        message: `Operation cannot be fulfilled on Pod "a": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
        details: { name: 'a', kind: 'Pod' },
      },
    });
    expect(cluster.client.delete(POD, { preconditions: { resourceVersion: '0' } })).toMatchObject({ error: { code: 409 } });
    expect(cluster.client.delete({ ...POD, name: 'nope' })).toMatchObject({
      error: { code: 404, message: 'pods "nope" not found' },
    });
  });

  it('of a namespace makes it Terminating; finalize ends it', () => {
    const cluster = createTestCluster();
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } } as AnyObject);
    const ref = { kind: 'Namespace', namespace: '', name: 'team' };
    unwrap(cluster.client.delete(ref));
    expect(cluster.get('Namespace', '', 'team').status.phase).toBe('Terminating');
    expect(cluster.client.create(pod('late', { namespace: 'team' }))).toMatchObject({ error: { code: 403 } });
    expect(cluster.client.delete(ref)).toMatchObject({ error: { code: 409 } });
    unwrap(cluster.client.finalizeNamespace('team', []));
    expect(cluster.client.get('Namespace', '', 'team').ok).toBe(false);
  });
});

describe('scale', () => {
  it('sets replicas through the subresource', () => {
    const cluster = createTestCluster();
    cluster.create(deployment('web', { replicas: 2 }));
    const ref = { kind: 'Deployment', namespace: 'default', name: 'web' };
    expect(unwrap(cluster.client.scale(ref, 5))).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 5 },
      status: { selector: 'app=web' },
    });
    expect(cluster.get('Deployment', 'default', 'web').spec.replicas).toBe(5);
    unwrap(cluster.client.patch(ref, 'merge', { spec: { replicas: 1 } }, { subresource: 'scale' }));
    expect(cluster.get('Deployment', 'default', 'web')).toMatchObject({ spec: { replicas: 1 }, metadata: { generation: 3 } });
    expect(cluster.client.scale(ref, -1)).toMatchObject({
      error: {
        code: 422,
        message: 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      },
    });
    expect(cluster.client.scale({ ...POD }, 1)).toMatchObject({ error: { code: 404 } });
  });
});

describe('eviction', () => {
  function guarded(status: Record<string, unknown>, ready = true): TestCluster {
    const cluster = createTestCluster();
    cluster.create(budget('web-pdb', { app: 'web' }, { minAvailable: 2 }));
    running(cluster, 'a', ready);
    const stored = cluster.get('PodDisruptionBudget', 'default', 'web-pdb');
    unwrap(cluster.client.updateStatus({ ...stored, status: { ...stored.status, observedGeneration: 1, ...status } }));
    return cluster;
  }
  const refusal = (message: string): object => ({
    error: {
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget', message }] },
    },
  });

  it.each([
    [{ currentHealthy: 2, desiredHealthy: 2 }, 'The disruption budget web-pdb needs 2 healthy pods and has 2 currently'],
    [{ currentHealthy: 3, desiredHealthy: 2 }, 'The disruption budget web-pdb does not allow evicting pods currently'],
    [{ observedGeneration: 0 }, 'The disruption budget web-pdb is still being processed by the server.'],
  ])('is refused by a budget with status %j', (status, message) => {
    const cluster = guarded(status);
    expect(cluster.client.evict('default', 'a')).toMatchObject(refusal(message));
    expect(cluster.get('Pod', 'default', 'a').metadata.deletionTimestamp).toBeUndefined();
  });

  it('takes one disruption, notes the pod, marks why, and deletes with the grace period', () => {
    const cluster = guarded({ currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 });
    unwrap(cluster.client.evict('default', 'a'));
    const { status } = cluster.get('PodDisruptionBudget', 'default', 'web-pdb');
    expect(status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { a: '2026-01-01T00:00:00Z' } });
    expect(status.conditions).toMatchObject([{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }]);
    const evicted = cluster.get('Pod', 'default', 'a');
    expect(evicted.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(evicted.status.conditions).toContainEqual({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    expect(cluster.client.evict('default', 'a').ok).toBe(true);
    expect(cluster.get('PodDisruptionBudget', 'default', 'web-pdb').status.disruptionsAllowed).toBe(0);
  });

  it('lets unhealthy pods go while the budget is met, without taking a disruption', () => {
    const met = guarded({ currentHealthy: 2, desiredHealthy: 2, disruptionsAllowed: 0 }, false);
    expect(met.client.evict('default', 'a').ok).toBe(true);
    const unmet = guarded({ currentHealthy: 1, desiredHealthy: 2, disruptionsAllowed: 0 }, false);
    expect(unmet.client.evict('default', 'a')).toMatchObject({ ok: false });
    const stored = unmet.get('PodDisruptionBudget', 'default', 'web-pdb');
    unwrap(
      unmet.client.update({ ...stored, spec: { ...stored.spec, unhealthyPodEvictionPolicy: 'AlwaysAllow' } } as typeof stored),
    );
    expect(unmet.client.evict('default', 'a').ok).toBe(true);
  });

  it('answers 500 for a pod under two budgets, and does not ask them for a pending one', () => {
    const cluster = guarded({ currentHealthy: 1, desiredHealthy: 2 });
    cluster.create(budget('second', { app: 'web' }, { maxUnavailable: 0 }), pod('p', { labels: { app: 'web' } }));
    expect(cluster.client.evict('default', 'a')).toMatchObject({
      error: {
        code: 500,
        message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      },
    });
    expect(cluster.client.evict('default', 'p').ok).toBe(true);
    expect(cluster.client.evict('default', 'none')).toMatchObject({ error: { code: 404 } });
  });
});

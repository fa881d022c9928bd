import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createSimulation } from './index.ts';
import { deployment, node, pod } from './testing/builders.ts';
import { unwrap } from './testing/harness.ts';
import type { Simulation } from './types.ts';

function untyped(...objects: unknown[]): AnyObject[] {
  return objects as AnyObject[];
}

function start(...objects: unknown[]): Simulation {
  const simulation = createSimulation({ seed: 1 });
  const loaded = simulation.load(untyped(...objects));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return simulation;
}

describe('load', () => {
  it('keeps binding, status, uid, times and generation, and makes namespaces that are missing', () => {
    const given = {
      ...pod('a', { namespace: 'prod', nodeName: 'n1' }),
      metadata: {
        name: 'a',
        namespace: 'prod',
        uid: 'u-1',
        creationTimestamp: '2025-01-01T00:00:00Z',
        generation: 4,
        resourceVersion: '99',
      },
      status: { phase: 'Running', podIP: '10.0.0.7', conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const simulation = start(given);
    const stored = simulation.get('Pod/prod/a');
    expect(stored?.metadata).toMatchObject({ uid: 'u-1', creationTimestamp: '2025-01-01T00:00:00Z', generation: 4 });
    expect(stored?.metadata.resourceVersion).not.toBe('99');
    expect(stored?.status).toMatchObject({ phase: 'Running', podIP: '10.0.0.7' });
    expect(stored?.spec).toMatchObject({ nodeName: 'n1' });
    expect(simulation.get('Namespace//prod')).toMatchObject({
      status: { phase: 'Active' },
      spec: { finalizers: ['kubernetes'] },
    });
  });

  it('lists all errors by index and stores nothing when there is one', () => {
    const simulation = createSimulation({ seed: 1 });
    const before = simulation.revision;
    const loaded = simulation.load(
      untyped(
        pod('ok'),
        pod('Bad_Name'),
        { apiVersion: 'v1', kind: 'Widget', metadata: { name: 'w' } },
        pod('ok'),
        pod('p', { priorityClassName: 'late' }),
        { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'late' }, value: 7 },
        { ...pod('typed'), spec: { containers: 'none' } },
      ),
    );
    if (loaded.ok) throw new Error('accepted');
    expect(loaded.error.map(({ index, status }) => [index, status.code])).toEqual([
      [1, 422],
      [2, 404],
      [3, 409],
      [6, 400],
    ]);
    expect(loaded.error[1]?.status.message).toBe('no matches for kind "Widget" in version "v1"');
    expect(simulation.revision).toBe(before);
    expect(simulation.get('Pod/default/ok')).toBeUndefined();
  });

  it('takes what a fresh cluster has already, and priorities from classes given later', () => {
    const simulation = start(
      pod('p', { priorityClassName: 'late' }),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { team: 'x' } } },
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'late' }, value: 7 },
    );
    expect(simulation.get('Pod/default/p')?.spec).toMatchObject({ priority: 7 });
    expect(simulation.get('Namespace//default')?.metadata.labels).toMatchObject({ team: 'x' });
  });

  it('takes back what objects() gives', () => {
    const first = start(node('n1'), deployment('web', { replicas: 2, cpu: '100m' }));
    first.run({ untilMs: 30_000 });
    const objects = first.objects();
    const second = start(...objects);
    const strip = (object: AnyObject): unknown => ({ ...object, metadata: { ...object.metadata, resourceVersion: '' } });
    const kept = (simulation: Simulation): unknown[] => simulation.objects().map(strip);
    expect(kept(second)).toEqual(objects.map(strip));
  });
});

describe('simulation', () => {
  it('starts with the objects of every cluster', () => {
    const keys = createSimulation({ seed: 1 })
      .objects()
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(keys).toEqual([
      'Namespace/default',
      'Namespace/kube-node-lease',
      'Namespace/kube-public',
      'Namespace/kube-system',
      'PriorityClass/system-cluster-critical',
      'PriorityClass/system-node-critical',
      'ServiceAccount/default',
      'ServiceAccount/default',
      'ServiceAccount/default',
      'ServiceAccount/default',
    ]);
  });

  it('brings a Deployment up', () => {
    const simulation = start(node('n1'), node('n2'), deployment('web', { replicas: 3, cpu: '500m' }));
    expect(simulation.run({ untilMs: 60_000, untilQuiet: true }).reason).toBe('quiet');
    expect(simulation.get('Deployment/default/web')?.status).toMatchObject({ readyReplicas: 3, availableReplicas: 3 });
    expect(simulation.nowMs).toBeLessThan(10_000);
  });

  it('asks queries without changing what follows', () => {
    const digest = (ask: boolean): string => {
      const simulation = start(node('n1'), pod('a', { cpu: '100m' }));
      if (ask) {
        unwrap(simulation.fit(untyped(pod('x', { cpu: '1' }))[0] as AnyObject));
        simulation.check(untyped(pod('x'))[0] as AnyObject);
        unwrap(simulation.drainPreview('n1', {}));
        simulation.explain('default', 'a');
        simulation.queue();
        simulation.digest();
      }
      simulation.run({ untilMs: 20_000 });
      return simulation.digest();
    };
    expect(digest(true)).toBe(digest(false));
  });

  it('checks objects as create or update would, and stores neither', () => {
    const simulation = start(pod('a'));
    const { revision } = simulation;
    const changed = { ...pod('a'), spec: { ...pod('a').spec, nodeSelector: { disk: 'ssd' } } };
    expect(simulation.check(untyped(changed)[0] as AnyObject)).toMatchObject({ ok: false, error: { code: 422 } });
    expect(simulation.check(untyped(pod('b'))[0] as AnyObject)).toEqual({ ok: true, value: null });
    expect(simulation.revision).toBe(revision);
  });

  it('stops and starts components by name', () => {
    const simulation = start(node('n1'));
    const running = (): string[] =>
      simulation
        .components()
        .filter((component) => component.running)
        .map(({ name }) => name);
    const all = running();
    simulation.execute({ type: 'stopComponent', component: 'kube-controller-manager' });
    expect(running()).toEqual(['kube-scheduler', 'kubelet', 'vpa-recommender', 'vpa-updater']);
    simulation.execute({ type: 'create', objects: untyped(deployment('web')) });
    simulation.run({ untilMs: 5000 });
    expect(simulation.objects().some(({ kind }) => kind === 'ReplicaSet')).toBe(false);
    simulation.execute({ type: 'startComponent', component: 'kube-controller-manager' });
    expect(running()).toEqual(all);
    simulation.run({ untilMs: 15_000 });
    expect(simulation.get('Deployment/default/web')?.status).toMatchObject({ readyReplicas: 1 });
    expect(simulation.execute({ type: 'stopComponent', component: 'nope' }).ok).toBe(false);
  });

  it('refuses positions, wrong keys and calls from inside a run', () => {
    const simulation = start();
    expect(simulation.execute({ type: 'setPositions', positions: {} })).toMatchObject({ ok: false, error: { code: 400 } });
    expect(simulation.get('nonsense')).toBeUndefined();
    expect(() => createSimulation({ seed: 1, startTime: 'noon' })).toThrow(RangeError);
  });

  it('shows the past by revision', () => {
    const simulation = start(pod('a'));
    const { revision } = simulation;
    simulation.execute({ type: 'delete', refs: [{ kind: 'Pod', namespace: 'default', name: 'a' }] });
    expect(simulation.get('Pod/default/a')).toBeUndefined();
    expect(simulation.stateAt(revision)?.some(({ kind }) => kind === 'Pod')).toBe(true);
    const changes = simulation.changesSince(revision) ?? [];
    expect(changes.at(-1)).toMatchObject({ key: 'Pod/default/a', object: null });
  });
});

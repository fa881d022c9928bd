import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { createLab, type Lab } from '../../conformance/deployments/lab.ts';
import { withReady } from '../../conformance/labKubelet.ts';
import { pod, statefulSet, type WorkloadSettings } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';

const image = (tag: string) => ({ containers: [{ name: 'app', image: `registry.example/app:${tag}` }] });
const web = (settings: WorkloadSettings = {}) => statefulSet('web', { replicas: 3, spec: image('v1'), ...settings });

const get = (lab: Lab): StatefulSet => lab.cluster.get('StatefulSet', 'default', 'web');
const names = (lab: Lab, kind = 'Pod') => lab.cluster.list(kind, 'default').map(({ metadata }) => metadata.name);
const told = (lab: Lab) => lab.cluster.events('web');

function start(settings: WorkloadSettings = {}): Lab {
  const lab = createLab();
  lab.cluster.create(web(settings));
  lab.settle();
  return lab;
}

function edit(lab: Lab, change: (spec: StatefulSet['spec']) => Partial<StatefulSet['spec']>): void {
  const before = get(lab);
  unwrap(lab.cluster.client.update({ ...before, spec: { ...before.spec, ...change(before.spec) } }));
}

const setImage = (lab: Lab, tag: string) =>
  edit(lab, ({ template }) => ({ template: { ...template, spec: { ...template.spec, ...image(tag) } } }));

function setPhase(lab: Lab, name: string, phase: string): void {
  const before = lab.cluster.get('Pod', 'default', name);
  unwrap(lab.cluster.client.updateStatus({ ...before, status: { ...before.status, phase } } as Pod));
}

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const withClaims = (workload: Record<string, unknown> = {}) => ({ volumeClaimTemplates: [claimTemplate], ...workload });
const claim = (metadata: AnyObject['metadata']): AnyObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata,
  spec: claimTemplate.spec,
});
const release = (lab: Lab, name: string) =>
  unwrap(
    lab.cluster.client.patch({ kind: 'PersistentVolumeClaim', namespace: 'default', name }, 'merge', {
      metadata: { finalizers: null },
    }),
  );
const claimOwners = (lab: Lab, name: string) =>
  (lab.cluster.get('PersistentVolumeClaim', 'default', name).metadata.ownerReferences ?? []).map(({ kind }) => kind);

describe('order', () => {
  it('waits until a pod has been ready for minReadySeconds', () => {
    const lab = start({ workload: { minReadySeconds: 5 } });
    expect(names(lab)).toEqual(['web-0']);
    expect(get(lab).status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    lab.cluster.runFor(5000);
    expect(names(lab)).toEqual(['web-0', 'web-1']);
    expect(get(lab).status.availableReplicas).toBe(1);
  });

  it('does not replace a pod whose machine does not let it go', () => {
    const lab = start({
      annotations: {},
      workload: { template: { metadata: { labels: { app: 'web' }, annotations: { 'lab/term': 'manual' } }, spec: image('v1') } },
    });
    unwrap(lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'web-1' }));
    lab.settle();
    expect(lab.cluster.get('Pod', 'default', 'web-1').metadata.deletionTimestamp).toBeDefined();
    expect(get(lab).status).toMatchObject({ replicas: 3, currentReplicas: 2 });
    lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'web-1' }, { gracePeriodSeconds: 0 });
    lab.settle();
    expect(lab.cluster.get('Pod', 'default', 'web-1').metadata.deletionTimestamp).toBeUndefined();
    expect(get(lab).status).toMatchObject({ replicas: 3, currentReplicas: 3, readyReplicas: 3 });
  });

  it.each(['Failed', 'Succeeded'])('replaces a pod that is %s', (phase) => {
    const lab = start();
    const { uid } = lab.cluster.get('Pod', 'default', 'web-1').metadata;
    setPhase(lab, 'web-1', phase);
    lab.settle();
    const after = lab.cluster.get('Pod', 'default', 'web-1');
    expect(after.metadata.uid).not.toBe(uid);
    expect(after.status.phase).toBe('Running');
  });

  it('scales to nothing and back, in order', () => {
    const lab = start();
    const order: string[] = [];
    lab.cluster.ctx.informer('Pod').subscribe({
      onAdd: ({ metadata }) => order.push(`+${metadata.name}`),
      onDelete: ({ metadata }) => order.push(`-${metadata.name}`),
    });
    for (const replicas of [0, 2]) {
      unwrap(lab.cluster.client.scale({ kind: 'StatefulSet', namespace: 'default', name: 'web' }, replicas));
      lab.settle();
    }
    expect(order).toEqual(['-web-2', '-web-1', '-web-0', '+web-0', '+web-1']);
  });

  it('makes one pod per task in a parallel set, without waiting', () => {
    const lab = createLab();
    lab.cluster.create(web({ replicas: 6, spec: image('slow1'), workload: { podManagementPolicy: 'Parallel' } }));
    let most = 0;
    for (let at = 0; at < 100; at++) {
      const before = names(lab).length;
      lab.cluster.run({ untilMs: lab.cluster.nowMs, maxTasks: 1 });
      most = Math.max(most, names(lab).length - before);
    }
    expect(names(lab)).toHaveLength(6);
    expect(most).toBe(1);
  });
});

describe('refusals', () => {
  const refused = { priorityClassName: 'later' };
  const allow = (lab: Lab) =>
    lab.cluster.create<AnyObject[]>({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'later' },
      value: 5,
    });

  it('are told once per try and overcome', () => {
    const lab = start(refused);
    const [event] = told(lab);
    expect(event).toBe(
      'Warning FailedCreate Create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: no PriorityClass with name later was found',
    );
    expect(get(lab).status).toMatchObject({ replicas: 0, observedGeneration: 1 });
    allow(lab);
    lab.cluster.runFor(60_000);
    expect(get(lab).status.readyReplicas).toBe(3);
  });

  it('are tried again at growing intervals, by a parallel set too', () => {
    const lab = createLab();
    lab.cluster.create(web({ ...refused, workload: { podManagementPolicy: 'Parallel' } }));
    const { tasks } = lab.cluster.run({ untilMs: lab.cluster.nowMs + 60_000 });
    // 5 ms, doubled each time: fourteen tries in a minute. Without growth there would be twelve thousand.
    expect(tasks).toBeLessThan(300);
  });

  it('stop a parallel set after the first batch', () => {
    const lab = createLab();
    lab.cluster.create(web({ ...refused, workload: { podManagementPolicy: 'Parallel' } }));
    lab.cluster.run({ untilMs: lab.cluster.nowMs });
    expect(told(lab).filter((text) => text.includes('web-1'))).toEqual([]);
    allow(lab);
    lab.cluster.runFor(60_000);
    expect(get(lab).status.readyReplicas).toBe(3);
  });
});

describe('members', () => {
  it('adopts orphans by name and label, and starts over those without a revision', () => {
    const lab = createLab();
    const labels = { app: 'web' };
    lab.cluster.create(pod('web-1', { labels }), pod('web-x', { labels }), pod('web-0', { labels: { app: 'other' } }));
    lab.settle();
    const { uid } = lab.cluster.get('Pod', 'default', 'web-1').metadata;
    lab.cluster.create(web());
    lab.settle();
    const owner = (name: string) => lab.cluster.get('Pod', 'default', name).metadata.ownerReferences?.[0]?.name;
    expect([owner('web-1'), owner('web-x'), owner('web-0')]).toEqual(['web', undefined, undefined]);
    // web-0 is taken by a stranger: an ordered set gets no further.
    expect(names(lab)).toEqual(['web-0', 'web-1', 'web-x']);
    unwrap(lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'web-0' }));
    lab.cluster.runFor(60_000);
    expect(names(lab)).toEqual(['web-0', 'web-1', 'web-2', 'web-x']);
    expect(lab.cluster.get('Pod', 'default', 'web-1').metadata.uid).not.toBe(uid);
    expect(get(lab).status).toMatchObject({ readyReplicas: 3, updatedReplicas: 3 });
  });

  it('gives up a pod that leaves the selector and waits for its name', () => {
    const lab = start();
    const before = lab.cluster.get('Pod', 'default', 'web-2');
    unwrap(lab.cluster.client.update({ ...before, metadata: { ...before.metadata, labels: { app: 'gone' } } }));
    lab.settle();
    expect(lab.cluster.get('Pod', 'default', 'web-2').metadata.ownerReferences).toBeUndefined();
    expect(get(lab).status.replicas).toBe(2);
  });

  it('puts the labels of the identity back', () => {
    const lab = start();
    const before = lab.cluster.get('Pod', 'default', 'web-1');
    const { 'statefulset.kubernetes.io/pod-name': _name, ...labels } = before.metadata.labels ?? {};
    unwrap(lab.cluster.client.update({ ...before, metadata: { ...before.metadata, labels } }));
    lab.settle();
    expect(lab.cluster.get('Pod', 'default', 'web-1').metadata).toMatchObject({
      uid: before.metadata.uid,
      labels: { 'statefulset.kubernetes.io/pod-name': 'web-1' },
    });
    expect(told(lab)).toContain('Normal SuccessfulUpdate Update Pod web-1 in StatefulSet web successful');
  });
});

describe('revisions', () => {
  const numbers = (lab: Lab) =>
    lab.cluster
      .list('ControllerRevision', 'default')
      .map(({ revision }) => revision)
      .sort((a, b) => a - b);

  it.each([
    [1, [3, 4]],
    [0, [4]],
    [-1, [1, 2, 3, 4]],
  ])('limit %i', (revisionHistoryLimit, left) => {
    const lab = start({ replicas: 1, workload: { revisionHistoryLimit } });
    for (const tag of ['v2', 'v3', 'v4']) {
      setImage(lab, tag);
      lab.settle();
    }
    lab.cluster.runFor(1000);
    expect(numbers(lab)).toEqual(left);
  });

  it('keeps those that pods have, whatever the limit', () => {
    const partition = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
    const lab = start({ replicas: 2, workload: { revisionHistoryLimit: 0, ...partition } });
    setImage(lab, 'v2');
    lab.settle();
    expect(numbers(lab)).toEqual([1, 2]);
    expect(get(lab).status).toMatchObject({ currentReplicas: 1, updatedReplicas: 1 });
  });

  it('counts a collision of names and goes around it', () => {
    const first = start();
    const [name = ''] = names(first, 'ControllerRevision');
    const lab = createLab();
    lab.cluster.create<AnyObject[]>({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name, namespace: 'default' },
      data: { other: true },
      revision: 1,
    } as AnyObject);
    lab.cluster.create(web());
    lab.settle();
    const { status } = get(lab);
    expect(status).toMatchObject({ collisionCount: 1, readyReplicas: 3 });
    expect(status.updateRevision).not.toBe(name);
  });

  it('the annotations of the set are those of its revision', () => {
    const lab = createLab();
    const built = web();
    lab.cluster.create({ ...built, metadata: { ...built.metadata, annotations: { 'kubernetes.io/change-cause': 'first' } } });
    lab.settle();
    expect(lab.cluster.list('ControllerRevision')[0]?.metadata.annotations).toEqual({ 'kubernetes.io/change-cause': 'first' });
  });
});

describe('claims', () => {
  it('get new owners when the policy changes', () => {
    const lab = start({ workload: withClaims() });
    expect(claimOwners(lab, 'data-web-0')).toEqual([]);
    edit(lab, () => ({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } }));
    lab.settle();
    expect(claimOwners(lab, 'data-web-0')).toEqual(['StatefulSet']);
    expect(told(lab)).toContain('Normal SuccessfulUpdate Update Pod web-0 in StatefulSet web successful');
    edit(lab, () => ({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } }));
    lab.settle();
    expect(claimOwners(lab, 'data-web-0')).toEqual([]);
  });

  it('go with the pods that are scaled away, and are made anew', () => {
    const lab = start({ workload: withClaims({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } }) });
    const ref = { kind: 'StatefulSet', namespace: 'default', name: 'web' };
    unwrap(lab.cluster.client.scale(ref, 1));
    lab.settle();
    expect([0, 1, 2].map((at) => claimOwners(lab, `data-web-${at}`))).toEqual([[], ['Pod'], ['Pod']]);
    // This lab has no controller that lifts the protection of claims.
    for (const name of ['data-web-1', 'data-web-2']) release(lab, name);
    lab.settle();
    expect(names(lab, 'PersistentVolumeClaim')).toEqual(['data-web-0']);
    unwrap(lab.cluster.client.scale(ref, 2));
    lab.settle();
    expect(names(lab, 'PersistentVolumeClaim')).toEqual(['data-web-0', 'data-web-1']);
    expect(names(lab)).toEqual(['web-0', 'web-1']);
  });

  it('hold a new pod up while they belong to the one before', () => {
    const lab = start({ replicas: 1, workload: withClaims({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } }) });
    const stale = { apiVersion: 'v1', kind: 'Pod', name: 'web-1', uid: 'gone' };
    lab.cluster.create(
      claim({ name: 'data-web-1', namespace: 'default', ownerReferences: [stale], finalizers: ['example.com/hold'] }),
    );
    unwrap(lab.cluster.client.scale({ kind: 'StatefulSet', namespace: 'default', name: 'web' }, 2));
    lab.settle();
    expect(names(lab)).toEqual(['web-0']);
    release(lab, 'data-web-1');
    lab.settle();
    expect(names(lab)).toEqual(['web-0', 'web-1']);
  });

  it('that are being deleted make the pod fail', () => {
    const lab = createLab();
    lab.cluster.create(claim({ name: 'data-web-0', namespace: 'default', finalizers: ['example.com/hold'] }));
    unwrap(lab.cluster.client.delete({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data-web-0' }));
    lab.cluster.create(web({ workload: withClaims() }));
    lab.settle();
    expect(told(lab)).toContain(
      'Warning FailedCreate Create Pod web-0 in StatefulSet web failed error: pvc data-web-0 is being deleted',
    );
  });
});

it('comes to the same end when the controller is restarted after every few tasks', () => {
  const end = (restart: boolean) => {
    const lab = createLab();
    const controller = lab.cluster.components.find(({ name }) => name === 'statefulset-controller');
    lab.cluster.create(web({ workload: withClaims({ podManagementPolicy: 'Parallel' }) }));
    for (const tag of ['v1', 'slow2', 'v3']) {
      setImage(lab, tag);
      for (let at = 0; at < 60; at++) {
        lab.cluster.run({ untilMs: lab.cluster.nowMs + 10, maxTasks: 3 });
        if (restart) controller?.stop();
        if (restart) controller?.start();
        const held = lab.cluster
          .list('Pod', 'default')
          .find(({ spec, status }) => /slow/.test(spec.containers[0]?.image ?? '') && status.phase === 'Running');
        if (held !== undefined && held.metadata.deletionTimestamp === undefined && at % 5 === 0)
          lab.cluster.client.updateStatus(withReady(held, true, lab.cluster.core.clock.timestamp()));
      }
      lab.lockstep();
    }
    return [names(lab), names(lab, 'PersistentVolumeClaim'), get(lab).status];
  };
  expect(end(true)).toEqual(end(false));
});

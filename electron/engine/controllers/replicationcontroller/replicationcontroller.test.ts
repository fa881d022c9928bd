import { describe, expect, it } from 'vitest';
import type { ReplicationController } from '#shared/kube/kinds.ts';
import { createWorkloadLab } from '../../conformance/workloads/lab.ts';
import { pod } from '../../testing/builders.ts';

const rc = (replicas: number, image = 'registry.example/app:v1'): ReplicationController =>
  ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'rc', namespace: 'default' },
    spec: {
      replicas,
      template: { metadata: { labels: { app: 'rc' } }, spec: { containers: [{ name: 'app', image }] } },
    },
  }) as unknown as ReplicationController;

describe('ReplicationController', () => {
  it('adopts matching orphans, fills up and scales down to its size', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(pod('stray', { labels: { app: 'rc' } }), pod('other', { labels: { app: 'x' } }), rc(3));
    lab.settle();
    const mine = lab.pods().filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'rc');
    expect(mine).toHaveLength(3);
    expect(mine.map(({ metadata }) => metadata.name)).toContain('stray');
    expect(mine[0]?.metadata.ownerReferences?.[0]).toMatchObject({ apiVersion: 'v1', kind: 'ReplicationController' });
    expect(lab.cluster.get('ReplicationController', 'default', 'rc').status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    const scaled = lab.cluster.client.scale({ kind: 'ReplicationController', namespace: 'default', name: 'rc' }, 1);
    expect(scaled).toMatchObject({ ok: true, value: { status: { replicas: 3, selector: 'app=rc' } } });
    lab.settle();
    expect(lab.pods()).toHaveLength(2);
    expect(lab.cluster.events('rc').filter((text) => text.startsWith('Normal SuccessfulDelete'))).toHaveLength(2);
  });

  it('reports refused pods as ReplicaFailure', () => {
    const lab = createWorkloadLab('default');
    const refused = rc(1);
    const template = { metadata: { labels: { app: 'rc' } }, spec: { containers: [], priorityClassName: 'none' } };
    const { spec } = refused;
    lab.cluster.create({
      ...refused,
      spec: {
        ...spec,
        template: { ...template, spec: { ...template.spec, containers: spec.template?.spec?.containers ?? [] } },
      },
    });
    lab.settle();
    const { status } = lab.cluster.get('ReplicationController', 'default', 'rc');
    expect(status.conditions?.[0]).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' });
    expect(lab.cluster.events('rc')[0]).toContain('Warning FailedCreate Error creating: pods "rc-');
  });
});

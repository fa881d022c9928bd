import { describe, expect, test } from 'vitest';
import { checkShape } from '#shared/kube/shape/index.ts';
import type { ControllerRevision, Pod, StatefulSet } from '#shared/kube/types.ts';
import { parseManifest, printObjects } from '#shared/scenario/index.ts';
import { emptyPodDraft } from './drafts.ts';
import { rolloutOf, storedRevisions } from './revisions.ts';
import { TEMPLATES } from './templates.ts';
import { emptyWorkloadDraft, type WorkloadDraft, workloadOfDraft } from './workloadDrafts.ts';

function draft(kind: WorkloadDraft['kind'], fields: Partial<WorkloadDraft> = {}): WorkloadDraft {
  return { ...emptyWorkloadDraft(kind, { ...emptyPodDraft(), name: 'x' }), ...fields };
}

describe('workloadOfDraft', () => {
  test.each(['StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const)(
    'a new %s is sound and reads back from its manifest',
    (kind) => {
      const object = workloadOfDraft(draft(kind));
      expect(checkShape(object)).toEqual([]);
      const parsed = parseManifest(printObjects([object]), 'x');
      expect(parsed.ok).toBe(true);
    },
  );

  test('a StatefulSet with storage mounts its claim', () => {
    const { spec } = workloadOfDraft(draft('StatefulSet', { claim: '1Gi', partition: '2' })) as unknown as StatefulSet;
    expect(spec.volumeClaimTemplates?.[0]?.spec?.resources?.requests).toEqual({ storage: '1Gi' });
    expect(spec.template.spec?.containers[0]?.volumeMounts).toEqual([{ name: 'data', mountPath: '/data' }]);
    expect(spec.updateStrategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { partition: 2 } });
  });

  test('what is left empty is left to the API server', () => {
    const { spec } = workloadOfDraft(draft('DaemonSet')) as unknown as { spec: Record<string, unknown> };
    expect(Object.keys(spec).sort()).toEqual(['selector', 'template']);
    const job = workloadOfDraft(draft('Job', { completions: '', backoffLimit: '' })) as unknown as {
      spec: Record<string, unknown>;
    };
    expect(job.spec).not.toHaveProperty('completions');
    expect(job.spec).not.toHaveProperty('backoffLimit');
  });

  test('a program that fails says so to the kubelet', () => {
    const job = workloadOfDraft(draft('Job', { runSeconds: '5', exitCode: '3' })) as unknown as StatefulSet;
    expect(job.spec.template.metadata?.annotations).toEqual({ 'stowage.dev/run-seconds': '5', 'stowage.dev/exit-code': '3' });
  });
});

test.each(TEMPLATES.map((template) => [template.id, template] as const))('template %s is sound', (_id, template) => {
  const parsed = parseManifest(template.text, template.id);
  expect(parsed.ok ? [] : parsed.error).toEqual([]);
  expect(parsed.ok && parsed.value.objects[0]?.kind).toBe(template.kind);
});

describe('revisions of a StatefulSet', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true };
  const set: StatefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'd', uid: 'u' },
    spec: {
      replicas: 4,
      selector: {},
      serviceName: 'db',
      template: {},
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
    },
    status: { replicas: 4, availableReplicas: 4, updatedReplicas: 1 },
  };
  const revision = (name: string, number: number): ControllerRevision => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, namespace: 'd', ownerReferences: [owner] },
    revision: number,
    data: { spec: { template: { spec: { containers: [{ name: 'a', image: `pg:${number}` }] } } } },
  });
  const pod = (name: string, hash: string, ready: boolean): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'd', labels: { 'controller-revision-hash': hash }, ownerReferences: [owner] },
    spec: { containers: [] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
  const revisions = [revision('db-a', 1), revision('db-b', 2)];
  const pods = [pod('db-0', 'db-a', true), pod('db-1', 'db-a', true), pod('db-3', 'db-b', false)];

  test('newest first, with the pods of each', () => {
    expect(storedRevisions(set, revisions, pods)).toMatchObject([
      { revision: 2, images: ['pg:2'], present: 1, ready: 0, current: true },
      { revision: 1, images: ['pg:1'], present: 2, ready: 2, current: false },
    ]);
  });

  test('a partition holds the lower numbers back', () => {
    const state = {
      replicaSets: new Map(),
      revisions: new Map(revisions.map((one) => [one.metadata.name, one])),
      pods: new Map(pods.map((one) => [one.metadata.name, one])),
    };
    expect(rolloutOf(set, state)).toMatchObject({ state: 'progressing', floor: 3, message: 'partition 2' });
    const through = { ...set, status: { ...set.status, updatedReplicas: 2 } };
    expect(rolloutOf(through, state).state).toBe('complete');
  });
});

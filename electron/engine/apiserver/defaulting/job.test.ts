import { describe, expect, it } from 'vitest';
import type { Job } from '#shared/kube/kinds.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'registry.example/app:v1' }] } };

function stored(spec: Record<string, unknown>, labels?: Record<string, string>): Job {
  const metadata = { name: 'j', namespace: 'default', ...(labels === undefined ? {} : { labels }) };
  return unwrap(
    createTestCluster().client.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: { template, ...spec },
    } as unknown as Job),
  );
}

describe('defaults of a Job', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['nothing said', {}, { parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false }],
    ['completions', { completions: 3 }, { parallelism: 1, completions: 3, podReplacementPolicy: 'TerminatingOrFailed' }],
    ['a work queue', { parallelism: 2 }, { parallelism: 2, completions: undefined, manualSelector: false }],
    [
      'a limit per index',
      { completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 },
      { backoffLimit: 2_147_483_647 },
    ],
    [
      'a failure policy',
      { podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] } },
      {
        podReplacementPolicy: 'Failed',
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
      },
    ],
  ])('%s', (_name, spec, expected) => {
    const { spec: given } = stored(spec);
    expect(given).toMatchObject(Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)));
    for (const [name, value] of Object.entries(expected)) if (value === undefined) expect(given).not.toHaveProperty(name);
  });

  it('ties its pods to it by labels', () => {
    const one = stored({});
    const { uid } = one.metadata;
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': 'j',
      'controller-uid': uid,
      'job-name': 'j',
    };
    expect(one.spec.template.metadata?.labels).toEqual(labels);
    expect(one.spec.selector).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
    expect(one.metadata.labels).toEqual(labels);
    expect(one.metadata.generation).toBe(1);
  });

  it('keeps labels and a selector of its own', () => {
    const own = { ...template, metadata: { labels: { app: 'x' } } };
    const one = stored({ manualSelector: true, selector: { matchLabels: { app: 'x' } }, template: own }, { team: 'y' });
    expect(one.spec.template.metadata?.labels).toEqual({ app: 'x' });
    expect(one.metadata.labels).toEqual({ team: 'y' });
  });
});

describe('deletion of a Job', () => {
  it.each([
    [undefined, ['orphan']],
    ['Background', undefined],
    ['Foreground', ['foregroundDeletion']],
  ] as const)('policy %s', (propagationPolicy, finalizers) => {
    const { client } = createTestCluster();
    const spec = { template } as unknown as Job['spec'];
    client.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', namespace: 'default' },
      spec,
      status: {},
    } as Job);
    client.delete({ kind: 'Job', namespace: 'default', name: 'j' }, propagationPolicy === undefined ? {} : { propagationPolicy });
    const left = client.get('Job', 'default', 'j');
    expect(left.ok ? left.value.metadata.finalizers : undefined).toEqual(finalizers);
  });
});

it('warns of deletions that leave the pods behind', () => {
  const { core, client } = createTestCluster();
  const spec = { template } as unknown as Job['spec'];
  client.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace: 'default' }, spec, status: {} } as Job);
  const warnings: string[] = [];
  const options = { user: 'kubernetes-admin', warn: (text: string) => warnings.push(text) };
  const ref = { kind: 'Job', namespace: 'default', name: 'j' };
  core.server.delete(ref, { ...options, propagationPolicy: 'Orphan', dryRun: true });
  expect(warnings).toEqual([]);
  core.server.delete(ref, options);
  expect(warnings).toEqual([expect.stringContaining('child pods are preserved by default when jobs are deleted')]);
});

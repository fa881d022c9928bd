import { describe, expect, it } from 'vitest';
import type { Job, JobSpec } from '#shared/kube/kinds.ts';
import type { Pod } from '#shared/kube/types.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createGarbageCollector } from '../garbagecollector/index.ts';
import { createTtlAfterFinished } from '../ttlafterfinished/index.ts';
import { createJobController } from './index.ts';
import { TRACKING } from './pods.ts';

function lab(): TestCluster {
  return createTestCluster({
    components: (ctx) => [createJobController(ctx), createTtlAfterFinished(ctx), createGarbageCollector(ctx)],
  });
}

function job(spec: Partial<JobSpec> = {}): Job {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'registry.example/app:v1' }] } };
  const metadata = { name: 'work', namespace: 'default' };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, ...spec }, status: {} } as Job;
}

const pods = (cluster: TestCluster): readonly Pod[] => cluster.list('Pod', 'default');
const active = (cluster: TestCluster): Pod[] =>
  pods(cluster).filter(({ status, metadata }) => status.phase === 'Pending' && metadata.deletionTimestamp === undefined);
const status = (cluster: TestCluster): Job['status'] => cluster.get('Job', 'default', 'work').status;
const conditions = (cluster: TestCluster): string[] =>
  (status(cluster).conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);

/** Ends a pod as its kubelet would. */
function end(cluster: TestCluster, pod: Pod, exitCode: number, more: Partial<Pod['status']> = {}): void {
  const finishedAt = cluster.core.clock.timestamp();
  const containerStatuses = [
    { name: 'app', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } },
  ];
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  const now = cluster.get('Pod', 'default', pod.metadata.name);
  unwrap(cluster.client.updateStatus({ ...now, status: { ...now.status, phase, containerStatuses, ...more } as Pod['status'] }));
}

/** Ends the first active pod and lets a batch pass. */
function endOne(cluster: TestCluster, exitCode: number, more: Partial<Pod['status']> = {}): void {
  const [pod] = active(cluster);
  if (pod === undefined) throw new Error('no active pod');
  end(cluster, pod, exitCode, more);
  cluster.runFor(1500);
}

function edit(cluster: TestCluster, spec: Partial<JobSpec>): void {
  const before = cluster.get('Job', 'default', 'work');
  unwrap(cluster.client.update({ ...before, spec: { ...before.spec, ...spec } }));
  cluster.runFor(1500);
}

function begin(spec: Partial<JobSpec> = {}): TestCluster {
  const cluster = lab();
  cluster.create(job(spec));
  cluster.runFor(1500);
  return cluster;
}

describe('counting', () => {
  it('keeps parallel pods until enough have succeeded', () => {
    const cluster = begin({ parallelism: 2, completions: 3 });
    expect(active(cluster)).toHaveLength(2);
    endOne(cluster, 0);
    endOne(cluster, 0);
    expect([active(cluster).length, status(cluster).succeeded]).toEqual([1, 2]);
    endOne(cluster, 0);
    expect(conditions(cluster)).toEqual(['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached']);
    expect(status(cluster)).toMatchObject({ succeeded: 3, uncountedTerminatedPods: {}, completionTime: expect.any(String) });
    expect(pods(cluster).some(({ metadata }) => metadata.finalizers?.includes(TRACKING))).toBe(false);
  });

  it('lets the rest of a work queue run out after a first success', () => {
    const cluster = begin({ parallelism: 3 });
    endOne(cluster, 0);
    expect([active(cluster).length, conditions(cluster)]).toEqual([2, []]);
    endOne(cluster, 1);
    endOne(cluster, 0);
    expect(conditions(cluster).at(-1)).toBe('Complete=True CompletionsReached');
    expect(status(cluster)).toMatchObject({ succeeded: 2, failed: 1 });
  });

  it('counts a deleted pod as failed and replaces it at once unless told to wait', () => {
    const deleteFirst = (spec: Partial<JobSpec>): [number, number | undefined, number | undefined] => {
      const cluster = lab();
      cluster.create(job(spec));
      cluster.runFor(1500);
      const [pod] = active(cluster);
      unwrap(cluster.client.bind('default', pod?.metadata.name ?? '', 'node-1'));
      unwrap(cluster.client.delete({ kind: 'Pod', namespace: 'default', name: pod?.metadata.name ?? '' }));
      cluster.runFor(40_000);
      return [active(cluster).length, status(cluster).failed, status(cluster).terminating];
    };
    expect(deleteFirst({})).toEqual([1, 1, 1]);
    expect(deleteFirst({ podReplacementPolicy: 'Failed' })).toEqual([0, undefined, 1]);
  });

  it('waits 10 s after a first failure, 20 s after a second', () => {
    const cluster = begin();
    for (const wait of [10_000, 20_000]) {
      endOne(cluster, 1);
      cluster.runFor(wait - 2600);
      expect(active(cluster)).toHaveLength(0);
      cluster.runFor(1200);
      expect(active(cluster)).toHaveLength(1);
    }
  });

  it('remembers the failures when it is started again', () => {
    const cluster = begin();
    endOne(cluster, 1);
    const [controller] = cluster.components;
    controller?.stop();
    controller?.start();
    cluster.runFor(5000);
    expect(active(cluster)).toHaveLength(0);
    cluster.runFor(5000);
    expect([active(cluster).length, status(cluster).failed]).toEqual([1, 1]);
  });

  it('tries again when the API refuses a pod', () => {
    const cluster = begin({ template: { spec: { priorityClassName: 'missing', ...job().spec.template.spec } } as never });
    expect(pods(cluster)).toHaveLength(0);
    expect(cluster.events('work')[0]).toMatch(
      /^Warning FailedCreate Error creating: .*no PriorityClass with name missing was found/,
    );
    const high = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'missing' }, value: 5 };
    cluster.create(high as never);
    cluster.runFor(60_000);
    expect(active(cluster)).toHaveLength(1);
  });
});

describe('ends', () => {
  it.each<[string, Partial<JobSpec>, (cluster: TestCluster) => void, string[]]>([
    [
      'back-off limit',
      { backoffLimit: 0 },
      (one) => endOne(one, 1),
      ['FailureTarget=True BackoffLimitExceeded', 'Failed=True BackoffLimitExceeded'],
    ],
    [
      'deadline',
      { activeDeadlineSeconds: 30 },
      (one) => one.runFor(32_000),
      ['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded'],
    ],
    [
      'exit code of the failure policy',
      { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [1] } }] } as never },
      (one) => endOne(one, 3),
      ['FailureTarget=True PodFailurePolicy', 'Failed=True PodFailurePolicy'],
    ],
    [
      'ignored disruption',
      {
        backoffLimit: 0,
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
      },
      (one) => endOne(one, 1, { conditions: [{ type: 'DisruptionTarget', status: 'True' }] }),
      [],
    ],
    [
      'too many failed indexes',
      { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 0, maxFailedIndexes: 0 },
      (one) => endOne(one, 1),
      ['FailureTarget=True MaxFailedIndexesExceeded', 'Failed=True MaxFailedIndexesExceeded'],
    ],
    [
      'count of the success policy',
      { completionMode: 'Indexed', completions: 3, parallelism: 3, successPolicy: { rules: [{ succeededCount: 1 }] } },
      (one) => endOne(one, 0),
      ['SuccessCriteriaMet=True SuccessPolicy', 'Complete=True SuccessPolicy'],
    ],
    [
      'no completions',
      { completions: 0 },
      () => undefined,
      ['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached'],
    ],
  ])('%s', (_name, spec, act, expected) => {
    const cluster = begin(spec);
    act(cluster);
    cluster.runFor(3000);
    expect(conditions(cluster)).toEqual(expected);
    if (expected.length > 0) expect(active(cluster)).toHaveLength(0);
  });

  it('tells which pod met the failure policy', () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
    const cluster = begin({ podFailurePolicy: { rules } as never });
    const name = active(cluster)[0]?.metadata.name;
    endOne(cluster, 42);
    const why = `Container app for pod default/${name} failed with exit code 42 matching FailJob rule at index 0`;
    expect(cluster.events('work').at(-1)).toBe(`Warning PodFailurePolicy ${why}`);
  });
});

describe('indexes', () => {
  const indexed: Partial<JobSpec> = { completionMode: 'Indexed', completions: 3, parallelism: 2 };
  const names = (cluster: TestCluster): string[] => active(cluster).map(({ metadata }) => metadata.name.replace(/-\w{5}$/, ''));

  it('are in names, host names, labels and the environment', () => {
    const cluster = begin(indexed);
    const [pod] = active(cluster);
    expect(names(cluster)).toEqual(['work-0', 'work-1']);
    expect(pod?.spec.hostname).toBe('work-0');
    expect(pod?.metadata.labels?.['batch.kubernetes.io/job-completion-index']).toBe('0');
    expect(pod?.spec.containers[0]?.env?.[0]).toMatchObject({ name: 'JOB_COMPLETION_INDEX' });
  });

  it('that are done are not run again', () => {
    const cluster = begin(indexed);
    endOne(cluster, 0);
    expect([names(cluster), status(cluster).completedIndexes]).toEqual([['work-1', 'work-2'], '0']);
  });

  it('fail one by one when each has its own limit', () => {
    const cluster = begin({ ...indexed, parallelism: 1, backoffLimitPerIndex: 1 });
    endOne(cluster, 1);
    cluster.runFor(10_000);
    const [retried] = active(cluster);
    expect(names(cluster)).toEqual(['work-0']);
    expect(retried?.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']).toBe('1');
    endOne(cluster, 1);
    expect([names(cluster), status(cluster).failedIndexes]).toEqual([['work-1'], '0']);
    endOne(cluster, 0);
    endOne(cluster, 0);
    cluster.runFor(2000);
    expect(status(cluster)).toMatchObject({ completedIndexes: '1,2', failedIndexes: '0', failed: 2 });
    expect(conditions(cluster).at(-1)).toBe('Failed=True FailedIndexes');
  });

  it('go when the Job shrinks', () => {
    const cluster = begin({ ...indexed, parallelism: 3 });
    edit(cluster, { parallelism: 1, completions: 1 });
    expect(names(cluster)).toEqual(['work-0']);
  });
});

describe('suspension and ownership', () => {
  it('deletes pods of a suspended Job without counting them, and starts anew', () => {
    const cluster = begin({ parallelism: 2, completions: 2 });
    edit(cluster, { suspend: true });
    expect([active(cluster).length, conditions(cluster)]).toEqual([0, ['Suspended=True JobSuspended']]);
    expect(status(cluster)).not.toHaveProperty('startTime');
    edit(cluster, { suspend: false });
    expect([active(cluster).length, conditions(cluster)]).toEqual([2, ['Suspended=False JobResumed']]);
    expect(status(cluster).failed).toBeUndefined();
  });

  it('leaves Jobs of other managers alone', () => {
    const cluster = begin({ managedBy: 'example.com/queue' });
    expect([pods(cluster).length, status(cluster)]).toEqual([0, {}]);
  });

  it('lets go of the pods of a deleted Job', () => {
    const cluster = begin({ parallelism: 2, completions: 2 });
    unwrap(cluster.client.delete({ kind: 'Job', namespace: 'default', name: 'work' }));
    cluster.runFor(5000);
    expect(pods(cluster).map(({ metadata }) => [metadata.finalizers, metadata.ownerReferences])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('deletes a Job with its pods when its time to live is over', () => {
    const cluster = begin({ ttlSecondsAfterFinished: 60 });
    endOne(cluster, 0);
    cluster.runFor(50_000);
    expect(pods(cluster)).toHaveLength(1);
    cluster.runFor(15_000);
    expect([cluster.list('Job').length, pods(cluster).length]).toEqual([0, 0]);
  });

  it('adopts pods that its own selector chooses, and holds them', () => {
    const cluster = lab();
    const labels = { app: 'x' };
    const spec = job().spec.template.spec;
    cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stray', namespace: 'default', labels },
      spec,
    } as unknown as Pod);
    const template = { metadata: { labels }, ...(spec === undefined ? {} : { spec }) };
    cluster.create(job({ manualSelector: true, selector: { matchLabels: labels }, template }));
    cluster.runFor(1500);
    expect(pods(cluster).map(({ metadata }) => [metadata.name, metadata.finalizers])).toEqual([['stray', [TRACKING]]]);
  });
});

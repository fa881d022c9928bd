import { describe, expect, it } from 'vitest';
import type { CronJob, Job } from '#shared/kube/kinds.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import { createCronJobController } from './index.ts';

const MINUTE = 60_000;

function lab(): TestCluster {
  return createTestCluster({ startTime: '2026-01-01T00:00:30Z', components: (ctx) => [createCronJobController(ctx)] });
}

function cronJob(spec: Partial<CronJob['spec']> = {}): CronJob {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'registry.example/app:v1' }] } };
  const metadata = { name: 'tick', namespace: 'default' };
  const own = { schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec };
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: own, status: {} } as unknown as CronJob;
}

const jobs = (cluster: TestCluster): string[] => cluster.list('Job', 'default').map(({ metadata }) => metadata.name);
const stored = (cluster: TestCluster): CronJob => cluster.get('CronJob', 'default', 'tick');
const activeNames = (cluster: TestCluster): (string | undefined)[] =>
  (stored(cluster).status.active ?? []).map(({ name }) => name);

/** Ends a Job as its controller would. */
function finish(cluster: TestCluster, name: string, end: 'Complete' | 'Failed'): void {
  const job = cluster.get('Job', 'default', name);
  const now = cluster.core.clock.timestamp();
  const types = end === 'Complete' ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed'];
  const conditions = types.map((type) => ({ type, status: 'True', lastTransitionTime: now }));
  const completed = end === 'Complete' ? { completionTime: now } : {};
  unwrap(cluster.client.updateStatus({ ...job, status: { startTime: now, ...completed, conditions } } as Job));
  cluster.runFor(10);
}

describe('runs', () => {
  it('are Jobs named by their minute, and the wait for the next is quiet', () => {
    const cluster = lab();
    cluster.create(cronJob({ timeZone: 'Asia/Tokyo' }));
    cluster.settle();
    expect([jobs(cluster), cluster.nowMs]).toEqual([[], 0]);
    cluster.runFor(MINUTE);
    const minute = Date.parse('2026-01-01T00:01:00Z') / MINUTE;
    expect(jobs(cluster)).toEqual([`tick-${minute}`]);
    const [job] = cluster.list('Job', 'default');
    expect(job?.metadata.annotations).toEqual({ 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T09:01:00+09:00' });
    expect(stored(cluster).status).toMatchObject({
      lastScheduleTime: '2026-01-01T00:01:00Z',
      active: [{ name: `tick-${minute}` }],
    });
    expect(cluster.events('tick')).toEqual([`Normal SuccessfulCreate Created job tick-${minute}`]);
  });

  it.each([
    ['Allow', 3, 3],
    ['Forbid', 1, 1],
    ['Replace', 1, 1],
  ])('%s: %i Jobs, %i active after three minutes', (concurrencyPolicy, count, active) => {
    const cluster = lab();
    cluster.create(cronJob({ concurrencyPolicy }));
    cluster.runFor(3 * MINUTE);
    expect([jobs(cluster).length, activeNames(cluster).length]).toEqual([count, active]);
    const last = cluster.events('tick').at(-1);
    if (concurrencyPolicy === 'Forbid') expect(last).toMatch(/^Normal JobAlreadyActive Not starting job because prior execution/);
    if (concurrencyPolicy === 'Replace')
      expect(cluster.events('tick').some((text) => text.includes('SuccessfulDelete'))).toBe(true);
  });

  it('that were forbidden are made up for when the last one ends', () => {
    const cluster = lab();
    cluster.create(cronJob({ concurrencyPolicy: 'Forbid' }));
    cluster.runFor(2.8 * MINUTE);
    const [first = ''] = jobs(cluster);
    finish(cluster, first, 'Complete');
    expect(activeNames(cluster)).toEqual([`tick-${Number(first.slice(5)) + 2}`]);
    expect(stored(cluster).status.lastSuccessfulTime).toBe(cluster.core.clock.timestamp());
    expect(cluster.events('tick')).toContain(`Normal SawCompletedJob Saw completed job: ${first}, condition: Complete`);
  });

  it('keep as many finished Jobs as asked for', () => {
    const cluster = lab();
    cluster.create(cronJob({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }));
    for (const end of ['Complete', 'Failed', 'Complete', 'Failed'] as const) {
      cluster.runFor(MINUTE);
      finish(cluster, activeNames(cluster)[0] ?? '', end);
    }
    expect(jobs(cluster)).toHaveLength(1);
    expect(activeNames(cluster)).toEqual([]);
  });
});

describe('no runs', () => {
  it.each<[string, Partial<CronJob['spec']>, string[]]>([
    ['while suspended', { suspend: true }, []],
    [
      'on a day that never comes',
      { schedule: '0 0 31 2 *' },
      ['Warning InvalidSchedule invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second'],
    ],
    ['before their time', { schedule: '@hourly' }, []],
  ])('%s', (_name, spec, events) => {
    const cluster = lab();
    cluster.create(cronJob(spec));
    cluster.runFor(3 * MINUTE);
    expect([jobs(cluster), cluster.events('tick')]).toEqual([[], events]);
  });

  it('are made up for when a resumed one has missed its deadline', () => {
    const cluster = lab();
    cluster.create(cronJob({ schedule: '*/5 * * * *', suspend: true, startingDeadlineSeconds: 60 }));
    cluster.runFor(7 * MINUTE);
    const before = stored(cluster);
    unwrap(cluster.client.update({ ...before, spec: { ...before.spec, suspend: false } }));
    cluster.runFor(1000);
    expect(jobs(cluster)).toEqual([]);
    cluster.runFor(3 * MINUTE);
    expect(jobs(cluster)).toHaveLength(1);
  });

  it('after too long a pause but the last, with a warning', () => {
    const cluster = lab();
    cluster.create(cronJob({ suspend: true }));
    cluster.runFor(150 * MINUTE);
    const before = stored(cluster);
    unwrap(cluster.client.update({ ...before, spec: { ...before.spec, suspend: false } }));
    cluster.runFor(100);
    expect(jobs(cluster)).toHaveLength(1);
    expect(cluster.events('tick')[0]).toMatch(/^Warning TooManyMissedTimes too many missed start times\. Set or decrease/);
  });

  it('but the last are made up for when the controller is started again', () => {
    const cluster = lab();
    cluster.create(cronJob());
    cluster.runFor(MINUTE);
    const [controller] = cluster.components;
    controller?.stop();
    cluster.runFor(2 * MINUTE);
    controller?.start();
    cluster.runFor(100);
    expect(jobs(cluster)).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import type { CronJob, Job } from '#shared/kube/kinds.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'registry.example/app:v1' }] } };

function job(spec: Record<string, unknown> = {}, name = 'j'): Job {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, ...spec }, status: {} } as unknown as Job;
}

function cronJob(spec: Record<string, unknown> = {}, name = 'c'): CronJob {
  const own = { schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec };
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: 'default' }, spec: own } as unknown as CronJob;
}

const rule = (one: Record<string, unknown>) => ({ podFailurePolicy: { rules: [one] } });
const exitCodes = { operator: 'In', values: [42] };
const indexed = { completionMode: 'Indexed', completions: 3 };
const success = (one: Record<string, unknown>) => ({ ...indexed, successPolicy: { rules: [one] } });

describe('a new Job is refused', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ parallelism: -1 }, 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    [{ ttlSecondsAfterFinished: -1 }, 'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0'],
    [{ completionMode: 'Odd' }, 'spec.completionMode: Unsupported value: "Odd": supported values: "NonIndexed", "Indexed"'],
    [{ completionMode: 'Indexed', parallelism: 1 }, 'spec.completions: Required value: when completion mode is Indexed'],
    [
      { ...indexed, parallelism: 100_001 },
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
    [
      { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 4 },
      'spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions',
    ],
    [{ ...indexed, maxFailedIndexes: 1 }, 'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified'],
    [
      { completionMode: 'Indexed', completions: 100_001, backoffLimitPerIndex: 1 },
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
    ],
    [{ backoffLimitPerIndex: 1 }, 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    [{ podReplacementPolicy: 'Never' }, 'supported values: "Failed", "TerminatingOrFailed"'],
    [{ managedBy: 'nobody' }, 'spec.managedBy: Invalid value: "nobody": must be a domain-prefixed path (such as "acme.io/foo")'],
    [
      { ...rule({ action: 'FailJob', onExitCodes: exitCodes }), podReplacementPolicy: 'TerminatingOrFailed' },
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    ],
    [rule({ onExitCodes: exitCodes }), 'rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'],
    [rule({ action: 'FailIndex', onExitCodes: exitCodes }), 'requires the backoffLimitPerIndex to be set'],
    [
      rule({ action: 'Count' }),
      'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
    ],
    [
      rule({ action: 'Count', onExitCodes: { operator: 'In', values: [0, 3, 2, 2] } }),
      'values[0]: Invalid value: 0: must not be 0 for the In operator',
    ],
    [rule({ action: 'Count', onExitCodes: { operator: 'In', values: [3, 2] } }), 'values: Invalid value: [3,2]: must be ordered'],
    [
      rule({ action: 'Count', onExitCodes: { ...exitCodes, containerName: 'x' } }),
      'containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
    ],
    [{ successPolicy: { rules: [] } }, 'spec.successPolicy: Invalid value: {"Rules":[]}: requires indexed completion mode'],
    [success({}), 'rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified'],
    [
      success({ succeededIndexes: '0,3' }),
      'succeededIndexes: Invalid value: "0,3": error parsing succeededIndexes: too large index: "3"',
    ],
    [
      success({ succeededIndexes: '0-1', succeededCount: 3 }),
      'must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
    ],
    [
      {
        template: { spec: { ...template.spec, restartPolicy: 'OnFailure' } },
        ...rule({ action: 'FailJob', onExitCodes: exitCodes }),
      },
      'restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
    [
      { template: { ...template, metadata: { labels: { 'job-name': 'other' } } } },
      'spec.template.metadata.labels[job-name]: Invalid value: {',
    ],
    [{ manualSelector: true }, 'spec.selector: Required value'],
    [
      { template: {} },
      'Job.batch "j" is invalid: [spec.template.spec.containers: Required value, spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"]',
    ],
  ])('%j', (spec, message) => {
    const created = createTestCluster().client.create(job(spec));
    expect(created.ok ? 'created' : created.error.message).toContain(message);
  });

  it('whose pods would have names that are too long', () => {
    const created = createTestCluster().client.create(job(indexed, 'a'.repeat(62)));
    expect(created.ok ? '' : created.error.message).toContain('will not able to create pod with invalid DNS label: aaa');
  });
});

describe('a changed Job', () => {
  const change = (before: Record<string, unknown>, edit: (one: Job) => Job): string => {
    const { client } = createTestCluster();
    const changed = client.update(edit(unwrap(client.create(job(before)))));
    return changed.ok ? `generation ${changed.value.metadata.generation}` : changed.error.message;
  };
  const spec = (fields: Record<string, unknown>) => (one: Job) => ({ ...one, spec: { ...one.spec, ...fields } }) as Job;
  const placed = (one: Job): Job => {
    const pod = { ...one.spec.template.spec, containers: one.spec.template.spec?.containers ?? [], nodeSelector: { a: 'b' } };
    return { ...one, spec: { ...one.spec, template: { ...one.spec.template, spec: pod } } };
  };
  it.each<[string, Record<string, unknown>, (one: Job) => Job, string]>([
    ['parallelism', {}, spec({ parallelism: 3 }), 'generation 2'],
    ['completions', {}, spec({ completions: 3 }), 'spec.completions: Invalid value: 3: field is immutable'],
    ['completions of an indexed Job', indexed, spec({ completions: 5 }), 'can only be modified in tandem with spec.parallelism'],
    ['both', { ...indexed, parallelism: 3 }, spec({ completions: 5, parallelism: 5 }), 'generation 2'],
    [
      'the failure policy',
      rule({ action: 'FailJob', onExitCodes: exitCodes }),
      spec({ podFailurePolicy: { rules: [] } }),
      'spec.podFailurePolicy: Invalid value: {"Rules":[]}: field is immutable',
    ],
    ['the place of pods', {}, placed, 'spec.template: Invalid value: '],
    ['the place of pods while suspended', { suspend: true }, placed, 'generation 2'],
  ])('%s', (_name, before, edit, expected) => {
    expect(change(before, edit)).toContain(expected);
  });

  it('cannot go back to unfinished', () => {
    const { client } = createTestCluster();
    const created = unwrap(client.create(job()));
    const condition = (type: string) => ({ type, status: 'True', reason: 'x', message: '' });
    const failed = {
      ...created,
      status: { startTime: '2026-01-01T00:00:00Z', failed: 1, conditions: ['FailureTarget', 'Failed'].map(condition) },
    } as unknown as Job;
    const stored = unwrap(client.updateStatus(failed));
    const back = client.updateStatus({ ...stored, status: { ...stored.status, conditions: [], failed: 0 } });
    const message = back.ok ? '' : back.error.message;
    expect(message).toContain('status.conditions: Invalid value: cannot disable the terminal Failed=True condition');
    expect(message).toContain('status.failed: Invalid value: 0: cannot decrease the failed counter');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['two ends', { conditions: ['Complete', 'Failed'] }, 'cannot set Complete=True and Failed=true conditions'],
    [
      'an end without a start',
      { conditions: ['FailureTarget', 'Failed'] },
      'status.startTime: Required value: startTime is required for finished job',
    ],
    ['more ready than active', { ready: 2, active: 1 }, 'status.ready: Invalid value: 2: cannot set more ready pods than active'],
    [
      'indexes of a Job without',
      { completedIndexes: '0' },
      'cannot set non-empty completedIndexes when non-indexed completion mode',
    ],
    [
      'one uid twice',
      { uncountedTerminatedPods: { succeeded: ['a'], failed: ['a'] } },
      'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
    ],
  ])('status with %s', (_name, { conditions = [], ...status }, message) => {
    const { client } = createTestCluster();
    const created = unwrap(client.create(job()));
    const list = (conditions as string[]).map((type) => ({ type, status: 'True', reason: 'x', message: '' }));
    const written = client.updateStatus({ ...created, status: { ...status, conditions: list } } as unknown as Job);
    expect(written.ok ? 'written' : written.error.message).toContain(message);
  });
});

describe('CronJobs', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ schedule: '' }, 'spec.schedule: Required value'],
    [{ schedule: '61 * * * *' }, 'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61'],
    [{ schedule: 'TZ=UTC * * * * *' }, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
    [{ timeZone: '' }, 'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string'],
    [{ timeZone: 'Local' }, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'],
    [{ timeZone: 'Mars/Olympus' }, 'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'],
    [{ concurrencyPolicy: 'Sometimes' }, 'supported values: "Allow", "Forbid", "Replace"'],
    [{ startingDeadlineSeconds: -1 }, 'spec.startingDeadlineSeconds: Invalid value: -1'],
    [
      { jobTemplate: { spec: { template, selector: { matchLabels: { a: 'b' } } } } },
      'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
    ],
    [
      { jobTemplate: { spec: { template, backoffLimit: -1 } } },
      'spec.jobTemplate.spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
    ],
  ])('%j is refused', (spec, message) => {
    const created = createTestCluster().client.create(cronJob(spec));
    expect(created.ok ? 'created' : created.error.message).toContain(message);
  });

  it('keep names short enough for those of their Jobs', () => {
    const { client } = createTestCluster();
    expect(client.create(cronJob({}, 'c'.repeat(52))).ok).toBe(true);
    const created = client.create(cronJob({}, 'c'.repeat(53)));
    expect(created.ok ? '' : created.error.message).toContain('must be no more than 52 characters');
  });
});

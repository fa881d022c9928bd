import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { CronJob, Job } from '#shared/kube/kinds.ts';
import { controllerOf, controllerReference } from '#shared/kube/pod.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { EventWrite } from '../deployments/lab.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { capturedJobTable, jobTable } from './jobTable.ts';
import { createWorkloadLab, type WorkloadLab } from './lab.ts';
import type { CapturedCommand } from './scenario.ts';
import type { TimelineEntry } from './timeline.ts';

/** `workloads/scenarios/cronjobs.json`, as far as it is compared: CronJobs watched for some minutes. */
export interface CronCapture {
  /** Says when they were created, to the millisecond, and for how long they were watched. */
  description: string;
  cronjobs: (AnyObject & { spec: CronJob['spec']; status: CronJob['status'] })[];
  jobsCreated: { name: string; cronjob: string[]; createdAt: string; annotations: Record<string, string> }[];
  events: EventWrite[];
  timeline: TimelineEntry[];
  /** `kubectlAt70s`: commands and their output at that second; `kubectlAtEnd`. */
  [commands: string]: unknown;
}

const SETUP_MS = 5_000;
/** How late what follows the end of a Job may be, each Job being counted up to a second later or earlier than in the capture. */
const LATE_MS = 4_000;
const INSTANTIATE = 'cronjob.kubernetes.io/instantiate';

/** Creation time and length of the observation in a description. */
function periodOf(description: string): { begin: string; seconds: number } {
  const begin = /creation at ([\d-]+T[\d:]+(?:\.\d+)?)/.exec(description)?.[1] ?? '2026-11-23T08:16:14';
  return { begin: `${begin}Z`, seconds: Number(/(\d+) s\b/.exec(description)?.[1] ?? '330') };
}

/** Commands by the second at which they were run. */
function commandsOf(capture: CronCapture, end: number): [number, CapturedCommand[]][] {
  return Object.entries(capture)
    .flatMap(([key, list]): [number, CapturedCommand[]][] => {
      const second = /^kubectlAt(?:(\d+)s|End)$/.exec(key);
      return second === null ? [] : [[second[1] === undefined ? end : Number(second[1]), list as CapturedCommand[]]];
    })
    .sort(([a], [b]) => a - b);
}

/** The Job that `kubectl create job --from=cronjob/x name` makes. */
function createFrom(lab: WorkloadLab, command: string): void {
  const [, from = '', name = ''] = /create job --from=cronjob\/(\S+) (\S+)/.exec(command) ?? [];
  const cronJob = lab.cluster.get('CronJob', lab.namespace, from);
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const { blockOwnerDeletion: _none, ...owner } = controllerReference(cronJob);
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { [INSTANTIATE]: 'manual', ...metadata?.annotations },
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ownerReferences: [owner],
    },
    spec,
    status: {},
  };
  lab.create(job);
}

/** The lists of running Jobs a CronJob's status went through. */
function activeWrites(timeline: readonly TimelineEntry[], name: string): string {
  const lists = timeline.flatMap(({ obj, op, status }) => {
    if (obj !== `cronjobs/${name}` || op === 'ADDED' || !isRecord(status)) return [];
    const active = (status.active ?? []) as (string | { name: string })[];
    return [active.map((one) => (typeof one === 'string' ? one : one.name)).join(',')];
  });
  return lists.filter((text, at) => text !== lists[at - 1]).join(' | ');
}

/** Which events were told; how often depends on how often the controller looked. */
function eventText(events: readonly EventWrite[]): string {
  const texts = events
    .filter(({ object }) => object.startsWith('CronJob/'))
    .map(({ type, reason, message, object }) => `${type} ${reason} ${object} ${message}`);
  return [...new Set(texts)].sort(compareStrings).join('\n');
}

class CronPlay {
  readonly #capture: CronCapture;
  readonly #lab: WorkloadLab;
  readonly #found: Disagreement[] = [];
  readonly #created: Job[] = [];

  constructor(capture: CronCapture) {
    this.#capture = capture;
    const { begin } = periodOf(capture.description);
    const start = new Date(Date.parse(begin) - SETUP_MS).toISOString();
    this.#lab = createWorkloadLab(capture.cronjobs[0]?.metadata.namespace ?? 'cron', start);
    this.#lab.cluster.ctx.informer('Job').subscribe({ onAdd: (job) => this.#created.push(job) });
  }

  play(): Disagreement[] {
    const { cluster } = this.#lab;
    const { begin, seconds } = periodOf(this.#capture.description);
    this.#lab.waitUntil(begin);
    this.#lab.resetLog();
    const began = cluster.nowMs;
    for (const { metadata, spec } of this.#capture.cronjobs) {
      const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: metadata.name }, spec };
      this.#lab.create(cronJob as unknown as CronJob);
    }
    for (const [second, commands] of commandsOf(this.#capture, seconds)) {
      cluster.runFor(Math.max(0, began + second * 1000 - cluster.nowMs));
      for (const one of commands) this.#command(one, second);
    }
    this.#compareJobs();
    for (const one of this.#capture.cronjobs) this.#compareCronJob(one);
    this.#check('events', eventText(this.#capture.events), eventText(this.#lab.events));
    return this.#found;
  }

  #check(what: string, expected: string, got: string): void {
    if (expected !== got) this.#found.push({ id: 'cronjobs', what, expected, got });
  }

  #command({ command, stdout = '' }: CapturedCommand, second: number): void {
    if (command.includes('create job ')) createFrom(this.#lab, command);
    if (command !== 'kubectl get jobs') return;
    const got = jobTable(this.#lab.cluster.list('Job', this.#lab.namespace));
    this.#check(`kubectl get jobs after ${second} s`, capturedJobTable(stdout), got);
  }

  /** Each run by CronJob, in order: name, annotations, and when it began. */
  #compareJobs(): void {
    const line = (owner: string, name: string, annotations: Record<string, string> | undefined): string =>
      `${owner} ${name} ${Object.entries(annotations ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`;
    const theirs = this.#capture.jobsCreated.map((one) => line(one.cronjob.join(), one.name, one.annotations));
    const ours = this.#created.map((job) => line(controllerOf(job)?.name ?? '', job.metadata.name, job.metadata.annotations));
    this.#check('jobs created', theirs.sort(compareStrings).join('\n'), ours.sort(compareStrings).join('\n'));
    for (const { name, createdAt } of this.#capture.jobsCreated) {
      const job = this.#created.find(({ metadata }) => metadata.name === name);
      this.#near(
        `creation of ${name}`,
        createdAt,
        `${job?.metadata.creationTimestamp}`,
        createdAt.endsWith(':00Z') ? 0 : LATE_MS,
      );
    }
  }

  #near(what: string, expected: string | undefined, got: string | undefined, toleranceMs: number): void {
    const away = Math.abs(Date.parse(expected ?? '') - Date.parse(got ?? ''));
    if (expected !== got && !(away <= toleranceMs)) this.#check(what, expected ?? 'none', got ?? 'none');
  }

  #compareCronJob({ metadata: { name, generation }, status }: CronCapture['cronjobs'][number]): void {
    const stored = this.#lab.cluster.get('CronJob', this.#lab.namespace, name);
    const text = (cron: CronJob['status'], count: number | undefined): string => {
      const active = (cron.active ?? []).map(({ kind, apiVersion, name: job }) => `${apiVersion} ${kind} ${job}`);
      return `generation ${count} ${active.join(', ')} ${cron.lastScheduleTime ?? 'never'}`;
    };
    this.#check(`${name}: status`, text(status, generation), text(stored.status, stored.metadata.generation));
    const [success, own] = [status.lastSuccessfulTime, stored.status.lastSuccessfulTime];
    this.#near(`${name}: last success`, success && `${success}`, own && `${own}`, LATE_MS);
    this.#check(`${name}: running`, activeWrites(this.#capture.timeline, name), activeWrites(this.#lab.timeline(), name));
  }
}

/** Plays the CronJobs of the capture: runs with names, annotations and times, statuses, history, events. */
export function runCronJobs(captures: readonly CronCapture[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'cron jobs', agree: 0, total: 0, disagree: [], later: [] };
  for (const capture of captures) {
    const found = new CronPlay(capture).play();
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}

import { type CronSchedule, parseCron } from '#shared/kube/cron.ts';
import type { CronJob, Job } from '#shared/kube/kinds.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { isTimeZone, zonedTimestamp } from '#shared/kube/timeZone.ts';
import type { Status } from '#shared/kube/types.ts';
import type { Client, EventRecorder } from '../../client/types.ts';
import { finishedType, jobName, jobOf, referenceTo, superfluousJobs } from './jobs.ts';
import { latestDue, untilNextMs } from './schedule.ts';

/** What a sync works with. */
export interface CronTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  job(namespace: string, name: string): Job | undefined;
}

/** When to look again (undefined: when something changes), and what was refused. */
export interface CronOutcome {
  readonly againMs?: number | undefined;
  readonly failure?: Status;
}

type CronStatus = CronJob['status'];

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 1123 with a numeric zone, in UTC: `Mon, 23 Nov 2026 08:17:00 +0000`. */
function longTime(epochMs: number): string {
  const [date = '', time = ''] = zonedTimestamp('UTC', epochMs).split(/[TZ]/);
  const [year = '', month = '', day = ''] = date.split('-');
  const weekday = DAYS[((Math.floor(epochMs / 86_400_000) % 7) + 7) % 7];
  return `${weekday}, ${day} ${MONTHS[Number(month) - 1]} ${year} ${time} +0000`;
}

/** One look at a CronJob. */
class CronSync {
  readonly #tools: CronTools;
  readonly #cronJob: CronJob;
  readonly #jobs: readonly Job[];
  readonly #nowMs: number;
  #status: CronStatus;

  constructor(tools: CronTools, cronJob: CronJob, jobs: readonly Job[]) {
    this.#tools = tools;
    this.#cronJob = cronJob;
    this.#jobs = jobs;
    this.#nowMs = tools.nowMs();
    this.#status = cronJob.status ?? {};
  }

  /** Models ControllerV2.sync: history first, then what runs, then what is due; the status is written once. */
  run(): CronOutcome {
    for (const job of superfluousJobs(this.#cronJob, this.#jobs)) this.#deleteJob(job);
    this.#observe();
    const outcome = this.#schedule();
    const before = this.#cronJob.status ?? {};
    if (this.#status === before) return outcome;
    const written = this.#tools.client.updateStatus({ ...this.#cronJob, status: this.#status });
    if (written.ok || written.error.reason === 'NotFound' || outcome.failure !== undefined) return outcome;
    return { failure: written.error };
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#tools.recorder.event(this.#cronJob, type, reason, message);
  }

  #isActive(uid: string | undefined): boolean {
    return this.#status.active?.some((one) => one.uid === uid) ?? false;
  }

  #dropActive(uid: string | undefined): void {
    const { active = [], ...rest } = this.#status;
    const left = active.filter((one) => one.uid !== uid);
    if (left.length === active.length) return;
    this.#status = left.length === 0 ? rest : { ...rest, active: left };
  }

  /** Deletes a Job with its pods; false when that was refused. */
  #deleteJob(job: Job): boolean {
    const { namespace = '', name, uid } = job.metadata;
    const gone = this.#tools.client.delete({ kind: 'Job', namespace, name }, { propagationPolicy: 'Background' });
    if (!gone.ok && gone.error.reason !== 'NotFound') {
      this.#event('Warning', 'FailedDelete', `Deleted job: ${gone.error.message}`);
      return false;
    }
    this.#dropActive(uid);
    this.#event('Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }

  /** Which of its Jobs have ended, appeared or vanished. Models the first part of syncCronJob. */
  #observe(): void {
    for (const job of this.#jobs) {
      const { name, uid } = job.metadata;
      const over = finishedType(job);
      if (over === undefined && !this.#isActive(uid)) {
        this.#event('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      } else if (over !== undefined && this.#isActive(uid)) {
        this.#dropActive(uid);
        this.#event('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${over}`);
      }
      if (over === 'Complete') this.#noteSuccess(job);
    }
    const present = new Set(this.#jobs.map((job) => job.metadata.uid));
    for (const { uid, namespace = '', name = '' } of this.#status.active ?? []) {
      if (present.has(uid) || this.#tools.job(namespace, name) !== undefined) continue;
      this.#event('Normal', 'MissingJob', `Active job went missing: ${name}`);
      this.#dropActive(uid);
    }
  }

  #noteSuccess(job: Job): void {
    const ended = job.status.completionTime;
    const last = this.#status.lastSuccessfulTime;
    if (ended === undefined || (last !== undefined && Date.parse(`${ended}`) <= Date.parse(`${last}`))) return;
    this.#status = { ...this.#status, lastSuccessfulTime: ended };
  }

  /** The schedule, unless something keeps the CronJob from running. */
  #readSchedule(): CronSchedule | undefined {
    const { spec, metadata } = this.#cronJob;
    if (metadata.deletionTimestamp !== undefined) return undefined;
    const { timeZone } = spec;
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      const why = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
      this.#event('Warning', 'UnknownTimeZone', why);
      return undefined;
    }
    if (spec.suspend === true) return undefined;
    const shown = JSON.stringify(spec.schedule);
    if (spec.schedule.includes('TZ')) {
      const where = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';
      const why = `CRON_TZ or TZ used in schedule ${shown} is not officially supported, see ${where} for more details`;
      this.#event('Warning', 'UnsupportedSchedule', why);
    }
    const parsed = parseCron(spec.schedule, timeZone);
    if (!parsed.ok) this.#event('Warning', 'UnparseableSchedule', `unparseable schedule: ${shown} : ${parsed.error}`);
    return parsed.ok ? parsed.value : undefined;
  }

  /** Starts what is due. Models the second part of syncCronJob. */
  #schedule(): CronOutcome {
    const schedule = this.#readSchedule();
    if (schedule === undefined) return {};
    const { spec } = this.#cronJob;
    const due = latestDue(this.#cronJob, schedule, this.#nowMs, true);
    if (due.error !== undefined) {
      this.#event('Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : ${due.error}`);
      return {};
    }
    const { runMs } = due;
    if (runMs === undefined) return this.#wait(schedule);
    if (due.missed === 'many') {
      const why = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.#event('Warning', 'TooManyMissedTimes', why);
    }
    const deadline = spec.startingDeadlineSeconds;
    if (deadline !== undefined && runMs + deadline * 1000 < this.#nowMs) {
      this.#event('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${longTime(runMs)}`);
      return this.#wait(schedule);
    }
    if (this.#isProcessed(runMs)) return this.#wait(schedule);
    const active = this.#status.active ?? [];
    if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
      const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#event('Normal', 'JobAlreadyActive', why);
      return this.#wait(schedule);
    }
    if (spec.concurrencyPolicy === 'Replace') {
      const refused = this.#replace();
      if (refused !== undefined) return { failure: refused };
    }
    return this.#start(schedule, runMs);
  }

  #isProcessed(runMs: number): boolean {
    const { active = [], lastScheduleTime } = this.#status;
    if (lastScheduleTime !== undefined && Date.parse(`${lastScheduleTime}`) === runMs) return true;
    const name = jobName(this.#cronJob, runMs);
    return active.some((one) => one.name === name && one.namespace === this.#cronJob.metadata.namespace);
  }

  #wait(schedule: CronSchedule): CronOutcome {
    const cronJob = { ...this.#cronJob, status: this.#status };
    return { againMs: untilNextMs(cronJob, schedule, this.#nowMs) };
  }

  /** Deletes what still runs. */
  #replace(): Status | undefined {
    for (const { namespace = '', name = '' } of this.#status.active ?? []) {
      const found = this.#tools.client.get('Job', namespace, name);
      if (!found.ok) {
        this.#event('Warning', 'FailedGet', `Get job: ${found.error.message}`);
        return found.error;
      }
      if (!this.#deleteJob(found.value)) {
        const message = `could not replace job ${namespace}/${name}`;
        return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 };
      }
    }
    return undefined;
  }

  #start(schedule: CronSchedule, runMs: number): CronOutcome {
    const wanted = jobOf(this.#cronJob, runMs);
    const created = this.#tools.client.create(wanted);
    let job: Job | undefined;
    if (created.ok) {
      job = created.value;
      this.#event('Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
    } else if (created.error.reason === 'AlreadyExists') {
      // Made by this controller before it could say so in the status, or by somebody else.
      job = this.#tools.job(wanted.metadata.namespace ?? '', wanted.metadata.name);
      const ours = job !== undefined && controllerOf(job)?.uid === this.#cronJob.metadata.uid;
      if (!ours || this.#isActive(job?.metadata.uid)) return {};
    } else {
      const terminating = created.error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
      if (terminating !== true) this.#event('Warning', 'FailedCreate', `Error creating job: ${created.error.message}`);
      return { failure: created.error };
    }
    if (job === undefined) return {};
    const lastScheduleTime = zonedTimestamp('UTC', runMs);
    this.#status = { ...this.#status, active: [...(this.#status.active ?? []), referenceTo(job)], lastScheduleTime };
    return this.#wait(schedule);
  }
}

/** Brings a CronJob one step further. `jobs`: those it controls. Models pkg/controller/cronjob. */
export function syncCronJob(tools: CronTools, cronJob: CronJob, jobs: readonly Job[]): CronOutcome {
  return new CronSync(tools, cronJob, jobs).run();
}

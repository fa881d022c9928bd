import type { CronSchedule } from '#shared/kube/cron.ts';
import type { CronJob } from '#shared/kube/kinds.ts';

/** Added to the wait for a next run, so that clocks that differ a little do not wake the controller too early. Models nextScheduleDelta. */
const MARGIN_MS = 100;
/** More missed runs than this are told as too many. */
const MANY = 100;
export const ENDLESS = 'time difference between two schedules is less than 1 second';

/** The last run that is due. Times in milliseconds since the Unix epoch. */
export interface Due {
  /** Runs are looked for after this time. */
  readonly earliestMs: number;
  /** The latest run that should have begun; undefined when none is due. */
  readonly runMs: number | undefined;
  readonly missed: 'none' | 'few' | 'many';
  /** The schedule never comes. */
  readonly error?: string;
}

/** The latest run due between the last one and now. `deadline`: look no further back than startingDeadlineSeconds. Models mostRecentScheduleTime. */
export function latestDue(cronJob: CronJob, schedule: CronSchedule, nowMs: number, deadline: boolean): Due {
  const { lastScheduleTime } = cronJob.status ?? {};
  let earliestMs = Date.parse(`${lastScheduleTime ?? cronJob.metadata.creationTimestamp}`);
  const seconds = cronJob.spec.startingDeadlineSeconds;
  if (deadline && seconds !== undefined) earliestMs = Math.max(earliestMs, nowMs - seconds * 1000);
  const first = schedule.next(earliestMs);
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || second === undefined) {
    if (first !== undefined && nowMs < first) return { earliestMs, runMs: undefined, missed: 'none' };
    return { earliestMs, runMs: undefined, missed: 'none', error: ENDLESS };
  }
  if (nowMs < first) return { earliestMs, runMs: undefined, missed: 'none' };
  if (nowMs < second) return { earliestMs, runMs: first, missed: 'none' };
  const between = Math.round((second - first) / 1000);
  if (between < 1) return { earliestMs, runMs: undefined, missed: 'none', error: ENDLESS };
  const missed = Math.floor(Math.floor((nowMs - first) / 1000) / between) + 1;
  let runMs: number | undefined;
  // One step back from the estimate, since not every schedule is regular.
  for (let at = schedule.next(first + (missed - 2) * between * 1000); at !== undefined && at <= nowMs; at = schedule.next(at)) {
    runMs = at;
  }
  return { earliestMs, runMs, missed: missed > MANY ? 'many' : 'few' };
}

/** Milliseconds until the controller has to look again; undefined when no run will ever come. Models nextScheduleTimeDuration. */
export function untilNextMs(cronJob: CronJob, schedule: CronSchedule, nowMs: number): number | undefined {
  const due = latestDue(cronJob, schedule, nowMs, false);
  let from = due.runMs ?? due.earliestMs;
  if (due.error !== undefined || (due.runMs === undefined && due.missed !== 'none')) from = nowMs;
  const next = schedule.next(from);
  return next === undefined ? undefined : next + MARGIN_MS - nowMs;
}

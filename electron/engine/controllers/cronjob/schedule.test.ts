import { describe, expect, it } from 'vitest';
import { parseCron } from '#shared/kube/cron.ts';
import type { CronJob } from '#shared/kube/kinds.ts';
import { ENDLESS, latestDue, untilNextMs } from './schedule.ts';

const at = (text: string): number => Date.parse(`2026-01-01T${text}Z`);

function cronJob(schedule: string, more: { last?: string; deadline?: number } = {}) {
  const status = more.last === undefined ? {} : { lastScheduleTime: `2026-01-01T${more.last}Z` };
  const spec = { schedule, ...(more.deadline === undefined ? {} : { startingDeadlineSeconds: more.deadline }) };
  const object = { metadata: { creationTimestamp: '2026-01-01T00:00:30Z' }, spec, status } as unknown as CronJob;
  const parsed = parseCron(schedule);
  if (!parsed.ok) throw new Error(parsed.error);
  return { object, schedule: parsed.value };
}

describe('the run that is due', () => {
  it.each<[string, string, { last?: string; deadline?: number }, string, string | undefined, string]>([
    ['none yet', '0 * * * *', {}, '00:59:59', undefined, 'none'],
    ['the first', '0 * * * *', {}, '01:00:00', '01:00:00', 'none'],
    ['the one before', '0 * * * *', { last: '01:00:00' }, '02:30:00', '02:00:00', 'none'],
    ['the latest of some', '0 * * * *', { last: '01:00:00' }, '05:30:00', '05:00:00', 'few'],
    ['the latest of many', '* * * * *', {}, '02:30:30', '02:30:00', 'many'],
    ['few within the deadline', '* * * * *', { deadline: 200 }, '02:30:30', '02:30:00', 'few'],
    ['none within the deadline', '0 * * * *', { deadline: 60 }, '02:30:30', undefined, 'none'],
    ['an irregular one', '30 6-16/4 * * *', { last: '06:30:00' }, '15:00:00', '14:30:00', 'few'],
    ['every so often', '@every 10m', {}, '00:31:00', '00:30:30', 'few'],
  ])('%s', (_name, text, more, now, run, missed) => {
    const { object, schedule } = cronJob(text, more);
    const due = latestDue(object, schedule, at(now), true);
    expect([due.runMs, due.missed]).toEqual([run === undefined ? undefined : at(run), missed]);
  });

  it('never comes', () => {
    const { object, schedule } = cronJob('0 0 31 2 *');
    expect(latestDue(object, schedule, at('12:00:00'), true).error).toBe(ENDLESS);
    expect(untilNextMs(object, schedule, at('12:00:00'))).toBeUndefined();
  });

  it.each([
    ['before the first', '00:40:00', undefined, 20 * 60_000 + 100],
    ['after a run', '01:00:01', '01:00:00', 3_599_000 + 100],
    ['after missed ones', '04:30:00', '01:00:00', 30 * 60_000 + 100],
  ])('next look %s', (_name, now, last, wait) => {
    const { object, schedule } = cronJob('0 * * * *', last === undefined ? {} : { last });
    expect(untilNextMs(object, schedule, at(now))).toBe(wait);
  });
});

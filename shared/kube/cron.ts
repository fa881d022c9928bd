import { CronDate, CronPattern } from 'croner';
import { err, ok, type Result } from '../core/result.ts';
import { type CronFields, parseCronFields } from './cronFields.ts';
import { isTimeZone, zoneOffsetMs } from './timeZone.ts';

/** When something recurs. Times are milliseconds since the Unix epoch. */
export interface CronSchedule {
  /** The first time after `afterMs`; undefined when there is none within five years, as for 31 February. */
  next(afterMs: number): number | undefined;
}

const SECOND = 1000;
const DAY = 86_400_000;
/** How finely a time zone is searched for changes of its offset; rules of zones are at least some days apart. */
const OFFSET_STEP = 7 * DAY;
/** Years a schedule is searched. Models the year limit of robfig/cron SpecSchedule.Next. */
const YEARS = 5;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads a schedule of five fields or a descriptor (`@daily`, `@every 90s`), in the time zone given (one that exists; UTC when there is none). The error is
 * the text the API server shows. Models robfig/cron ParseStandard.
 */
export function parseCron(text: string, timeZone = 'UTC'): Result<CronSchedule, string> {
  if (text === '') return err('empty spec string');
  const zoned = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/s.exec(text);
  if (zoned !== null) {
    const [, zone = '', rest = ''] = zoned;
    const known = zone === '' || isTimeZone(zone);
    return known ? parseCron(rest.trim(), zone || 'UTC') : err(`provided bad location ${zone}: unknown time zone ${zone}`);
  }
  if (text.startsWith('@')) return parseDescriptor(text, timeZone);
  const fields = parseCronFields(text);
  return fields.ok ? ok(wallClockSchedule(fields.value, timeZone)) : fields;
}

function parseDescriptor(text: string, timeZone: string): Result<CronSchedule, string> {
  const standard = DESCRIPTORS[text];
  if (standard !== undefined) return parseCron(standard, timeZone);
  const every = '@every ';
  if (!text.startsWith(every)) return err(`unrecognized descriptor: ${text}`);
  const delay = parseDuration(text.slice(every.length));
  if (!delay.ok) return err(`failed to parse duration ${text}: ${delay.error}`);
  // Whole seconds, and never less than one.
  const period = Math.max(SECOND, delay.value - (delay.value % SECOND));
  return ok({ next: (afterMs) => afterMs + period - mod(afterMs, SECOND) });
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
};

/** Milliseconds of a Go duration such as `1h30m`. Models time.ParseDuration. */
function parseDuration(text: string): Result<number, string> {
  const shown = JSON.stringify(text);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return ok(0);
  if (rest === '') return err(`time: invalid duration ${shown}`);
  let total = 0;
  while (rest !== '') {
    const number = /^(?:\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return err(`time: invalid duration ${shown}`);
    rest = rest.slice(number.length);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return err(`time: missing unit in duration ${shown}`);
    const scale = UNITS[unit];
    if (scale === undefined) return err(`time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`);
    total += Number(number) * scale;
    rest = rest.slice(unit.length);
  }
  return ok(Math.trunc(sign * total));
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/**
 * A schedule by the clock on the wall: a time that a change to summer time leaves out does not happen, one that a change back repeats
 * happens twice. The library finds the next matching reading of the clock; the zone's offsets make an instant of it.
 */
function wallClockSchedule(fields: CronFields, timeZone: string): CronSchedule {
  const pattern = [fields.minute, fields.hour, fields.day, fields.month, fields.weekday];
  if (pattern.some((values) => values.length === 0)) return { next: () => undefined };
  // The library's Cron asks for the present time even when it is told where to begin; its parts do not.
  const lists = pattern.map((values) => values.join(',')).join(' ');
  const cron = new CronPattern(lists, 'UTC', { mode: '5-part' });
  const nextReading = (reading: number): number | undefined =>
    new CronDate(new Date(reading), 'UTC').increment(cron, { domAndDow: fields.bothDays }, true)?.getDate(false).getTime();
  return {
    next(afterMs) {
      const start = afterMs - mod(afterMs, SECOND);
      const limit = start + (YEARS * 366 + 1) * DAY;
      let from = start;
      while (from < limit) {
        const offset = zoneOffsetMs(timeZone, from);
        // At the start of a stretch the very first reading counts too.
        const reading = nextReading(from + offset - (from === start ? 0 : SECOND));
        if (reading === undefined) return undefined;
        const instant = reading - offset;
        const change = offsetChange(timeZone, from, Math.min(instant, limit), offset);
        if (change === undefined) return instant > limit ? undefined : instant;
        from = change;
      }
      return undefined;
    },
  };
}

/** First whole second in (from, until] with another offset than the one given. */
function offsetChange(timeZone: string, from: number, until: number, offset: number): number | undefined {
  if (timeZone === 'UTC') return undefined;
  let low = from;
  while (low < until) {
    let high = Math.min(low + OFFSET_STEP, until);
    if (zoneOffsetMs(timeZone, high) === offset) {
      low = high;
      continue;
    }
    while (high - low > SECOND) {
      const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
      if (zoneOffsetMs(timeZone, middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
  return undefined;
}

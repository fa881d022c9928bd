import { CronDate } from 'croner';

/** Zones of the time zone database whose name is one word. */
const SINGLE = new Set(
  (
    'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire Factory GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel ' +
    'Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT UTC ' +
    'Universal W-SU WET Zulu'
  ).split(' '),
);
const AREA =
  /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)(?:\/[A-Z][A-Za-z0-9_+-]*)+$/;
/** Words in capitals only, beyond the short ones that exist (`Australia/NSW`, `Etc/UTC`): the runtime does not care, the database does. */
const SHOUTED = /\/[A-Z_-]{4,}(?:\/|$)/;

const known = new Map<string, boolean>([['UTC', true]]);

/** Whether the time zone database has a zone of that name, in that spelling. Models Go's time.LoadLocation. */
export function isTimeZone(zone: string): boolean {
  const before = known.get(zone);
  if (before !== undefined) return before;
  const spelled = SINGLE.has(zone) || (AREA.test(zone) && !SHOUTED.test(zone));
  const exists = spelled && canRead(zone);
  known.set(zone, exists);
  return exists;
}

function canRead(zone: string): boolean {
  try {
    return Number.isInteger(new CronDate('2000-01-01T00:00:00Z', zone).year);
  } catch {
    return false;
  }
}

/** Milliseconds the zone's clocks are ahead of UTC at an instant (milliseconds since the epoch). The zone must exist. */
export function zoneOffsetMs(zone: string, atMs: number): number {
  if (zone === 'UTC') return 0;
  const second = Math.floor(atMs / 1000) * 1000;
  const reading = new CronDate(new Date(second), zone);
  return Date.UTC(reading.year, reading.month, reading.day, reading.hour, reading.minute, reading.second) - second;
}

/** RFC 3339 of an instant as the zone's clocks show it, with `Z` for UTC: `2026-11-23T09:17:00+01:00`. */
export function zonedTimestamp(zone: string, atMs: number): string {
  const offset = zoneOffsetMs(zone, atMs);
  const text = new Date(atMs + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

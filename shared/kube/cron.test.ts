import { describe, expect, it, vi } from 'vitest';
import { parseCron } from './cron.ts';
import { isTimeZone, zonedTimestamp } from './timeZone.ts';

function runs(schedule: string, zone: string | undefined, from: string, count: number): string[] {
  const parsed = parseCron(schedule, zone);
  if (!parsed.ok) return [parsed.error];
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  while (found.length < count) {
    at = parsed.value.next(at);
    if (at === undefined) return [...found, 'never'];
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('next times', () => {
  it.each([
    ['every minute, strictly after', '* * * * *', undefined, '2026-01-01T00:00:00Z', ['2026-01-01T00:01', '2026-01-01T00:02']],
    ['a fraction of a second later', '* * * * *', undefined, '2026-01-01T00:00:59.900Z', ['2026-01-01T00:01']],
    ['steps from a number', '0 0 5/10 * *', undefined, '2026-11-01T05:00:00Z', ['2026-11-05T00:00', '2026-11-15T00:00']],
    ['either kind of day', '0 12 15 * MON', undefined, '2026-11-10T00:00:00Z', ['2026-11-15T12:00', '2026-11-16T12:00']],
    ['weekdays alone', '0 12 * * mon-tue', undefined, '2026-11-10T00:00:00Z', ['2026-11-10T12:00', '2026-11-16T12:00']],
    [
      'an asterisk with a step is no asterisk',
      '0 12 */10 * MON',
      undefined,
      '2026-11-10T13:00:00Z',
      ['2026-11-11T12:00', '2026-11-16T12:00'],
    ],
    ['the 29th of February', '0 0 29 2 *', undefined, '2026-11-01T00:00:00Z', ['2028-02-29T00:00']],
    ['a day that never comes', '59 23 31 2 *', undefined, '2026-11-01T00:00:00Z', ['never']],
    ['nothing between commas', ', * * * *', undefined, '2026-11-01T00:00:00Z', ['never']],
    ['macro in a zone of half hours', '@hourly', 'Asia/Kolkata', '2026-11-01T05:00:00Z', ['2026-11-01T05:30']],
    ['every so often', '@every 1m30s', undefined, '2026-11-01T05:00:00.500Z', ['2026-11-01T05:01', '2026-11-01T05:03']],
    ['at least a second', '@every 1ms', undefined, '2026-11-01T05:00:59Z', ['2026-11-01T05:01']],
    ['left out by summer time', '30 2 * * *', 'Europe/Paris', '2026-03-27T12:00:00Z', ['2026-03-28T01:30', '2026-03-30T00:30']],
    [
      'repeated by winter time',
      '30 2 * * *',
      'Europe/Paris',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30'],
    ],
    ['across a change', '0 0 1 1 *', 'Europe/Paris', '2026-05-01T00:00:00Z', ['2026-12-31T23:00', '2027-12-31T23:00']],
    ['a zone in the text', 'CRON_TZ=Asia/Tokyo 0 9 * * *', undefined, '2026-05-01T00:00:00Z', ['2026-05-02T00:00']],
  ])('%s', (_name, schedule, zone, from, expected) => {
    expect(runs(schedule, zone, from, expected.length)).toEqual(expected);
  });
});

it('never asks for the present time', () => {
  class Frozen extends Date {
    constructor(...given: unknown[]) {
      if (given.length === 0) throw new Error('the present time');
      super(...(given as [number]));
    }
    static override now(): number {
      throw new Error('the present time');
    }
  }
  vi.stubGlobal('Date', Frozen);
  try {
    expect(runs('30 2 1,15 * *', 'Europe/Paris', '2026-03-27T12:00:00Z', 1)).toEqual(['2026-04-01T00:30']);
  } finally {
    vi.unstubAllGlobals();
  }
});

describe('what is wrong with a schedule', () => {
  it.each([
    ['', 'empty spec string'],
    ['every minute', 'expected exactly 5 fields, found 2: [every minute]'],
    ['0 * * * * *', 'expected exactly 5 fields, found 6: [0 * * * * *]'],
    ['61 * * * *', 'end of range (61) above maximum (59): 61'],
    ['0-61 * * * *', 'end of range (61) above maximum (59): 0-61'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* 9-3 * * *', 'beginning of range (9) beyond end of range (3): 9-3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    [
      '99999999999999999999 * * * *',
      'failed to parse int from 99999999999999999999: strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
    ['-5 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ['* * * foo *', 'failed to parse int from foo: strconv.Atoi: parsing "foo": invalid syntax'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['@every 5x', 'failed to parse duration @every 5x: time: unknown unit "x" in duration "5x"'],
    ['TZ=Mars/Olympus * * * * *', 'provided bad location Mars/Olympus: unknown time zone Mars/Olympus'],
  ])('%s', (schedule, message) => {
    expect(parseCron(schedule)).toEqual({ ok: false, error: message });
  });
});

describe('time zones', () => {
  it.each([
    ['Europe/Paris', true],
    ['America/Argentina/Buenos_Aires', true],
    ['Etc/GMT+5', true],
    ['US/Pacific', true],
    ['EST5EDT', true],
    ['UTC', true],
    ['europe/paris', false],
    ['Europe/PARIS', false],
    ['Mars/Olympus', false],
    ['Local', false],
    ['+01', false],
    ['IST', false],
  ])('%s: %s', (zone, exists) => {
    expect(isTimeZone(zone)).toBe(exists);
  });

  it('writes an instant as the zone reads it', () => {
    const at = Date.parse('2026-11-23T08:17:00Z');
    expect(['UTC', 'Europe/Paris', 'America/St_Johns'].map((zone) => zonedTimestamp(zone, at))).toEqual([
      '2026-11-23T08:17:00Z',
      '2026-11-23T09:17:00+01:00',
      '2026-11-23T04:47:00-03:30',
    ]);
  });
});

import { err, ok, type Result } from '../core/result.ts';

/** The values of each field in ascending order. `bothDays`: day of month and weekday must both fit, else one of them is enough. */
export interface CronFields {
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly day: readonly number[];
  readonly month: readonly number[];
  readonly weekday: readonly number[];
  readonly bothDays: boolean;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

interface Field {
  readonly values: readonly number[];
  /** An asterisk without a step is among its parts. */
  readonly star: boolean;
}

const FIELDS = 5;
const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS: Bounds = { min: 1, max: 31 };
const MONTHS: Bounds = {
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const WEEKDAYS: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

/** Reads the five fields of a schedule; the error is the parser's own text. Models robfig/cron Parser.Parse and getField. */
export function parseCronFields(text: string): Result<CronFields, string> {
  const parts = text.split(/[\s\u0085]+/).filter((part) => part !== '');
  if (parts.length !== FIELDS) return err(`expected exactly ${FIELDS} fields, found ${parts.length}: [${parts.join(' ')}]`);
  const fields: Field[] = [];
  for (const [at, bounds] of [MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS].entries()) {
    const field = parseField(parts[at] ?? '', bounds);
    if (!field.ok) return field;
    fields.push(field.value);
  }
  const [minute, hour, day, month, weekday] = fields.map((field) => field.values);
  return ok({
    minute: minute ?? [],
    hour: hour ?? [],
    day: day ?? [],
    month: month ?? [],
    weekday: weekday ?? [],
    bothDays: fields[2]?.star === true || fields[4]?.star === true,
  });
}

/** Alternatives between commas; empty ones count for nothing. */
function parseField(text: string, bounds: Bounds): Result<Field, string> {
  const values = new Set<number>();
  let star = false;
  for (const part of text.split(',').filter((one) => one !== '')) {
    const range = parseRange(part, bounds);
    if (!range.ok) return range;
    for (let value = range.value.start; value <= range.value.end; value += range.value.step) values.add(value);
    star ||= range.value.star;
  }
  return ok({ values: [...values].sort((a, b) => a - b), star });
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly star: boolean;
}

/** `*`, `5`, `5-10`, each with an optional `/step`. Models robfig/cron getRange. */
function parseRange(text: string, bounds: Bounds): Result<Range, string> {
  const parts = text.split('/');
  const limits = (parts[0] ?? '').split('-');
  let { min: start, max: end } = bounds;
  const any = limits[0] === '*' || limits[0] === '?';
  if (!any) {
    const low = parseValue(limits[0] ?? '', bounds.names, bounds.min);
    if (!low.ok) return low;
    start = low.value;
    end = low.value;
    if (limits.length > 2) return err(`too many hyphens: ${text}`);
    if (limits.length === 2) {
      const high = parseValue(limits[1] ?? '', bounds.names, bounds.min);
      if (!high.ok) return high;
      end = high.value;
    }
  }
  let step = 1;
  if (parts.length > 2) return err(`too many slashes: ${text}`);
  if (parts.length === 2) {
    const read = parseNumber(parts[1] ?? '');
    if (!read.ok) return read;
    step = read.value;
    // `5/10` means from five to the end.
    if (limits.length === 1) end = bounds.max;
  }
  if (start < bounds.min) return err(`beginning of range (${start}) below minimum (${bounds.min}): ${text}`);
  if (end > bounds.max) return err(`end of range (${end}) above maximum (${bounds.max}): ${text}`);
  if (start > end) return err(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) return err(`step of range should be a positive number: ${text}`);
  return ok({ start, end, step, star: any && step === 1 });
}

/** A number, or the name of a month or weekday in any case. */
function parseValue(text: string, names: readonly string[] | undefined, first: number): Result<number, string> {
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at >= 0 ? ok(at + first) : parseNumber(text);
}

function parseNumber(text: string): Result<number, string> {
  const shown = `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}`;
  if (!/^[+-]?\d+$/.test(text)) return err(`${shown}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (value >= 2n ** 63n || value < -(2n ** 63n)) return err(`${shown}: value out of range`);
  return value < 0n ? err(`negative number (${value}) not allowed: ${text}`) : ok(Number(value));
}

import { err, ok, type Result } from '../core/result.ts';

/** A number or a percentage such as `25%`. Models apimachinery/pkg/util/intstr IntOrString. */
export type IntOrPercent = number | string;

/** Per cent of a well-formed percentage text (`25%` is 25); undefined for anything else. */
export function parsePercent(text: string): number | undefined {
  const match = /^([+-]?[0-9]+)%$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The number itself, or the percentage of `total` rounded up or down. The error is upstream's text.
 * Models intstr.GetScaledValueFromIntOrPercent.
 */
export function scaleIntOrPercent(value: IntOrPercent | undefined, total: number, roundUp: boolean): Result<number, string> {
  if (value === undefined) return err('nil value for IntOrString');
  if (typeof value === 'number') return ok(value);
  const percent = parsePercent(value);
  if (percent === undefined) {
    const why = value.endsWith('%') ? `invalid value "${value}"` : 'invalid type: string is not a percentage';
    return err(`invalid value for IntOrString: ${why}`);
  }
  const scaled = (percent * total) / 100;
  return ok(roundUp ? Math.ceil(scaled) : Math.floor(scaled));
}

import { regexError, tooManyCharacters } from '#shared/kube/names.ts';
import { inclusiveRange } from './errors.ts';

/** Complaints about a port number. */
export function checkPortNumber(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : [inclusiveRange(1, 65_535)];
}

/** Complaints about a port's name. Models validation.IsValidPortName. */
export function checkPortName(name: string): string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push(tooManyCharacters(15));
  if (!/^[-a-z0-9]+$/.test(name)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** Complaint about a header's name in a probe. */
export function checkHeaderName(name = ''): string[] {
  if (/^[-A-Za-z0-9]+$/.test(name)) return [];
  return [regexError("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', 'X-Header-Name')];
}

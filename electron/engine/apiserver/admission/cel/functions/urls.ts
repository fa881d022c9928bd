import type { Environment } from '@marcbachmann/cel-js';
import { compareStrings } from '#shared/core/compare.ts';
import { CelFault } from '../values.ts';

const URL_FORM =
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d*))?)?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/;

class UrlValue {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
  readonly hasHost: boolean;

  constructor(match: RegExpExecArray) {
    this.scheme = (match[1] ?? '').toLowerCase();
    this.hasHost = match[2] !== undefined;
    this.hostname = (match[2] ?? '').replace(/^\[|\]$/g, '');
    this.port = match[3] ?? '';
    this.path = match[4] ?? '';
    this.query = match[5] ?? '';
  }
}

/** Absolute addresses and absolute paths only. Models url.ParseRequestURI. */
function parseUrl(text: string): UrlValue {
  const fault = (why: string): CelFault =>
    new CelFault(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`);
  if (text === '') throw fault('empty url');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) throw fault('net/url: invalid control character in URL');
  const match = URL_FORM.exec(text);
  if (match === null) throw fault('invalid URI for request');
  const url = new UrlValue(match);
  if (url.scheme === '' && !text.startsWith('/')) throw fault('invalid URI for request');
  if (url.scheme !== '' && !url.hasHost && !url.path.startsWith('/')) throw fault('invalid URI for request');
  if (url.hostname.includes(' ')) throw fault('invalid character " " in host name');
  return url;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function queryOf(url: UrlValue): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const pair of url.query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const key = decode(at < 0 ? pair : pair.slice(0, at));
    result[key] = [...(result[key] ?? []), at < 0 ? '' : decode(pair.slice(at + 1))];
  }
  return result;
}

function isUrl(text: string): boolean {
  try {
    parseUrl(text);
    return true;
  } catch (error) {
    if (error instanceof CelFault) return false;
    throw error;
  }
}

const hostOf = (url: UrlValue): string => {
  const name = url.hostname.includes(':') ? `[${url.hostname}]` : url.hostname;
  return url.port === '' ? name : `${name}:${url.port}`;
};

/** URLs. Models apiserver/pkg/cel/library urls. */
export function registerUrls(env: Environment): void {
  const type = 'kubernetes.URL';
  env.registerType(type, UrlValue);
  env.registerFunction(`url(string): ${type}`, parseUrl);
  env.registerFunction('isURL(string): bool', isUrl);
  env.registerFunction(`${type}.getScheme(): string`, ({ scheme }: UrlValue) => scheme);
  env.registerFunction(`${type}.getHost(): string`, hostOf);
  env.registerFunction(`${type}.getHostname(): string`, ({ hostname }: UrlValue) => hostname);
  env.registerFunction(`${type}.getPort(): string`, ({ port }: UrlValue) => port);
  env.registerFunction(`${type}.getEscapedPath(): string`, ({ path }: UrlValue) => path);
  env.registerFunction(`${type}.getQuery(): map<string, list<string>>`, queryOf);
  const same = (a: UrlValue, b: UrlValue): boolean =>
    a.scheme === b.scheme && hostOf(a) === hostOf(b) && a.path === b.path && a.query === b.query;
  env.registerOperator(`${type} == ${type}`, same);
}

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-.]+))?(?:\+([0-9A-Za-z-.]+))?$/;

class SemverValue {
  readonly numbers: readonly [number, number, number];
  readonly pre: readonly string[];

  constructor(match: RegExpExecArray) {
    this.numbers = [Number(match[1]), Number(match[2]), Number(match[3])];
    this.pre = match[4] === undefined ? [] : match[4].split('.');
  }
}

/** `v1.2` as `1.2.0`, and leading zeros dropped. Models library semver normalizeAndParse. */
function normalized(text: string): string {
  const bare = text.replace(/^v/, '');
  const cut = /[-+]/.exec(bare)?.index ?? bare.length;
  const parts = bare.slice(0, cut).split('.');
  while (parts.length < 3) parts.push('0');
  return parts.map((part) => (/^\d+$/.test(part) ? String(Number(part)) : part)).join('.') + bare.slice(cut);
}

function parseSemver(text: string, normalize = false): SemverValue {
  const match = SEMVER.exec(normalize ? normalized(text) : text);
  if (match === null) throw new CelFault('No Major.Minor.Patch elements found');
  return new SemverValue(match);
}

function comparePre(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left && right) return Math.sign(Number(a) - Number(b));
  if (left !== right) return left ? -1 : 1;
  return compareStrings(a, b);
}

function compareSemver(a: SemverValue, b: SemverValue): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const difference = comparePre(a.pre[i] ?? '', b.pre[i] ?? '');
    if (difference !== 0) return difference;
  }
  return Math.sign(a.pre.length - b.pre.length);
}

function isSemver(text: string, normalize = false): boolean {
  return SEMVER.test(normalize ? normalized(text) : text);
}

/** Semantic versions. Models apiserver/pkg/cel/library semver. */
export function registerSemver(env: Environment): void {
  const type = 'kubernetes.Semver';
  env.registerType(type, SemverValue);
  env.registerFunction(`semver(string): ${type}`, (text: string) => parseSemver(text));
  env.registerFunction(`semver(string, bool): ${type}`, parseSemver);
  env.registerFunction('isSemver(string): bool', (text: string) => isSemver(text));
  env.registerFunction('isSemver(string, bool): bool', isSemver);
  (['major', 'minor', 'patch'] as const).forEach((name, i) => {
    env.registerFunction(`${type}.${name}(): int`, ({ numbers }: SemverValue) => BigInt(numbers[i] ?? 0));
  });
  env.registerFunction(`${type}.isLessThan(${type}): bool`, (a: SemverValue, b: SemverValue) => compareSemver(a, b) < 0);
  env.registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: SemverValue, b: SemverValue) => compareSemver(a, b) > 0);
  env.registerFunction(`${type}.compareTo(${type}): int`, (a: SemverValue, b: SemverValue) => BigInt(compareSemver(a, b)));
  env.registerOperator(`${type} == ${type}`, (a: SemverValue, b: SemverValue) => compareSemver(a, b) === 0);
}

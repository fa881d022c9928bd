import type { Environment } from '@marcbachmann/cel-js';
import { CelFault } from '../values.ts';

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const cache = new Map<string, RegExp>();
const CACHE_LIMIT = 500;

/** A pattern of RE2, the language of cel-go, as a regular expression here. Throws CelFault for one that cannot be read. */
export function compilePattern(pattern: string): RegExp {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = translate(pattern.slice(flags?.[0].length ?? 0));
  const compiled = build(body, flags?.[1] ?? '', pattern);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(pattern, compiled);
  return compiled;
}

function build(body: string, flags: string, pattern: string): RegExp {
  // The strict mode refuses escapes that RE2 takes, the lax one takes what RE2 refuses; patterns that only the lax one knows are rare.
  for (const mode of ['u', '']) {
    try {
      return new RegExp(body, flags + mode);
    } catch {
      // Tried again in the other mode, then reported.
    }
  }
  throw new CelFault(`error parsing regexp: \`${pattern}\``);
}

function translate(pattern: string): string {
  if (/\(\?(?:<?[=!])/.test(pattern) || /\\[1-9]/.test(pattern)) {
    throw new CelFault(`error parsing regexp: invalid or unsupported Perl syntax: \`${pattern}\``);
  }
  return pattern
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_all, text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\^?)(\w+):\]/g, (all, negated: string, name: string) => (negated === '' ? (CLASSES[name] ?? all) : all))
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}');
}

function globalOf(pattern: string): RegExp {
  const compiled = compilePattern(pattern);
  return new RegExp(compiled.source, `${compiled.flags}g`);
}

/** `matches`, `find` and `findAll`. Models apiserver/pkg/cel/library regex. */
export function registerRegex(env: Environment): void {
  const matches = (text: string, pattern: string): boolean => compilePattern(pattern).test(text);
  env.registerFunction('string.matches__(string): bool', matches);
  env.registerFunction('matches(string, string): bool', matches);
  env.registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => compilePattern(pattern).exec(text)?.[0] ?? '',
  );
  const all = (text: string, pattern: string, limit: bigint): string[] => {
    const found = [...text.matchAll(globalOf(pattern))].map((match) => match[0]);
    return limit < 0n ? found : found.slice(0, Number(limit));
  };
  env.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => all(text, pattern, -1n));
  env.registerFunction('string.findAll(string, int): list<string>', all);
}

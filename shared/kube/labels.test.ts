import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  matchLabelSelector,
  matchRequirement,
  matchRequirements,
  parseSelector,
  printLabelSelector,
  printRequirements,
} from './labels.ts';

const labels = { app: 'web', tier: 'front', cores: '16', 'example.com/gpu': '' };

describe('matchRequirement', () => {
  it.each<[string, string, string[] | undefined, boolean]>([
    ['app', 'In', ['web', 'api'], true],
    ['app', 'In', ['api'], false],
    ['none', 'In', ['web'], false],
    ['app', 'NotIn', ['api'], true],
    ['app', 'NotIn', ['web'], false],
    ['none', 'NotIn', ['web'], true],
    ['example.com/gpu', 'Exists', undefined, true],
    ['none', 'Exists', undefined, false],
    ['none', 'DoesNotExist', undefined, true],
    ['app', 'DoesNotExist', undefined, false],
    ['cores', 'Gt', ['8'], true],
    ['cores', 'Gt', ['16'], false],
    ['cores', 'Lt', ['17'], true],
    ['cores', 'Lt', ['x'], false],
    ['app', 'Gt', ['1'], false],
    ['none', 'Lt', ['1'], false],
    ['constructor', 'Exists', undefined, false],
    ['app', 'Like', ['web'], false],
  ])('%s %s %j is %s', (key, operator, values, expected) => {
    expect(matchRequirement({ key, operator, ...(values ? { values } : {}) }, labels)).toBe(expected);
  });
});

describe('matchLabelSelector', () => {
  it('absent matches nothing, empty matches all', () => {
    expect(matchLabelSelector(undefined, labels)).toBe(false);
    expect(matchLabelSelector(null, labels)).toBe(false);
    expect(matchLabelSelector({}, labels)).toBe(true);
    expect(matchLabelSelector({}, undefined)).toBe(true);
  });
  it('needs pairs and expressions together', () => {
    const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] };
    expect(matchLabelSelector(selector, labels)).toBe(true);
    expect(matchLabelSelector(selector, { app: 'web', tier: 'back' })).toBe(false);
    expect(matchLabelSelector(selector, { tier: 'front' })).toBe(false);
  });
});

describe('parseSelector', () => {
  it.each<[string, string]>([
    ['', ''],
    ['app=web', 'app=web'],
    ['app == web', 'app=web'],
    ['tier!=back', 'tier!=back'],
    ['b in (y, x),a', 'a,b in (x,y)'],
    ['a notin (x,y)', 'a notin (x,y)'],
    ['!gone', '!gone'],
    ['cores>8,cores<32', 'cores>8,cores<32'],
    ['a=', 'a='],
    ['example.com/a=b', 'example.com/a=b'],
  ])('%j reads as %j', (text, printed) => {
    const parsed = parseSelector(text);
    expect(parsed.ok && printRequirements(parsed.value)).toBe(printed);
  });
  it('says what Kubernetes says', () => {
    expect(parseSelector('a in b')).toEqual({ ok: false, error: "unable to parse requirement: found 'b' expected: '('" });
  });
  it.each(['=x', 'a,,b', 'a in (x', 'a>b', 'a b', 'a=has space', '-a=b', 'a=b,'])('refuses %j', (text) => {
    expect(parseSelector(text).ok).toBe(false);
  });
  it('an equality list matches exactly the objects that carry its pairs', () => {
    const word = fc.stringMatching(/^[a-z]{1,3}$/);
    fc.assert(
      fc.property(fc.dictionary(word, word, { maxKeys: 4 }), fc.dictionary(word, word, { maxKeys: 4 }), (wanted, actual) => {
        const text = Object.entries(wanted)
          .map(([key, one]) => `${key}=${one}`)
          .join(',');
        const parsed = parseSelector(text);
        expect(parsed.ok && matchRequirements(parsed.value, actual)).toBe(matchLabelSelector({ matchLabels: wanted }, actual));
      }),
    );
  });
});

describe('printLabelSelector', () => {
  it.each<[Parameters<typeof printLabelSelector>[0], string]>([
    [undefined, '<none>'],
    [{}, '<none>'],
    [{ matchLabels: { b: 'x', a: 'y' } }, 'a=y,b=x'],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['y'] }] }, 'a in (y)'],
    [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, '!a'],
  ])('%j', (selector, text) => {
    expect(printLabelSelector(selector)).toBe(text);
  });
});

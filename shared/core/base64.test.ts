import { describe, expect, it } from 'vitest';
import { base64Length, base64Problem, fromBase64, toBase64, utf8Length } from './base64.ts';

describe('base64', () => {
  it.each(['', 'a', 'ab', 'abc', 'ein Gruß', '한국어 €😀'])('%s comes back', (text) => {
    const encoded = toBase64(text);
    expect(encoded).toBe(Buffer.from(text, 'utf8').toString('base64'));
    expect(fromBase64(encoded)).toEqual({ ok: true, value: text });
    expect(base64Length(encoded)).toBe(utf8Length(text));
  });

  it.each<[string, string | undefined]>([
    ['YQ==', undefined],
    ['YWJj\nYQ==', undefined],
    ['a b', 'illegal base64 data at input byte 1'],
    ['YQ=', 'illegal base64 data at input byte 3'],
    ['YWJjZ', 'illegal base64 data at input byte 4'],
    ['=', 'illegal base64 data at input byte 0'],
  ])('%j: %s', (text, problem) => expect(base64Problem(text)).toBe(problem));
});

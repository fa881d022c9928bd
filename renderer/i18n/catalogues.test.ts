import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { ko } from './ko.ts';

const names = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();

describe('catalogues', () => {
  for (const namespace of Object.keys(en) as (keyof typeof en)[]) {
    const english: Record<string, string> = en[namespace];
    const korean: Record<string, string> = ko[namespace];
    it(`${namespace}: same keys, nothing empty`, () => {
      expect(Object.keys(korean).sort()).toEqual(Object.keys(english).sort());
      for (const text of [...Object.values(english), ...Object.values(korean)]) expect(text.trim()).not.toBe('');
    });
    it(`${namespace}: same values are filled in`, () => {
      for (const key of Object.keys(english))
        expect([key, [...new Set(names(korean[key] ?? ''))]]).toEqual([key, [...new Set(names(english[key] ?? ''))]]);
    });
  }
});

/** Words that are the same in every language: names, values of the API and command lines. */
const NAMES = new Set(['Stowage', 'S', 'Equal', 'Exists', 'NoSchedule', 'PreferNoSchedule', 'NoExecute', 'ReplicaSet']);

const sources = import.meta.glob<string>('../**/*.tsx', { query: '?raw', import: 'default', eager: true });

describe('JSX', () => {
  it('says nothing past the catalogues', () => {
    const found: string[] = [];
    expect(Object.keys(sources).length).toBeGreaterThan(20);
    for (const [path, source] of Object.entries(sources)) {
      for (const match of source.matchAll(/(?:<[a-zA-Z][^<>]*[^=<>]|<\/\w+|<)>\s*([^<>{}=;()|&]*?)\s*(?=<\/|<[a-zA-Z]|\{)/g)) {
        const text = match[1] ?? '';
        if (/^\p{L}.*\p{L}|^\p{L}{2}/u.test(text) && !NAMES.has(text) && !text.startsWith('kubectl '))
          found.push(`${path}: ${text}`);
      }
    }
    expect(found).toEqual([]);
  });
});

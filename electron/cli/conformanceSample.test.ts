import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { otherTopics } from './conformanceTopics.ts';

/** The part of the captured facts that is kept in this repository. */
const sample = join(import.meta.dirname, '../engine/conformance/testdata');
const reports = otherTopics.map((topic) => topic(sample, (file) => readFileSync(file, 'utf8')));

describe('the sample of the captured facts', () => {
  test('has something of every topic', () => {
    expect(reports.map((report) => report?.families.some(({ total }) => total > 0) ?? false)).toEqual(
      otherTopics.map(() => true),
    );
  });

  test.each(
    reports.flatMap((report) => report?.families.map((family) => [`${report.topic}: ${family.name}`, family] as const) ?? []),
  )('%s agrees', (_name, family) => {
    expect(family.disagree).toEqual([]);
    expect(family.agree).toBe(family.total);
  });
});

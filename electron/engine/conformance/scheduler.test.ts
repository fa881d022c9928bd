import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseJsonLines } from './read.ts';
import { checkSchedulerCase, runSchedulerFamily, type SchedulerCase } from './scheduler.ts';

const sample = join(import.meta.dirname, 'testdata', 'scheduler');
const whole = join(import.meta.dirname, '../../../../shared/conformance/scheduler');

function load(directory: string, file: string): SchedulerCase[] {
  const bytes = readFileSync(join(directory, file));
  return parseJsonLines<SchedulerCase>(file.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8'));
}

function check(directory: string): void {
  for (const file of readdirSync(directory).filter((name) => name.includes('.jsonl'))) {
    const name = file.replace(/\.jsonl(\.gz)?$/, '');
    it(`${name} agrees with the real scheduler`, () => {
      const family = runSchedulerFamily(name, load(directory, file));
      expect(family.disagree).toEqual([]);
      expect(family.agree).toBe(family.total);
      expect(family.total).toBeGreaterThan(0);
    });
  }
}

describe('sample of the recorded decisions', () => check(sample));

describe.runIf(existsSync(whole))('all recorded decisions', () => check(whole));

describe('the comparison itself', () => {
  it('notices a wrong verdict, score, message and victim', () => {
    const cases = load(sample, 'preemption.jsonl');
    const one = cases.find((each) => (each.expected.preemption?.candidates.length ?? 0) > 0);
    const scored = load(sample, 'taints.jsonl').find(({ expected }) => expected.scores !== undefined);
    if (one === undefined || scored === undefined) throw new Error('the sample lacks a case');
    const [node = ''] = Object.keys(one.expected.filter ?? {});
    const wrong = (expected: Partial<SchedulerCase['expected']>) =>
      checkSchedulerCase({ ...one, expected: { ...one.expected, ...expected } });
    const aspects = (found: ReturnType<typeof checkSchedulerCase>) => found.map(({ aspect }) => aspect);
    expect(checkSchedulerCase(one)).toEqual([]);
    expect(aspects(wrong({ filter: { ...one.expected.filter, [node]: { code: 'Success' } } }))).toEqual(['verdict']);
    expect(aspects(wrong({ failedSchedulingMessage: 'x' }))).toEqual(['message']);
    expect(aspects(wrong({ preemption: { eligible: true, candidates: [] } }))).toContain('preemption');
    const [name = ''] = Object.keys(scored.expected.totals ?? {});
    const totals = { ...scored.expected.totals, [name]: -1 };
    expect(aspects(checkSchedulerCase({ ...scored, expected: { ...scored.expected, totals, best: ['nobody'] } }))).toEqual([
      'scores',
      'best',
    ]);
  });
});

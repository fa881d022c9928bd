import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPreemptionCase, type PreemptionCase, runPreemptionConformance } from './preemption.ts';

const sample = join(import.meta.dirname, 'testdata/preemption/cases.json');
const whole = join(import.meta.dirname, '../../../../shared/conformance/preemption/cases.json');
const load = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as PreemptionCase[];

function check(file: string): void {
  it('ends every sequence as captured, with the same events and conditions', () => {
    const [family] = runPreemptionConformance(load(file)).families;
    expect(family?.disagree).toEqual([]);
    expect(family?.total).toBeGreaterThan(0);
  });
}

describe('sample of the captured sequences', () => check(sample));

describe.runIf(existsSync(whole))('all captured sequences', () => check(whole));

it('notices a wrong event, condition and outcome', () => {
  const one = load(sample).find(({ id }) => id === 'insufficient-cpu');
  if (one === undefined) throw new Error('the sample lacks the case');
  const what = (changed: PreemptionCase) => checkPreemptionCase(changed).map((found) => found.what);
  expect(what(one)).toEqual([]);
  expect(what({ ...one, steps: [] })).toEqual(['events']);
  expect(what({ ...one, finalPods: one.finalPods.map((pod) => ({ ...pod, node: 'node-1' })) })).toEqual(['scheduled', 'waiting']);
  expect(what({ ...one, finalPods: one.finalPods.map((pod) => ({ ...pod, conditions: [] })) })).toEqual(['waiting']);
});

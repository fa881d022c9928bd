import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AdmissionCase, budgetCases, runAdmissionConformance, runRequestFamilies } from './admission.ts';

const sample = join(import.meta.dirname, 'testdata', 'admission');
const whole = join(import.meta.dirname, '../../../../shared/conformance');

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function check(directory: string, budgets: string): void {
  const data = {
    requests: read<AdmissionCase[]>(join(directory, 'requests.json')),
    defaulting: read<never[]>(join(directory, 'defaulting.json')),
    budgets: budgetCases(read<never[]>(budgets)),
    mistakes: readFileSync(join(directory, 'kubectl-manifest-mistakes.txt'), 'utf8'),
  };
  const report = runAdmissionConformance(data);
  it.each(report.families.map((family) => [family.name, family] as const))('%s agree', (_, family) => {
    expect(family.disagree).toEqual([]);
    expect(family.agree).toBe(family.total);
  });
  it('leaves out what it says it leaves out, and nothing else', () => {
    const later = report.families.flatMap((family) => family.later.map(({ why }) => why));
    expect(
      later.filter((why) => !/^(?:rules of kind \w+|plugin \w+|the text shows Go's printing of a patch .*)$/.test(why)),
    ).toEqual([]);
    expect(report.families.reduce((sum, { total }) => sum + total, 0)).toBeGreaterThan(50);
  });
}

describe('sample of the captured requests', () => check(sample, join(sample, 'budgets.json')));

describe.runIf(existsSync(whole))('all captured requests', () =>
  check(join(whole, 'admission'), join(whole, 'governance/requests.json')),
);

describe('the comparison itself', () => {
  it('notices a wrong code, message and cause', () => {
    const cases = read<AdmissionCase[]>(join(sample, 'requests.json'));
    const one = cases.find((each) => each.id === 'pod-no-containers');
    if (one === undefined) throw new Error('case is missing');
    const body = structuredClone(one.response.body) as { message: string; details: { causes: { field: string }[] } };
    body.message = 'something else';
    for (const cause of body.details.causes) cause.field = 'elsewhere';
    const wrongText = runRequestFamilies([{ ...one, response: { code: 422, body } }]);
    expect(wrongText.flatMap((family) => family.disagree.map(({ what }) => what))).toEqual(['message', 'causes']);
    const wrongCode = runRequestFamilies([{ ...one, response: { code: 201 } }]);
    expect(wrongCode.flatMap((family) => family.disagree.map(({ what }) => what))).toEqual(['code']);
  });
});

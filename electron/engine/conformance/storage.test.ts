import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GovernanceCase } from './admission.ts';
import { runStorageConformance } from './storage.ts';

const sample = join(import.meta.dirname, 'testdata/storage/requests.json');
const whole = join(import.meta.dirname, '../../../../shared/conformance/storage/requests.json');
const load = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as GovernanceCase[];

function check(file: string): void {
  it('requests for volumes, claims and classes are answered as captured', () => {
    const { families } = runStorageConformance(load(file));
    expect(families.map(({ name }) => name)).toEqual(['persistentvolumes', 'persistentvolumeclaims', 'storageclasses']);
    for (const { disagree, agree, total } of families) {
      expect(disagree).toEqual([]);
      expect([agree, total > 0]).toEqual([total, true]);
    }
  });
}

describe('sample of the captured requests', () => check(sample));

describe.runIf(existsSync(whole))('all captured requests', () => check(whole));

it('notices another stored object and another refusal', () => {
  const cases = load(sample).map((one) => {
    if (one.id === 'sc-minimal') return { ...one, response: { ...(one.response as object), reclaimPolicy: 'Retain' } };
    return one.id === 'pvc-zero' ? { ...one, code: 201, response: {} } : one;
  });
  const { families } = runStorageConformance(cases);
  expect(families.flatMap(({ disagree }) => disagree.map(({ id, what }) => `${id}: ${what}`))).toEqual([
    'pvc-zero: code',
    'sc-minimal: stored object',
  ]);
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PolicyScenario, runPolicies } from './index.ts';

const sample = join(import.meta.dirname, '../testdata/policies/scenarios.json');
const whole = join(import.meta.dirname, '../../../../../shared/conformance/policies/scenarios.json');
const load = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as PolicyScenario[];

function check(file: string): void {
  it('policies and webhooks answer as captured', () => {
    const { families } = runPolicies(load(file));
    expect(families.map(({ name }) => name)).toEqual(['validating', 'mutating', 'webhooks', 'creation', 'type checking']);
    for (const { disagree, agree, total } of families) {
      expect(disagree).toEqual([]);
      expect([agree, total > 0]).toEqual([total, true]);
    }
  });
}

describe('sample of the captured scenarios', () => check(sample));

describe.runIf(existsSync(whole))('all captured scenarios', () => check(whole));

it('notices another message, another warning and another object', () => {
  const text = readFileSync(sample, 'utf8')
    .replaceAll('is above 3 in pol"', 'is above 3 in pool"')
    .replaceAll("'warn-p1-b': too many replicas", "'warn-p1-b': enough replicas")
    .replaceAll('"timeoutSeconds": 10', '"timeoutSeconds": 11');
  const { families } = runPolicies(JSON.parse(text) as PolicyScenario[]);
  const found = families.flatMap(({ disagree }) => disagree.map(({ id, what }) => `${id}: ${what}`));
  expect(found).toEqual([
    'message-expression five: message',
    'message-expression five: status',
    'warn five: warnings',
    'warn kubectl create deployment w --image=registry.example/app:v1 --replicas=5 -n pol --dry-run=server: stderr',
    'webhook-defaults w1: object',
    'webhook-defaults w2: object',
  ]);
});

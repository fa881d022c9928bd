import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { GovernanceCase } from '../admission.ts';
import { runNamespaces } from './namespaces.ts';
import { runQuotas } from './quotas.ts';
import { runGovernanceRequests } from './requests.ts';
import { runServiceAccounts } from './serviceAccounts.ts';
import type { GovernanceScenario } from './timeline.ts';

const sample = fileURLToPath(new URL('../testdata/governance/', import.meta.url));
const full = fileURLToPath(new URL('../../../../../shared/conformance/governance/', import.meta.url));

function scenarios(folder: string): GovernanceScenario[] {
  const names = readdirSync(folder).sort();
  return names.map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as GovernanceScenario);
}

const requests = (folder: string) => JSON.parse(readFileSync(`${folder}requests.json`, 'utf8')) as GovernanceCase[];

describe.each([
  ['sample', sample],
  ['full capture', full],
])('%s', (_name, folder) => {
  it.skipIf(!existsSync(folder)).each([
    ['quota', runQuotas],
    ['serviceaccounts', runServiceAccounts],
    ['namespaces', runNamespaces],
  ] as const)('agrees with %s', (name, run) => {
    const { disagree, total } = run(scenarios(`${folder}${name}`));
    expect(disagree).toEqual([]);
    expect(total).toBeGreaterThan(0);
  });

  it.skipIf(!existsSync(folder))('agrees with the requests', () => {
    for (const { disagree, total } of runGovernanceRequests(requests(folder))) {
      expect(disagree).toEqual([]);
      expect(total).toBeGreaterThan(0);
    }
  });
});

it('sees a wrong usage, a wrong refusal and a wrong stored object', () => {
  const [counts] = scenarios(`${sample}quota`);
  if (counts === undefined) throw new Error('no sample');
  const text = JSON.stringify(counts);
  const usage = JSON.parse(text.replaceAll('"count/secrets":"1"', '"count/secrets":"7"')) as GovernanceScenario;
  const refusal = JSON.parse(text.replace('count/secrets=1, used', 'count/secrets=2, used')) as GovernanceScenario;
  expect([runQuotas([usage]).agree, runQuotas([refusal]).agree]).toEqual([0, 0]);
  const wrong = JSON.parse(JSON.stringify(requests(sample)).replaceAll('3607', '3600')) as GovernanceCase[];
  expect(runGovernanceRequests(wrong).some(({ disagree }) => disagree.length > 0)).toBe(true);
});

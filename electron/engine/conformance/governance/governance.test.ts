import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runBudgets } from './budgets.ts';
import { runGarbageCollection } from './garbage.ts';
import type { GovernanceScenario } from './timeline.ts';

const sample = fileURLToPath(new URL('../testdata/governance/', import.meta.url));
const full = fileURLToPath(new URL('../../../../../shared/conformance/governance/', import.meta.url));

function scenarios(folder: string): GovernanceScenario[] {
  const names = readdirSync(folder).sort();
  return names.map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as GovernanceScenario);
}

describe.each([
  ['sample', sample],
  ['full capture', full],
])('%s', (_name, folder) => {
  it.skipIf(!existsSync(folder))('agrees with the budgets', () => {
    const { disagree, total } = runBudgets(scenarios(`${folder}pdb`));
    expect(disagree).toEqual([]);
    expect(total).toBeGreaterThan(0);
  });

  it.skipIf(!existsSync(folder))('agrees with the garbage collection', () => {
    const { disagree, total } = runGarbageCollection(scenarios(`${folder}gc`));
    expect(disagree).toEqual([]);
    expect(total).toBeGreaterThan(0);
  });
});

it('sees a wrong expectation', () => {
  const [first] = scenarios(`${sample}gc`);
  if (first === undefined) throw new Error('no sample');
  const steps = first.steps.map((step) => ({ ...step, timeline: step.timeline.filter(({ op }) => op !== 'DELETED') }));
  expect(runGarbageCollection([{ ...first, steps }]).agree).toBe(0);
});

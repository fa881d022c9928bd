import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runTemplateHashes, type TemplateHashes } from './deployments/hashes.ts';
import { type DeploymentScenario, runDeploymentScenarios } from './deployments/scenarios.ts';
import { type RolloutCase, runRollouts } from './rollouts.ts';

const sample = fileURLToPath(new URL('testdata/deployments/', import.meta.url));
const full = fileURLToPath(new URL('../../../../shared/conformance/deployments/', import.meta.url));

function rollouts(folder: string): RolloutCase[] {
  const lines = readFileSync(`${folder}rollouts.jsonl`, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as RolloutCase);
}

function scenarios(folder: string): DeploymentScenario[] {
  const names = readdirSync(`${folder}scenarios`).sort();
  return names.map((name) => JSON.parse(readFileSync(`${folder}scenarios/${name}`, 'utf8')) as DeploymentScenario);
}

const hashes = (folder: string) => JSON.parse(readFileSync(`${folder}pod-template-hash.json`, 'utf8')) as TemplateHashes;

describe.each([
  ['sample', sample],
  ['full capture', full],
])('%s', (_name, folder) => {
  it.skipIf(!existsSync(folder))('agrees with every roll-out', () => {
    for (const family of runRollouts(rollouts(folder)).families) {
      expect(family.disagree).toEqual([]);
      expect(family.agree).toBe(family.total);
    }
  });

  it.skipIf(!existsSync(folder))('agrees with the template hashes', () => {
    expect(runTemplateHashes(hashes(folder)).disagree).toEqual([]);
  });

  it.skipIf(!existsSync(folder))('agrees with the scenarios', () => {
    const [family] = runDeploymentScenarios(scenarios(folder)).families;
    expect(family?.disagree).toEqual([]);
    expect(family?.later.length).toBeLessThanOrEqual(2);
  });
});

it('reports a disagreement when the expectation is wrong', () => {
  const [first] = rollouts(sample);
  if (first === undefined) throw new Error('no sample');
  const wrong = { ...first, maxSpecReplicasTotal: first.maxSpecReplicasTotal + 1 };
  const found = runRollouts([wrong]).families.flatMap(({ disagree }) => disagree.map(({ what }) => what));
  expect(found).toEqual(['maxSpecReplicasTotal']);
});

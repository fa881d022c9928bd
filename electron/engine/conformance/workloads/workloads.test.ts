import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWorkloads } from './index.ts';
import type { WorkloadScenario } from './scenario.ts';

const sample = join(import.meta.dirname, '../testdata/workloads/scenarios');
const whole = join(import.meta.dirname, '../../../../../shared/conformance/workloads/scenarios');

const names = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.json')).sort();
const load = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

function disagreements(name: string, scenario: unknown) {
  return runWorkloads(new Map([[name.slice(0, -5), scenario]])).families.flatMap(({ disagree }) => disagree);
}

function check(folder: string, pattern: RegExp): void {
  for (const name of names(folder).filter((one) => pattern.test(one))) {
    it(name, () => expect(disagreements(name, load(folder, name))).toEqual([]));
  }
}

describe('sample of the captured workloads', () => check(sample, /./));

describe.runIf(existsSync(whole))('all captured DaemonSets and ReplicationControllers', () =>
  check(whole, /^(daemonset|replicationcontroller)/),
);

describe('the comparison itself', () => {
  const name = 'daemonset-rolling-maxSurge-1.json';
  const played = (change: (scenario: WorkloadScenario) => void): string[] => {
    const scenario = load(sample, name) as WorkloadScenario;
    change(scenario);
    return disagreements(name, scenario).map(({ what }) => what);
  };
  it('notices words, writes, states, pods and events that differ', () => {
    expect(played(() => undefined)).toEqual([]);
    expect(
      played(({ steps }) => {
        const [output] = steps[3]?.output ?? [];
        if (output !== undefined) output.stdout = 'x';
      }),
    ).toEqual(['history: kubectl rollout history ds/agent']);
    expect(
      played(({ steps }) => {
        const entry = steps[0]?.timeline.find(({ deleting }) => deleting === true);
        if (entry !== undefined) delete entry.deleting;
      }),
    ).toEqual(['set image: pod writes']);
    expect(
      played(({ steps }) => {
        const revision = steps[2]?.timeline.find(({ obj }) => obj.startsWith('controllerrevisions/'));
        if (revision !== undefined) revision.revision = 9;
      }),
    ).toEqual(['kubectl rollout undo: state', 'history: state']);
    expect(played(({ finalPods }) => finalPods.pop())).toEqual(['final pods']);
    expect(played(({ events }) => events.pop())).toEqual(['events']);
    expect(
      played((scenario) => {
        const { examplePod } = scenario;
        if (examplePod) examplePod.metadata.generateName = 'x-';
      }),
    ).toEqual(['example pod']);
  });
});

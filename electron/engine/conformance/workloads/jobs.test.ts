import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runJobs } from './jobs.ts';
import type { WorkloadScenario } from './scenario.ts';

function scenario(name: string): WorkloadScenario {
  const file = new URL(`../testdata/workloads/scenarios/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as WorkloadScenario;
}

describe('captured Jobs', () => {
  it.each(['job-backoffLimitPerIndex', 'job-suspend', 'job-podFailurePolicy-FailJob', 'job-delete'])('%s', (name) => {
    expect(runJobs([scenario(name)])).toMatchObject({ agree: 1, total: 1, disagree: [], later: [] });
  });

  it('tells what differs', () => {
    const captured = scenario('job-podFailurePolicy-FailJob');
    const text = JSON.stringify(captured).replaceAll('at index 0', 'at index 1').replaceAll('"failed": 1', '"failed": 2');
    const { agree, disagree } = runJobs([JSON.parse(text) as WorkloadScenario]);
    expect(agree).toBe(0);
    expect(disagree.map(({ what }) => what)).toEqual([
      'FailJob on exit code 42: state',
      'FailJob on exit code 42: conditions',
      'events',
    ]);
  });
});

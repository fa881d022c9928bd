import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNodeCommand, seconds } from './drain/commandLine.ts';
import { checkDrainCase, type DrainCase, runDrainConformance } from './drain.ts';

const sample = join(import.meta.dirname, 'testdata/nodes/drain.json');
const whole = join(import.meta.dirname, '../../../../shared/conformance/nodes/drain.json');

const load = (file: string): DrainCase[] => JSON.parse(readFileSync(file, 'utf8')) as DrainCase[];

function check(file: string): void {
  for (const drainCase of load(file)) {
    it(drainCase.id, () => {
      const { families } = runDrainConformance([drainCase]);
      expect(families[0]?.disagree).toEqual([]);
    });
  }
}

describe('sample of the captured drains', () => check(sample));

describe.runIf(existsSync(whole))('all captured drains', () => {
  check(whole);
  it('leaves out only what the capture does not hold', () => {
    const [family] = runDrainConformance(load(whole)).families;
    expect(family?.later.filter(({ id }) => !id.includes('kubectl get')).map(({ id }) => id)).toEqual([
      'drain-pods-of-terminating-namespaces',
    ]);
  });
});

describe('the comparison itself', () => {
  it('notices a wrong word, code and state', () => {
    const drainCase = load(sample).find(({ id }) => id === 'drain-daemonset-refused');
    const [step] = drainCase?.steps ?? [];
    if (drainCase === undefined || step === undefined || !('command' in step)) throw new Error('the sample lacks the case');
    const what = (changed: DrainCase) => checkDrainCase(changed).disagree.map((found) => found.what);
    expect(what(drainCase)).toEqual([]);
    expect(what({ ...drainCase, steps: [{ ...step, exitCode: 0 }] })).toEqual(['kubectl drain dr-1: exit code']);
    expect(what({ ...drainCase, steps: [{ ...step, stderr: step.stderr.replace('DaemonSet', 'Daemonset') }] })).toEqual([
      'kubectl drain dr-1: stderr',
    ]);
    expect(what({ ...drainCase, after: { ...drainCase.after, pods: [] } })).toEqual(['after']);
  });
});

describe('command lines', () => {
  it.each([
    ['3s', 3],
    ['1m30s', 90],
    ['500ms', 0.5],
    ['0', 0],
    ['0s', 0],
  ])('%s is %d seconds', (text, wanted) => expect(seconds(text)).toBe(wanted));

  it('reads flags in all their forms', () => {
    expect(
      parseNodeCommand(
        'kubectl drain a b --force --timeout=3s --grace-period -1 --pod-selector=app=web --ignore-daemonsets=false',
      ),
    ).toEqual({
      verb: 'drain',
      nodes: ['a', 'b'],
      selector: undefined,
      dryRun: undefined,
      warnings: [],
      options: { force: true, timeoutSeconds: 3, gracePeriodSeconds: -1, podSelector: 'app=web', ignoreDaemonSets: false },
    });
    expect(parseNodeCommand('kubectl get nodes')).toBeUndefined();
    expect(parseNodeCommand('kubectl drain a --what')).toBeUndefined();
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStorageScenario, runStorageScenarios } from './scenarios.ts';
import { canonicalNames, type StorageEntry, type StorageScenario } from './timeline.ts';

const sample = join(import.meta.dirname, '../testdata/storage/scenarios');
const whole = join(import.meta.dirname, '../../../../../shared/conformance/storage/scenarios');

function load(folder: string, name: string): StorageScenario {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as StorageScenario;
}

describe('sample of the captured scenarios', () => {
  it.each(readdirSync(sample))('%s', (name) => expect(checkStorageScenario(load(sample, name))).toEqual([]));
});

it.runIf(existsSync(whole))('all captured scenarios agree', () => {
  const family = runStorageScenarios(readdirSync(whole).map((name) => load(whole, name)));
  expect(family.disagree).toEqual([]);
  expect([family.agree, family.later]).toEqual([family.total, []]);
});

describe('what differs is noticed', () => {
  const entriesOf = (scenario: StorageScenario): StorageEntry[] => scenario.steps.flatMap(({ timeline }) => timeline);
  const cases: [string, string, (scenario: StorageScenario) => void, string][] = [
    [
      'another phase',
      'bind-basic.json',
      (one) => {
        for (const { set } of entriesOf(one)) if (set?.phase === 'Released') set.phase = 'Available';
      },
      'delete PVC (reclaim Retain): writes',
    ],
    [
      'another volume',
      'choose-two-modes.json',
      (one) => {
        for (const { set } of entriesOf(one)) if (set?.volumeName !== undefined) set.volumeName = 'choose-two-modes-a';
      },
      "PVC 1Gi {'modes': ('ReadWriteOnce', 'ReadOnlyMany')}: writes",
    ],
    [
      'other words of an event',
      'claim-lost.json',
      (one) => {
        for (const { event } of entriesOf(one)) if (event?.reason === 'ClaimLost') event.message = 'gone';
      },
      'PV finalizer removed and PV deleted: events',
    ],
    [
      'a refusal',
      'resize.json',
      (one) => {
        for (const { refused } of one.steps) if (refused !== undefined) refused.message = 'no';
      },
      'grow the first: answer',
    ],
  ];
  it.each(cases)('%s', (_what, file, change, expected) => {
    const scenario = load(sample, file);
    change(scenario);
    expect(checkStorageScenario(scenario).map(({ what }) => what)).toContain(expected);
  });
});

describe('volumes that are made alike are called after the order in which they are bound', () => {
  const made = (name: string): StorageEntry => ({ object: `persistentvolumes/${name}`, op: 'ADDED', set: { phase: 'Pending' } });
  const taken: StorageEntry = { object: 'persistentvolumes/b', op: 'MODIFIED', set: { claimRef: { name: 'claim' } } };
  const cases: [string, (object: string) => string, string][] = [
    ['alike', () => '', 'persistentvolumes/a'],
    ['different in what is not shown', (object) => object, 'persistentvolumes/b'],
  ];
  it.each(cases)('%s', (_what, alike, expected) => {
    const names = canonicalNames([[made('a'), made('b')], [taken]], alike);
    expect(names.get('persistentvolumes/b')).toBe(expected);
  });
});

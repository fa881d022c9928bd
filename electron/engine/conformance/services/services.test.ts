import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runServices, type ServiceData } from './index.ts';

const sample = join(import.meta.dirname, '../testdata/services');
const whole = join(import.meta.dirname, '../../../../../shared/conformance/services');

function load(folder: string, change: (text: string) => string = (text) => text): ServiceData {
  const read = (name: string) => JSON.parse(change(readFileSync(join(folder, name), 'utf8')));
  return {
    services: read('service-requests.json'),
    networking: read('ingress-networkpolicy-requests.json'),
    allocation: existsSync(join(folder, 'allocation.json')) ? read('allocation.json') : undefined,
    scenarios: readdirSync(join(folder, 'endpoints'))
      .sort()
      .map((name) => read(join('endpoints', name))),
  };
}

function check(folder: string): void {
  it('services, ingresses and policies are answered and endpoints kept as captured', () => {
    for (const { disagree, agree, total } of runServices(load(folder)).families) {
      expect(disagree).toEqual([]);
      expect([agree, total > 0]).toEqual([total, true]);
    }
  });
}

describe('sample of the captured facts', () => check(sample));

describe.runIf(existsSync(whole))('all captured facts', () => check(whole));

it.each([
  ['"ipFamilyPolicy": "RequireDualStack"', '"ipFamilyPolicy": "SingleStack"', ['headless-no-selector: object']],
  ['"ingressClassName": "def2"', '"ingressClassName": "def1"', ['ing-two-default-classes: object']],
  [
    'is ignored when spec.type is not',
    'counts although spec.type is not',
    ['upd-externalname-back: warnings', 'upd-port-change-keeps-ip: warnings'],
  ],
  [
    'without exceeding overload threshold',
    'below the threshold',
    ['traffic-prefer-same-node: annotation service.kubernetes.io/topology-mode: Auto: events'],
  ],
])('%s instead of %s is noticed', (from, to, expected) => {
  const { families } = runServices(load(sample, (text) => text.replaceAll(from, to)));
  expect(families.flatMap(({ disagree }) => disagree.map(({ id, what }) => `${id}: ${what}`))).toEqual(expected);
});

it('notices another state of a slice and one slice more', () => {
  const data = load(sample, (text) => text.replaceAll('"zone": "zone-b"', '"zone": "zone-c"'));
  const { families } = runServices(data);
  expect(families.at(-1)?.agree).toBe(1);
});

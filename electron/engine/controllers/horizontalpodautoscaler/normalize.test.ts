import { describe, expect, test } from 'vitest';
import type { HpaScalingRules } from '#shared/kube/types.ts';
import { emptyMemory, noteInitial, noteScale } from './memory.ts';
import { normalize } from './normalize.ts';

const SECOND = 1000;
const rules = (fields: Partial<HpaScalingRules>): HpaScalingRules => ({ selectPolicy: 'Max', ...fields });
const plain = { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 1000, periodSeconds: 15 }] };

function bounds(current: number, nowMs = 0, more: { min?: number; max?: number; windowMs?: number } = {}) {
  return { current, min: more.min ?? 1, max: more.max ?? 100, windowMs: more.windowMs ?? 300_000, nowMs };
}

describe('without behaviour', () => {
  test.each([
    [3, 30, bounds(3), 6, 'True', 'ScaleUpLimit'],
    [1, 30, bounds(1), 4, 'True', 'ScaleUpLimit'],
    [3, 30, bounds(3, 0, { max: 5 }), 5, 'True', 'TooManyReplicas'],
    [3, 6, bounds(3), 6, 'False', 'DesiredWithinRange'],
    [3, 0, bounds(3, 0, { min: 2 }), 2, 'True', 'TooFewReplicas'],
  ])('from %i the wish for %i', (_current, desired, limits, replicas, status, reason) => {
    const result = normalize(emptyMemory(), undefined, desired, limits);
    expect([result.replicas, result.limited.status, result.limited.reason]).toEqual([replicas, status, reason]);
  });

  test('the highest recommendation of the window holds the size, and has left it at its very end', () => {
    const memory = emptyMemory();
    noteInitial(memory, 8, 0);
    const at = (ms: number) => normalize(memory, undefined, 2, bounds(8, ms));
    expect(at(299 * SECOND)).toMatchObject({ replicas: 8, able: { reason: 'ScaleDownStabilized' } });
    expect(at(300 * SECOND)).toMatchObject({ replicas: 2, able: { reason: 'ReadyForNewScale' } });
  });
});

describe('with behaviour', () => {
  const policies = [
    { type: 'Pods', value: 2, periodSeconds: 60 },
    { type: 'Percent', value: 50, periodSeconds: 60 },
  ];
  test.each([
    ['Max', 'up', 10, 100, 15, 'ScaleUpLimit'],
    ['Min', 'up', 10, 100, 12, 'ScaleUpLimit'],
    ['Disabled', 'up', 10, 100, 10, 'ScaleUpLimit'],
    ['Max', 'down', 10, 1, 5, 'ScaleDownLimit'],
    ['Min', 'down', 10, 1, 8, 'ScaleDownLimit'],
    ['Disabled', 'down', 10, 1, 10, 'ScaleDownLimit'],
    ['Max', 'up', 3, 100, 5, 'ScaleUpLimit'],
    ['Max', 'down', 3, 0, 1, 'TooFewReplicas'],
  ])('%s of two policies %s from %i', (selectPolicy, direction, current, desired, replicas, reason) => {
    const own = { selectPolicy, policies, stabilizationWindowSeconds: 0 };
    const behavior = direction === 'up' ? { scaleUp: own, scaleDown: rules(plain) } : { scaleUp: rules(plain), scaleDown: own };
    const result = normalize(emptyMemory(), behavior, desired, bounds(current));
    expect([result.replicas, result.limited.reason]).toEqual([replicas, reason]);
  });

  test('what was added within the period counts against the policy', () => {
    const behavior = {
      scaleUp: rules({ policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }], stabilizationWindowSeconds: 0 }),
      scaleDown: rules(plain),
    };
    const memory = emptyMemory();
    noteScale(memory, behavior, 2, 5, 0);
    expect(normalize(memory, behavior, 50, bounds(5, 59 * SECOND)).replicas).toBe(6);
    expect(normalize(memory, behavior, 50, bounds(5, 60 * SECOND)).replicas).toBe(9);
  });

  test('a window for growing takes the lowest recommendation of it', () => {
    const behavior = { scaleUp: rules({ ...plain, stabilizationWindowSeconds: 30 }), scaleDown: rules(plain) };
    const memory = emptyMemory();
    noteInitial(memory, 2, 0);
    expect(normalize(memory, behavior, 8, bounds(2, 15 * SECOND))).toMatchObject({
      replicas: 2,
      able: { reason: 'ScaleUpStabilized' },
    });
    expect(normalize(memory, behavior, 9, bounds(2, 30 * SECOND)).replicas).toBe(8);
  });

  test('without a window of its own, shrinking waits as long as the controller says', () => {
    const behavior = { scaleUp: rules(plain), scaleDown: rules({ policies: plain.policies }) };
    const memory = emptyMemory();
    noteInitial(memory, 5, 0);
    expect(normalize(memory, behavior, 1, bounds(5, 50 * SECOND, { windowMs: 60_000 })).replicas).toBe(5);
    expect(normalize(memory, behavior, 1, bounds(5, 60 * SECOND, { windowMs: 60_000 })).replicas).toBe(1);
  });

  test('entries that nothing looks at any more are replaced, so that the memory stays small', () => {
    const memory = emptyMemory();
    const behavior = { scaleUp: rules(plain), scaleDown: rules(plain) };
    for (let at = 0; at < 1000; at++) {
      normalize(memory, undefined, 2, bounds(2, at * 15 * SECOND));
      noteScale(memory, behavior, 2, 3, at * 15 * SECOND);
    }
    expect(memory.recommendations.length).toBeLessThanOrEqual(21);
    expect(memory.ups.length).toBeLessThanOrEqual(2);
  });
});

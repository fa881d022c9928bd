import { describe, expect, it } from 'vitest';
import type { Node } from '#shared/kube/types.ts';
import { amountOf, capacityOf, isUnder, outsideUse } from './pressure.ts';

const node = (annotations: Record<string, string> = {}, capacity: object = { memory: '16Gi' }): Node =>
  ({ kind: 'Node', metadata: { name: 'n', annotations }, spec: {}, status: { capacity } }) as unknown as Node;

describe('pressure', () => {
  it('reads what is used outside of pods, and nothing from what cannot be read', () => {
    expect(outsideUse(node({ 'stowage.dev/pressure': '{"memory":"3Gi","pid":"30000","other":1}' }))).toEqual({
      memory: '3Gi',
      pid: '30000',
    });
    expect(outsideUse(node({ 'stowage.dev/pressure': 'nonsense' }))).toEqual({});
    expect(outsideUse(node())).toEqual({});
  });
  it('knows capacities, and those of a simulated machine where the node says nothing', () => {
    expect(capacityOf(node(), 'memory')).toBe(16 * 1024 ** 3);
    expect(amountOf('disk', capacityOf(node(), 'disk'))).toBe('100Gi');
    expect(amountOf('disk', capacityOf(node({}, { 'ephemeral-storage': '20Gi' }), 'disk'))).toBe('20Gi');
    expect(amountOf('pid', capacityOf(node(), 'pid'))).toBe('32768');
  });
  it('compares with the usual thresholds, amounts as well as shares', () => {
    const capacity = 16 * 1024 ** 3;
    expect(isUnder('memory', 1, capacity)).toBe(false);
    expect(isUnder('memory', 0.5, capacity)).toBe(true);
    expect(isUnder('disk', 20, capacity)).toBe(false);
    expect(isUnder('disk', 12, capacity)).toBe(true);
    expect(isUnder('pid', 0.2, capacity)).toBe(false);
  });
});

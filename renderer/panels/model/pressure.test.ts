import { describe, expect, it } from 'vitest';
import type { Node } from '#shared/kube/types.ts';
import { amountOf, capacityOf, isUnder, outsideUse, thresholdsOf } from './pressure.ts';

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
  const eviction = {
    hard: { 'memory.available': '100Mi', 'nodefs.available': '10%', 'imagefs.available': '15%', 'pid.available': '0' },
    soft: {},
    softGraceMs: {},
    minimumReclaim: {},
    pressureTransitionMs: 0,
    maxPodGraceSeconds: 0,
    monitorMs: 0,
  };
  const capacity = 16 * 1024 ** 3;
  it('takes the highest of the limits in force; what is not limited, or to nothing, has none', () => {
    expect(thresholdsOf(eviction, 'memory', capacity)).toEqual([{ text: '100Mi', graceMs: undefined }]);
    expect(thresholdsOf(eviction, 'disk', capacity)).toEqual([{ text: '15%', graceMs: undefined }]);
    expect(thresholdsOf(eviction, 'inodes', capacity)).toEqual([]);
    expect(thresholdsOf(eviction, 'pid', 32_768)).toEqual([]);
  });
  it('tells of soft limits that come first, and only of those with a grace period', () => {
    const soft = { ...eviction, soft: { 'memory.available': '10%', 'nodefs.available': '12%', 'pid.available': '5%' } };
    expect(thresholdsOf(soft, 'memory', capacity)).toHaveLength(1);
    const graced = { ...soft, softGraceMs: { 'memory.available': 90_000, 'nodefs.available': 60_000 } };
    expect(thresholdsOf(graced, 'memory', capacity)).toEqual([
      { text: '100Mi', graceMs: undefined },
      { text: '10%', graceMs: 90_000 },
    ]);
    expect(thresholdsOf(graced, 'disk', capacity)).toHaveLength(1);
  });
  it('compares with the limits, amounts as well as shares', () => {
    const under = (signal: 'memory' | 'disk' | 'pid', percent: number): boolean =>
      isUnder(thresholdsOf(eviction, signal, capacity), percent, capacity);
    expect([under('memory', 1), under('memory', 0.5)]).toEqual([false, true]);
    expect([under('disk', 20), under('disk', 12)]).toEqual([false, true]);
    expect(under('pid', 0.2)).toBe(false);
  });
});

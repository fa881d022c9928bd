import { describe, expect, it } from 'vitest';
import type { Taint, Toleration } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

const taint = (key: string, effect: string, value?: string): Taint => ({
  key,
  effect,
  ...(value === undefined ? {} : { value }),
});
const tolerating = (...tolerations: Toleration[]) => pod('p', { spec: { tolerations } });
const no = 'UnschedulableAndUnresolvable: node(s) had untolerated taint(s)';

describe('filter', () => {
  it.each<[string, Taint[], Toleration[], string]>([
    ['no taint', [], [], 'ok'],
    ['NoSchedule', [taint('k', 'NoSchedule')], [], no],
    ['NoExecute', [taint('k', 'NoExecute')], [], no],
    ['PreferNoSchedule', [taint('k', 'PreferNoSchedule')], [], 'ok'],
    ['equal value', [taint('k', 'NoSchedule', 'v')], [{ key: 'k', value: 'v', effect: 'NoSchedule' }], 'ok'],
    ['other value', [taint('k', 'NoSchedule', 'v')], [{ key: 'k', value: 'w', effect: 'NoSchedule' }], no],
    ['other effect', [taint('k', 'NoExecute', 'v')], [{ key: 'k', value: 'v', effect: 'NoSchedule' }], no],
    ['exists, every effect', [taint('k', 'NoExecute', 'v')], [{ key: 'k', operator: 'Exists' }], 'ok'],
    ['exists, every key', [taint('a', 'NoExecute'), taint('b', 'NoSchedule')], [{ operator: 'Exists' }], 'ok'],
    ['one of two', [taint('a', 'NoExecute'), taint('b', 'NoSchedule')], [{ key: 'a', operator: 'Exists' }], no],
  ])('%s', (_name, taints, tolerations, expected) => {
    expect(pluginTable('TaintToleration', { nodes: [node('a', { taints })] }).filter(tolerating(...tolerations), 'a')).toBe(
      expected,
    );
  });
});

describe('score', () => {
  const nodes = [
    node('none'),
    node('one', { taints: [taint('a', 'PreferNoSchedule')] }),
    node('two', { taints: [taint('a', 'PreferNoSchedule'), taint('b', 'PreferNoSchedule'), taint('c', 'NoSchedule')] }),
  ];
  it('counts soft taints and turns the scale round', () => {
    const table = pluginTable('TaintToleration', { nodes });
    expect(table.score(pod('p'))).toEqual({ none: [0, 100], one: [1, 50], two: [2, 0] });
    expect(table.score(tolerating({ key: 'a', operator: 'Exists' }))).toEqual({ none: [0, 100], one: [0, 100], two: [1, 0] });
    expect(table.score(tolerating({ key: 'a', operator: 'Exists', effect: 'NoSchedule' }))).toEqual(table.score(pod('p')));
  });
});

it('is woken when a taint goes that it minded', () => {
  const table = pluginTable('TaintToleration', { nodes: [] });
  const tainted = node('a', { taints: [taint('k', 'NoSchedule')] });
  expect(table.wakes(pod('p'), 'Node', action.updateNodeTaint, tainted, node('a'))).toBe(true);
  expect(table.wakes(pod('p'), 'Node', action.updateNodeTaint, node('a'), tainted)).toBe(false);
  expect(table.wakes(pod('p'), 'Node', action.add, undefined, tainted)).toBe(false);
});

import { expect, it } from 'vitest';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

const nodes = [node('open'), node('cordoned', { unschedulable: true })];
const rejected = 'UnschedulableAndUnresolvable: node(s) were unschedulable';
const tolerant = (effect?: string) =>
  pod('p', {
    spec: { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', ...(effect ? { effect } : {}) }] },
  });

it.each([
  ['open', pod('p'), 'ok'],
  ['cordoned', pod('p'), rejected],
  ['cordoned', tolerant(), 'ok'],
  ['cordoned', tolerant('NoSchedule'), 'ok'],
  ['cordoned', tolerant('NoExecute'), rejected],
])('%s %#', (name, one, expected) => {
  expect(pluginTable('NodeUnschedulable', { nodes }).filter(one, name)).toBe(expected);
});

it('is woken by an uncordon, not by a cordon', () => {
  const table = pluginTable('NodeUnschedulable', { nodes });
  const [open, cordoned] = nodes;
  expect(table.wakes(pod('p'), 'Node', action.updateNodeTaint, cordoned, open)).toBe(true);
  expect(table.wakes(pod('p'), 'Node', action.updateNodeTaint, open, cordoned)).toBe(false);
  expect(table.wakes(pod('p'), 'Node', action.add, undefined, cordoned)).toBe(false);
});

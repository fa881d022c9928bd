import { expect, it } from 'vitest';
import { pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

it.each([
  [[], null],
  [['a'], 'waiting for scheduling gates: [a]'],
  [['b', 'a'], 'waiting for scheduling gates: [b a]'],
])('gates %j', (names, reason) => {
  const { plugin } = pluginTable('SchedulingGates', { nodes: [] });
  const status = plugin.preEnqueue?.(pod('p', { spec: { schedulingGates: names.map((name) => ({ name })) } })) ?? null;
  expect(status?.reasons[0] ?? null).toBe(reason);
  if (reason !== null) expect(status?.code).toBe('UnschedulableAndUnresolvable');
});

it('is woken by its own pod losing its gates only', () => {
  const table = pluginTable('SchedulingGates', { nodes: [] });
  const mine = { ...pod('p'), metadata: { name: 'p', uid: '1' } };
  const other = { ...pod('q'), metadata: { name: 'q', uid: '2' } };
  expect(table.wakes(mine, 'PendingPod', action.updatePodGatesEliminated, mine, mine)).toBe(true);
  expect(table.wakes(mine, 'PendingPod', action.updatePodGatesEliminated, other, other)).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { node, pod } from '../../testing/builders.ts';
import { createOfflineScheduler } from '../offline.ts';
import { feasibleNodesToFind } from './decide.ts';
import { fitErrorMessage } from './message.ts';
import { NodeStatuses } from './nodestatuses.ts';
import { unschedulable } from './status.ts';

it.each([
  [0, 99, 99],
  [0, 100, 100],
  [0, 1000, 420],
  [0, 5000, 500],
  [0, 6000, 300],
  [30, 1000, 300],
  [1, 1000, 100],
])('with %d %% of %d nodes, %d feasible ones are enough', (percentage, nodes, expected) => {
  expect(feasibleNodesToFind(percentage, nodes)).toBe(expected);
});

describe('messages', () => {
  const statuses = new NodeStatuses();
  for (let i = 0; i < 10; i++) statuses.set(`n${i}`, unschedulable('Too many pods', ...(i < 2 ? ['Insufficient cpu'] : [])));
  it('sorts counts as strings', () => {
    expect(fitErrorMessage({ nodes: 10, statuses, preFilterMessage: '', postFilterMessage: 'x' })).toBe(
      '0/10 nodes are available: 10 Too many pods, 2 Insufficient cpu. x',
    );
  });
  it('lets the PreFilter message stand alone', () => {
    expect(fitErrorMessage({ nodes: 3, statuses, preFilterMessage: 'no', postFilterMessage: '' })).toBe(
      '0/3 nodes are available: no.',
    );
  });
});

describe('a nominated node', () => {
  const nominated = (name: string) => ({ ...pod('p', { cpu: '1' }), status: { nominatedNodeName: name } });
  it('is the only one looked at when it fits', () => {
    const scheduler = createOfflineScheduler({ nodes: [node('a'), node('b')] });
    expect(scheduler.decide(nominated('b')).feasible.map(({ name }) => name)).toEqual(['b']);
  });
  it('is passed over when it does not', () => {
    const scheduler = createOfflineScheduler({ nodes: [node('a'), node('b', { cpu: '500m' })] });
    expect(scheduler.decide(nominated('b')).selected).toBe('a');
  });
  it('is kept free for pods of the same or a higher priority', () => {
    const one = { ...nominated('b'), metadata: { name: 'first', namespace: 'default', uid: '1' } };
    const scheduler = createOfflineScheduler({ nodes: [node('b', { cpu: '1' })], pods: [one] });
    const second = { ...pod('second', { cpu: '1' }), metadata: { name: 'second', namespace: 'default', uid: '2' } };
    expect(scheduler.decide(second).message).toContain('1 Insufficient cpu');
    expect(scheduler.decide({ ...second, spec: { ...second.spec, priority: 1 } }).selected).toBe('b');
  });
});

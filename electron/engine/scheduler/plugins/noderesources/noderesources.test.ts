import { describe, expect, it } from 'vitest';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';
import { balance } from './balanced.ts';
import { brokenLine, leastAllocated, mostAllocated, requestedToCapacity } from './strategies.ts';

const running = (name: string, nodeName: string, cpu: string, memory = '0') => pod(name, { nodeName, cpu, memory });
const asking = (requests: Record<string, string>) =>
  pod('p', { spec: { containers: [{ name: 'c', image: 'x', resources: { requests } }] } });

describe('fit', () => {
  const nodes = [node('a', { cpu: '2', memory: '2Gi', pods: '2', resources: { 'example.com/gpu': '1' } })];
  it.each<[string, Record<string, string>, string]>([
    ['exact', { cpu: '1', memory: '1Gi' }, 'ok'],
    ['one too much', { cpu: '1001m' }, 'Unschedulable: Insufficient cpu'],
    ['both', { cpu: '1.5', memory: '1.5Gi' }, 'Unschedulable: Insufficient cpu, Insufficient memory'],
    ['never', { cpu: '2001m', memory: '1.5Gi' }, 'UnschedulableAndUnresolvable: Insufficient cpu, Insufficient memory'],
    ['rounded up', { cpu: '1000.1m' }, 'Unschedulable: Insufficient cpu'],
    ['extended', { 'example.com/gpu': '1' }, 'ok'],
    ['unknown extended', { 'example.com/fpga': '1' }, 'UnschedulableAndUnresolvable: Insufficient example.com/fpga'],
    ['zero extended', { 'example.com/fpga': '0' }, 'ok'],
  ])('%s', (_name, requests, expected) => {
    expect(pluginTable('NodeResourcesFit', { nodes, pods: [running('q', 'a', '1', '1Gi')] }).filter(asking(requests), 'a')).toBe(
      expected,
    );
  });

  it('counts pods, and lets best effort pods in', () => {
    const pods = [running('q', 'a', '2'), running('r', 'a', '0')];
    expect(pluginTable('NodeResourcesFit', { nodes, pods }).filter(asking({}), 'a')).toBe('Unschedulable: Too many pods');
    expect(pluginTable('NodeResourcesFit', { nodes, pods: pods.slice(0, 1) }).filter(asking({}), 'a')).toBe('ok');
  });

  it('leaves out ignored extended resources', () => {
    const ask = asking({ 'example.com/fpga': '1' });
    expect(pluginTable('NodeResourcesFit', { nodes }, { ignoredResources: ['example.com/fpga'] }).filter(ask, 'a')).toBe('ok');
    expect(pluginTable('NodeResourcesFit', { nodes }, { ignoredResourceGroups: ['example.com'] }).filter(ask, 'a')).toBe('ok');
  });

  it('prefers the emptier node; requests that are not given count as 100m and 200Mi', () => {
    const two = [node('a', { cpu: '1', memory: '2000Mi' }), node('b', { cpu: '2', memory: '4000Mi' })];
    expect(pluginTable('NodeResourcesFit', { nodes: two }).score(asking({}))).toEqual({ a: [90, 90], b: [95, 95] });
    const most = { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } };
    expect(pluginTable('NodeResourcesFit', { nodes: two }, most).score(asking({ cpu: '500m' }))).toEqual({
      a: [50, 50],
      b: [25, 25],
    });
  });

  it('is woken by a bigger node and by a pod that goes', () => {
    const table = pluginTable('NodeResourcesFit', { nodes });
    const ask = asking({ cpu: '3' });
    expect(table.wakes(ask, 'Node', action.updateNodeAllocatable, node('a', { cpu: '2' }), node('a', { cpu: '3' }))).toBe(true);
    expect(table.wakes(ask, 'Node', action.updateNodeAllocatable, node('a', { cpu: '2' }), node('a', { cpu: '2500m' }))).toBe(
      false,
    );
    expect(table.wakes(ask, 'Node', action.updateNodeAllocatable, node('a', { cpu: '4' }), node('a', { cpu: '3' }))).toBe(false);
    expect(table.wakes(ask, 'AssignedPod', action.delete, running('q', 'a', '1'), undefined)).toBe(true);
  });
});

describe('strategies', () => {
  it.each([
    [leastAllocated, 30, 100, 70],
    [leastAllocated, 1, 3, 66],
    [leastAllocated, 4, 3, 0],
    [mostAllocated, 1, 3, 33],
    [mostAllocated, 4, 3, 100],
    [
      requestedToCapacity([
        { utilization: 0, score: 0 },
        { utilization: 100, score: 10 },
      ]),
      1,
      3,
      33,
    ],
    [
      requestedToCapacity([
        { utilization: 0, score: 10 },
        { utilization: 100, score: 0 },
      ]),
      5,
      3,
      0,
    ],
  ])('%#', (scorer, requested, allocatable, expected) => expect(scorer(requested, allocatable)).toBe(expected));

  it('is flat outside a shape and truncates towards zero inside', () => {
    const line = brokenLine([
      { utilization: 10, score: 2 },
      { utilization: 40, score: 9 },
      { utilization: 85, score: 3 },
    ]);
    expect([0, 10, 25, 40, 41, 85, 100].map(line)).toEqual([20, 20, 55, 90, 89, 30, 30]);
  });
});

describe('balanced allocation', () => {
  it.each([
    [[], 100],
    [[0.3], 100],
    [[0.2, 0.6], 80],
    [[0, 1], 50],
    [[0, 0, 1], 52],
  ])('balance of %j is %d', (fractions, expected) => expect(balance(fractions)).toBe(expected));

  it('rewards the node that becomes more even', () => {
    const nodes = [node('a', { cpu: '4', memory: '4Gi' }), node('b', { cpu: '4', memory: '4Gi' })];
    const table = pluginTable('NodeResourcesBalancedAllocation', {
      nodes,
      pods: [running('q', 'a', '2'), running('r', 'b', '0', '2Gi')],
    });
    expect(table.score(asking({ memory: '2Gi' }))).toEqual({ a: [87, 87], b: [62, 62] });
    expect(table.score(asking({ 'ephemeral-storage': '1Gi' }))).toBeUndefined();
  });
});

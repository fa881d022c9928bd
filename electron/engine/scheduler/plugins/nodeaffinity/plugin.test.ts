import { describe, expect, it } from 'vitest';
import type { NodeSelectorTerm } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

const nodes = [node('a', { labels: { disk: 'ssd', gen: '7' } }), node('b', { labels: { disk: 'hdd', gen: 'x' } })];
const no = "UnschedulableAndUnresolvable: node(s) didn't match Pod's node affinity/selector";
const requiring = (...nodeSelectorTerms: NodeSelectorTerm[]) =>
  pod('p', { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } } });
const expression = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});
const named = (...values: string[]): NodeSelectorTerm => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values }] });

describe('filter on node a', () => {
  it.each<[string, ReturnType<typeof pod>, string]>([
    ['nothing asked', pod('p'), 'Skip'],
    ['nodeSelector', pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), 'ok'],
    ['nodeSelector misses', pod('p', { spec: { nodeSelector: { disk: 'hdd' } } }), no],
    ['In', requiring(expression('disk', 'In', 'ssd', 'nvme')), 'ok'],
    ['NotIn', requiring(expression('disk', 'NotIn', 'ssd')), no],
    ['NotIn, label missing', requiring(expression('none', 'NotIn', 'ssd')), 'ok'],
    ['Exists', requiring(expression('gen', 'Exists')), 'ok'],
    ['DoesNotExist', requiring(expression('gen', 'DoesNotExist')), no],
    ['Gt', requiring(expression('gen', 'Gt', '6')), 'ok'],
    ['Gt equal', requiring(expression('gen', 'Gt', '7')), no],
    ['Lt', requiring(expression('gen', 'Lt', '8')), 'ok'],
    ['Lt, no integer', requiring(expression('disk', 'Lt', '8')), no],
    ['second term', requiring(expression('disk', 'In', 'hdd'), expression('gen', 'Exists')), 'ok'],
    ['empty term', requiring({}), no],
    ['by name', requiring(named('a')), 'ok'],
    ['by name and label', requiring({ ...named('a'), ...expression('disk', 'In', 'hdd') }), no],
    [
      'contradiction',
      requiring({ matchFields: [...(named('a').matchFields ?? []), ...(named('b').matchFields ?? [])] }),
      'UnschedulableAndUnresolvable: pod affinity terms conflict',
    ],
  ])('%s', (_name, one, expected) => {
    expect(pluginTable('NodeAffinity', { nodes }).filter(one, 'a')).toBe(expected);
  });

  it('adds the affinity of the profile', () => {
    const required = { nodeSelectorTerms: [expression('disk', 'In', 'hdd')] };
    const table = pluginTable(
      'NodeAffinity',
      { nodes },
      { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
    );
    expect(table.filter(pod('p'), 'a')).toBe(
      "UnschedulableAndUnresolvable: node(s) didn't match scheduler-enforced node affinity",
    );
    expect(table.filter(pod('p'), 'b')).toBe('ok');
  });
});

it('adds up the weights of preferred terms; an empty one counts nothing', () => {
  const preferred = [
    { weight: 30, preference: expression('disk', 'Exists') },
    { weight: 10, preference: expression('disk', 'In', 'ssd') },
    { weight: 50, preference: {} },
  ];
  const one = pod('p', { spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } } });
  const table = pluginTable('NodeAffinity', { nodes });
  expect(table.score(one)).toEqual({ a: [40, 100], b: [30, 75] });
  expect(table.score(pod('p'))).toBeUndefined();
});

it('is woken by a label that makes the node match', () => {
  const table = pluginTable('NodeAffinity', { nodes });
  const one = pod('p', { spec: { nodeSelector: { disk: 'ssd' } } });
  const [a, b] = nodes;
  expect(table.wakes(one, 'Node', action.updateNodeLabel, b, a)).toBe(true);
  expect(table.wakes(one, 'Node', action.updateNodeLabel, a, a)).toBe(false);
  expect(table.wakes(one, 'Node', action.add, undefined, b)).toBe(false);
});

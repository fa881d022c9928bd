import { describe, expect, it } from 'vitest';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

const zone = 'topology.kubernetes.io/zone';
const nodes = [
  node('a1', { labels: { [zone]: 'a' } }),
  node('b1', { labels: { [zone]: 'b' } }),
  node('c1', { labels: { [zone]: 'c' }, taints: [{ key: 'k', effect: 'NoSchedule' }] }),
  node('bare'),
];
const web = { app: 'web' };
const spreading = (constraint: object, labels: Record<string, string> = web, spec: Partial<Pod['spec']> = {}) =>
  pod('new', {
    labels,
    spec: {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: web }, ...constraint },
      ],
      ...spec,
    },
  });
const on = (nodeName: string, count: number, labels: Record<string, string> = web) =>
  Array.from({ length: count }, (_, i) => pod(`${nodeName}-${i}`, { nodeName, labels }));

const skewed = "Unschedulable: node(s) didn't match pod topology spread constraints";
const unlabelled = "UnschedulableAndUnresolvable: node(s) didn't match pod topology spread constraints (missing required label)";

describe('filter', () => {
  it.each<[string, Pod[], Pod, string, string]>([
    ['no constraint', on('a1', 5), pod('new'), 'a1', 'Skip'],
    ['balanced', [...on('a1', 1), ...on('b1', 1), ...on('c1', 1)], spreading({}), 'a1', 'ok'],
    ['one ahead', [...on('a1', 1)], spreading({}), 'a1', skewed],
    ['the empty zone', [...on('a1', 1)], spreading({}), 'b1', 'ok'],
    ['wider skew', [...on('a1', 1)], spreading({ maxSkew: 2 }), 'a1', 'ok'],
    ['missing label', [], spreading({}), 'bare', unlabelled],
    ['pods that do not match', on('a1', 3, { app: 'db' }), spreading({}), 'a1', 'ok'],
    ['a pod that does not match itself', on('a1', 1), spreading({}, { app: 'db' }), 'a1', 'ok'],
    ['tainted zone honoured away', [...on('a1', 1), ...on('b1', 1)], spreading({ nodeTaintsPolicy: 'Honor' }), 'a1', 'ok'],
    ['tainted zone counts', [...on('a1', 1), ...on('b1', 1)], spreading({}), 'a1', skewed],
    [
      'only selected nodes count',
      [...on('a1', 1), ...on('b1', 1)],
      spreading({}, web, { nodeSelector: { [zone]: 'a' } }),
      'a1',
      'ok',
    ],
    ['more domains wanted', [...on('a1', 1), ...on('b1', 1), ...on('c1', 1)], spreading({ minDomains: 4 }), 'a1', skewed],
    ['empty selector counts nobody', on('a1', 3), spreading({ labelSelector: {} }), 'a1', 'ok'],
    [
      'own value of a label key',
      on('a1', 1, { app: 'web', rev: '1' }),
      spreading({ matchLabelKeys: ['rev'] }, { app: 'web', rev: '2' }),
      'a1',
      'ok',
    ],
  ])('%s', (_name, pods, one, name, expected) => {
    expect(pluginTable('PodTopologySpread', { nodes, pods }).filter(one, name)).toBe(expected);
  });

  it('does not count pods that are leaving', () => {
    const [leaving] = on('a1', 1);
    const gone = { ...(leaving as Pod), metadata: { ...(leaving as Pod).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(pluginTable('PodTopologySpread', { nodes, pods: [gone] }).filter(spreading({}), 'a1')).toBe('ok');
  });
});

describe('score', () => {
  it('prefers the emptier zone and leaves out nodes without the label', () => {
    const one = spreading({ whenUnsatisfiable: 'ScheduleAnyway' });
    const scores = pluginTable('PodTopologySpread', { nodes, pods: [...on('a1', 2), ...on('b1', 1)] }).score(one);
    expect(scores).toEqual({ a1: [3, 0], b1: [2, 33], c1: [0, 100], bare: [0, 0] });
  });

  it('spreads the pods of a service over hosts and zones by default', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: { selector: web },
    } as KubeObject;
    const cluster = { nodes, pods: on('a1', 3), others: [service] };
    // Raw: log(6) per pod in the zone and on the host, and the skews less one (2 for hosts, 4 for zones where there is a zone).
    expect(pluginTable('PodTopologySpread', cluster).score(pod('new', { labels: web }))).toEqual({
      a1: [17, 11],
      b1: [6, 76],
      c1: [6, 76],
      bare: [2, 100],
    });
    expect(pluginTable('PodTopologySpread', cluster).score(pod('new'))).toBeUndefined();
    expect(
      pluginTable('PodTopologySpread', cluster, { defaultingType: 'List' }).score(pod('new', { labels: web })),
    ).toBeUndefined();
  });
});

it('is woken by pods that count and by nodes that take part', () => {
  const table = pluginTable('PodTopologySpread', { nodes });
  const [counted] = on('a1', 1);
  const [other] = on('a1', 1, { app: 'db' });
  expect(table.wakes(spreading({}), 'AssignedPod', action.delete, counted, undefined)).toBe(true);
  expect(table.wakes(spreading({}), 'AssignedPod', action.delete, other, undefined)).toBe(false);
  expect(table.wakes(spreading({}), 'Node', action.add, undefined, node('d1', { labels: { [zone]: 'd' } }))).toBe(true);
  expect(table.wakes(spreading({}), 'Node', action.add, undefined, node('bare'))).toBe(false);
});

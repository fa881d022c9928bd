import { describe, expect, it } from 'vitest';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

const zone = 'topology.kubernetes.io/zone';
const nodes = [
  node('a1', { labels: { [zone]: 'a' } }),
  node('a2', { labels: { [zone]: 'a' } }),
  node('b1', { labels: { [zone]: 'b' } }),
  node('bare'),
];
const term = (app: string, more: object = {}) => ({ topologyKey: zone, labelSelector: { matchLabels: { app } }, ...more });
type Affinity = NonNullable<Pod['spec']['affinity']>;
const wanting = (affinity: Affinity, labels: Record<string, string> = {}) => pod('new', { labels, spec: { affinity } });
const near = (...terms: object[]) => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } }) as Affinity;
const apart = (...terms: object[]) =>
  ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } }) as Affinity;
const on = (
  name: string,
  nodeName: string,
  labels: Record<string, string>,
  more: { namespace?: string; affinity?: Affinity } = {},
) => {
  const { affinity, ...settings } = more;
  return pod(name, { nodeName, labels, ...settings, ...(affinity === undefined ? {} : { spec: { affinity } }) });
};
const namespace = (name: string, labels: Record<string, string>) =>
  ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }) as KubeObject;

const notNear = "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules";
const tooNear = "Unschedulable: node(s) didn't match pod anti-affinity rules";
const unwanted = "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules";

describe('filter', () => {
  const web = on('web', 'a1', { app: 'web' });
  const remote = on('remote', 'b1', { app: 'web' }, { namespace: 'other' });
  it.each<[string, Pod[], Pod, string, string]>([
    ['no rules', [web], pod('new'), 'a1', 'Skip'],
    ['same zone', [web], wanting(near(term('web'))), 'a2', 'ok'],
    ['other zone', [web], wanting(near(term('web'))), 'b1', notNear],
    ['no zone label', [web], wanting(near(term('web'))), 'bare', notNear],
    ['other namespace', [remote], wanting(near(term('web'))), 'b1', notNear],
    ['named namespace', [remote], wanting(near(term('web', { namespaces: ['other'] }))), 'b1', 'ok'],
    [
      'namespace by label',
      [remote],
      wanting(near(term('web', { namespaceSelector: { matchLabels: { team: 'x' } } }))),
      'b1',
      'ok',
    ],
    ['every namespace', [remote], wanting(near(term('web', { namespaceSelector: {} }))), 'b1', 'ok'],
    ['one of two terms', [web], wanting(near(term('web'), term('db'))), 'a1', notNear],
    ['first of its group', [], wanting(near(term('web')), { app: 'web' }), 'a1', 'ok'],
    ['first of its group, no label', [], wanting(near(term('web')), { app: 'web' }), 'bare', notNear],
    ['not the first', [web], wanting(near(term('web')), { app: 'web' }), 'b1', notNear],
    ['apart', [web], wanting(apart(term('web'))), 'a2', tooNear],
    ['apart, other zone', [web], wanting(apart(term('web'))), 'b1', 'ok'],
    ['apart, no zone', [web], wanting(apart(term('web'))), 'bare', 'ok'],
    [
      'existing pod wants distance',
      [on('x', 'a1', {}, { affinity: apart(term('new')) })],
      pod('new', { labels: { app: 'new' } }),
      'a2',
      unwanted,
    ],
  ])('%s', (_name, pods, one, name, expected) => {
    const table = pluginTable('InterPodAffinity', {
      nodes,
      pods,
      others: [namespace('default', {}), namespace('other', { team: 'x' })],
    });
    expect(table.filter(one, name)).toBe(expected);
  });
});

describe('score', () => {
  const liking = (weight: number, app: string) => ({ weight, podAffinityTerm: term(app) });
  const pods = [on('web', 'a1', { app: 'web' }), on('db', 'b1', { app: 'db' }, { affinity: near(term('new')) })];
  it('adds up what the pod likes and what the others like, and stretches it', () => {
    const one = wanting(
      {
        podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [liking(10, 'web')] },
        podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [liking(6, 'db')] },
      },
      { app: 'new' },
    );
    const table = pluginTable('InterPodAffinity', { nodes, pods });
    expect(table.score(one)).toEqual({ a1: [10, 100], a2: [10, 100], b1: [-5, 0], bare: [0, 33] });
    expect(pluginTable('InterPodAffinity', { nodes, pods }, { hardPodAffinityWeight: 100 }).score(one)?.b1).toEqual([94, 100]);
  });
  it('skips when nobody likes anything, or when told to ignore the others', () => {
    expect(pluginTable('InterPodAffinity', { nodes, pods }).score(pod('new'))).toBeUndefined();
    expect(
      pluginTable('InterPodAffinity', { nodes, pods }, { ignorePreferredTermsOfExistingPods: true }).score(
        pod('new', { labels: { app: 'new' } }),
      ),
    ).toBeUndefined();
  });
});

it('is woken by company for affinity and by departures for anti-affinity', () => {
  const table = pluginTable('InterPodAffinity', { nodes });
  const web = on('web', 'a1', { app: 'web' });
  expect(table.wakes(wanting(near(term('web'))), 'AssignedPod', action.add, undefined, web)).toBe(true);
  expect(table.wakes(wanting(near(term('db'))), 'AssignedPod', action.add, undefined, web)).toBe(false);
  expect(table.wakes(wanting(apart(term('web'))), 'AssignedPod', action.delete, web, undefined)).toBe(true);
  const shy = on('shy', 'a1', {}, { affinity: apart(term('new')) });
  expect(table.wakes(pod('new', { labels: { app: 'new' } }), 'AssignedPod', action.delete, shy, undefined)).toBe(true);
});

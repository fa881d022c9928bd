import { describe, expect, it } from 'vitest';
import type { Result } from '#shared/core/result.ts';
import type { Status, Taint } from '#shared/kube/types.ts';
import { deployment, node, pod } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { annotate, forEachChosen, label, taint } from './mark.ts';
import { printError } from './words.ts';

function setUp() {
  const cluster = createTestCluster();
  cluster.create(node('web'), node('db', { labels: { pool: 'a' } }));
  cluster.create(
    pod('bare'),
    pod('marked', { labels: { a: '1', b: '2' }, annotations: { note: 'x', 'kubernetes.io/change-cause': 'old' } }),
  );
  cluster.create(deployment('shop'));
  return cluster;
}

const said = (answer: Result<string[], Status>): string => (answer.ok ? answer.value.join('\n') : printError(answer.error));

type Set = Record<string, string>;

describe('kubectl label', () => {
  it.each<[string, Set, string[], boolean, string]>([
    ['marked', { c: '3' }, [], false, 'pod/marked labeled'],
    ['marked', { a: '1' }, [], false, 'pod/marked not labeled'],
    ['marked', { a: '9' }, [], false, "error: 'a' already has a value (1), and --overwrite is false"],
    [
      'marked',
      { b: '9', a: '9' },
      [],
      false,
      "error: ['a' already has a value (1), and --overwrite is false, 'b' already has a value (2), and --overwrite is false]",
    ],
    ['marked', { a: '9' }, [], true, 'pod/marked labeled'],
    ['marked', {}, ['a'], false, 'pod/marked unlabeled'],
    ['marked', {}, ['a'], true, 'pod/marked labeled'],
    ['marked', { c: '3' }, ['a', 'b'], false, 'pod/marked unlabeled'],
    ['marked', { 'much-longer': 'than before'.replace(' ', '-') }, ['a'], false, 'pod/marked labeled'],
    ['marked', {}, ['z'], false, 'label "z" not found.\npod/marked not labeled'],
    ['marked', {}, ['z', 'a'], false, 'label "z" not found.\npod/marked unlabeled'],
    ['bare', {}, ['z'], false, 'label "z" not found.\npod/bare labeled'],
    ['marked', { a: '1' }, ['a'], false, 'error: can not both modify and remove a label in the same command'],
    ['marked', {}, [], false, 'error: at least one label update is required'],
    ['gone', { a: '1' }, [], false, 'Error from server (NotFound): pods "gone" not found'],
  ])('%s %j %j overwrite=%s', (name, set, remove, overwrite, expected) => {
    const cluster = setUp();
    const ref = { kind: 'Pod', namespace: 'default', name };
    expect(said(label(cluster.client, ref, { set, remove, overwrite }))).toBe(expected);
  });

  it('names every kind as kubectl does', () => {
    const cluster = setUp();
    const change = { set: { x: 'y' }, remove: [], overwrite: false };
    const refs = [
      { kind: 'Deployment', namespace: 'default', name: 'shop' },
      { kind: 'Node', namespace: '', name: 'web' },
      { kind: 'Namespace', namespace: '', name: 'default' },
    ];
    expect(refs.map((ref) => said(label(cluster.client, ref, change)))).toEqual([
      'deployment.apps/shop labeled',
      'node/web labeled',
      'namespace/default labeled',
    ]);
  });
});

describe('kubectl annotate', () => {
  it.each<[Set, string[], boolean, string]>([
    [{ x: 'y' }, [], false, 'pod/marked annotated'],
    [{ note: 'x' }, [], false, 'pod/marked annotated'],
    [
      { note: 'y' },
      [],
      false,
      "error: --overwrite is false but found the following declared annotation(s): 'note' already has a value (x)",
    ],
    [{ note: 'y' }, [], true, 'pod/marked annotated'],
    [{ 'kubernetes.io/change-cause': 'new' }, [], false, 'pod/marked annotated'],
    [{}, ['nope'], false, 'pod/marked annotated'],
    [
      { a: '1', b: '2' },
      ['b', 'a'],
      false,
      'error: can not both modify and remove the following annotation(s) in the same command: b, a',
    ],
    [{}, [], false, 'error: at least one annotation update is required'],
  ])('%j %j overwrite=%s', (set, remove, overwrite, expected) => {
    const cluster = setUp();
    const ref = { kind: 'Pod', namespace: 'default', name: 'marked' };
    expect(said(annotate(cluster.client, ref, { set, remove, overwrite }))).toBe(expected);
  });
});

describe('kubectl taint', () => {
  const k: Taint = { key: 'k', value: 'v', effect: 'NoSchedule' };
  const ke: Taint = { key: 'k', effect: 'NoExecute' };
  it.each<[Taint[], { key: string; effect?: string }[], boolean, string]>([
    [[k], [], false, 'error: node web already has k taint(s) with same effect(s) and --overwrite is false'],
    [[k], [], true, 'node/web modified'],
    [[ke], [], false, 'node/web tainted'],
    [[ke], [], true, 'node/web modified'],
    [[], [{ key: 'k' }], false, 'node/web untainted'],
    [[], [{ key: 'k', effect: 'NoSchedule' }], false, 'node/web untainted'],
    [[], [{ key: 'k', effect: 'NoExecute' }], false, 'error: taint "k:NoExecute" not found'],
    [[{ key: 'm', effect: 'NoSchedule' }], [{ key: 'k' }], false, 'node/web modified'],
    [[ke], [{ key: 'k' }], false, 'error: can not both modify and remove the following taint(s) in the same command: {"k":""}'],
    [[], [{ key: 'n' }, { key: 'o' }], false, 'error: [taint "n" not found, taint "o" not found]'],
    [[], [{ key: 'k' }, { key: 'k' }], false, 'error: taint "k" not found'],
    [
      [ke, ke],
      [],
      false,
      'error: duplicated taints with the same key and effect: {Key:k Value: Effect:NoExecute TimeAdded:<nil>}',
    ],
    [[], [{ key: 'k', effect: 'Never' }], false, 'error: invalid taint effect: Never, unsupported taint effect'],
    [[], [], false, 'error: at least one taint update is required'],
  ])('add %j remove %j overwrite=%s', (add, remove, overwrite, expected) => {
    const cluster = setUp();
    taint(cluster.client, 'web', { add: [k], remove: [], overwrite: false });
    expect(said(taint(cluster.client, 'web', { add, remove, overwrite }))).toBe(expected);
  });
});

describe('--all and --selector', () => {
  it('go through the objects by name and past refusals', () => {
    const cluster = setUp();
    const change = { set: { pool: 'b' }, remove: [], overwrite: false };
    const ref = { kind: 'Node', namespace: '', name: '' };
    const run = (choice: { all?: boolean; selector?: string }) =>
      said(forEachChosen(cluster.ctx, ref, choice, (one) => label(cluster.client, one, change)));
    expect(run({ all: true })).toBe("node/web labeled\nerror: 'pool' already has a value (a), and --overwrite is false");
    expect(run({ selector: 'pool=b' })).toBe('node/web not labeled');
    expect(run({ selector: 'pool=a' })).toBe("error: 'pool' already has a value (a), and --overwrite is false");
    expect(run({ selector: 'pool=c' })).toBe('');
    expect(run({ all: true, selector: 'x' })).toBe('error: cannot set --all and --selector at the same time');
  });
});

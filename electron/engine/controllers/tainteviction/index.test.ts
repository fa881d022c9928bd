import { describe, expect, it } from 'vitest';
import { shortestSeconds } from '#shared/kube/taints.ts';
import type { Taint, Toleration } from '#shared/kube/types.ts';
import { node, pod } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { createTaintEviction } from './index.ts';

const taint = (key: string): Taint => ({ key, value: '1', effect: 'NoExecute' });
const toleration = (key: string, tolerationSeconds?: number, value = '1'): Toleration => ({
  key,
  operator: 'Equal',
  value,
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

function setUp(): TestCluster {
  const cluster = createTestCluster({ components: (ctx) => [createTaintEviction(ctx)] });
  cluster.create(node('n1'));
  return cluster;
}

function setTaints(cluster: TestCluster, ...taints: Taint[]): void {
  const current = cluster.get('Node', '', 'n1');
  cluster.client.update({ ...current, spec: { ...current.spec, taints } });
}

const deleting = (cluster: TestCluster) =>
  cluster
    .list('Pod')
    .filter((p) => p.metadata.deletionTimestamp !== undefined)
    .map((p) => p.metadata.name);

describe('taint eviction', () => {
  it('evicts by toleration as noexecute-taint shows', () => {
    const cluster = setUp();
    const table: [string, Toleration[]][] = [
      ['none', []],
      ['wrong-value', [toleration('lab/ne', undefined, '2')]],
      ['zero', [toleration('lab/ne', 0)]],
      ['negative', [toleration('lab/ne', -5)]],
      ['four', [toleration('lab/ne', 4)]],
      ['ten-minutes', [toleration('lab/ne', 600)]],
      ['forever', [toleration('lab/ne')]],
    ];
    for (const [name, tolerations] of table) cluster.create(pod(name, { nodeName: 'n1', spec: { tolerations } }));
    cluster.runFor(1);
    expect(deleting(cluster)).toEqual([]);
    setTaints(cluster, taint('lab/ne'));
    cluster.runFor(1);
    expect(deleting(cluster)).toEqual(['negative', 'none', 'wrong-value', 'zero']);
    cluster.runFor(4000);
    expect(deleting(cluster)).toEqual(['four', 'negative', 'none', 'wrong-value', 'zero']);
    setTaints(cluster);
    cluster.runFor(1_000_000);
    expect(deleting(cluster)).toEqual(['four', 'negative', 'none', 'wrong-value', 'zero']);
    expect(cluster.events('ten-minutes')).toEqual(['Normal TaintManagerEviction Cancelling deletion of Pod default/ten-minutes']);
    expect(cluster.events('forever')).toEqual([]);
    expect(cluster.get('Pod', 'default', 'four').status.conditions).toMatchObject([
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
      },
    ]);
  });

  it('counts the full time again after a cancelled deletion', () => {
    const cluster = setUp();
    cluster.create(pod('eight', { nodeName: 'n1', spec: { tolerations: [toleration('lab/ne', 8)] } }));
    setTaints(cluster, taint('lab/ne'));
    cluster.runFor(3000);
    setTaints(cluster);
    cluster.runFor(1000);
    setTaints(cluster, taint('lab/ne'));
    cluster.runFor(7999);
    expect(deleting(cluster)).toEqual([]);
    cluster.runFor(1);
    expect(deleting(cluster)).toEqual(['eight']);
  });

  it('does not shorten a running time for a further taint', () => {
    const cluster = setUp();
    cluster.create(pod('two', { nodeName: 'n1', spec: { tolerations: [toleration('lab/a', 5), toleration('lab/b', 60)] } }));
    setTaints(cluster, taint('lab/b'));
    cluster.runFor(2500);
    setTaints(cluster, taint('lab/a'), taint('lab/b'));
    cluster.runFor(57_499);
    expect(deleting(cluster)).toEqual([]);
    cluster.runFor(1);
    expect(deleting(cluster)).toEqual(['two']);
  });

  it('meets pods bound past the scheduler', () => {
    const cluster = setUp();
    setTaints(cluster, taint('lab/ne'));
    cluster.create(pod('direct', { nodeName: 'n1' }));
    cluster.runFor(1);
    expect(deleting(cluster)).toEqual(['direct']);
  });

  it.each([
    [[], 0],
    [[toleration('a')], undefined],
    [[toleration('a', 5), toleration('b', 3), toleration('c')], 3],
    [[toleration('a', 5), toleration('b', -3)], 0],
  ])('shortest of %j is %s', (tolerations, seconds) => expect(shortestSeconds(tolerations)).toBe(seconds));
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../../testing/builders.ts';
import { PodInfos } from '../framework/podinfo.ts';
import { cpuIndex, ResourceTable } from '../framework/resources.ts';
import { SchedulerCache } from './cache.ts';

const placed = (name: string, nodeName: string, cpu: string): Pod => pod(name, { nodeName, cpu });

function setUp() {
  const infos = new PodInfos(new ResourceTable());
  return { infos, cache: new SchedulerCache(infos) };
}

describe('cache', () => {
  it('counts an assumed pod once, also after it was seen bound', () => {
    const { cache, infos } = setUp();
    cache.addNode(node('a'));
    const pending = pod('p', { cpu: '1' });
    cache.assume(infos.of(pending), 'a');
    expect(cache.updateSnapshot().get('a')?.requested[cpuIndex]).toBe(1000);
    cache.setPod(placed('p', 'a', '1'));
    cache.forget(infos.of(pending));
    expect(cache.updateSnapshot().get('a')?.requested[cpuIndex]).toBe(1000);
    cache.removePod(placed('p', 'a', '1'));
    expect(cache.updateSnapshot().get('a')?.requested[cpuIndex]).toBe(0);
  });

  it('forgets an assumption whose binding failed', () => {
    const { cache, infos } = setUp();
    cache.addNode(node('a'));
    const info = infos.of(pod('p', { cpu: '1' }));
    cache.assume(info, 'a');
    cache.forget(info);
    expect([cache.podCount, cache.updateSnapshot().get('a')?.pods]).toEqual([0, []]);
  });

  it('remembers the pods of a node that goes and comes back', () => {
    const { cache } = setUp();
    cache.setPod(placed('p', 'a', '1'));
    cache.addNode(node('a'));
    expect(cache.updateSnapshot().get('a')?.pods).toHaveLength(1);
    cache.removeNode(node('a'));
    expect(cache.updateSnapshot().nodes).toEqual([]);
    cache.addNode(node('a'));
    expect(cache.updateSnapshot().get('a')?.requested[cpuIndex]).toBe(1000);
  });

  it('copies only the nodes that changed', () => {
    const { cache } = setUp();
    cache.addNode(node('a'));
    cache.addNode(node('b'));
    const before = cache.updateSnapshot().nodes.slice();
    cache.setPod(placed('p', 'b', '1'));
    expect(cache.updateSnapshot().nodes.map((info, i) => info === before[i])).toEqual([true, false]);
    expect(before[1]?.pods).toEqual([]);
  });

  it('lists zones in turn', () => {
    const { cache } = setUp();
    const zoned = (name: string, zone: string) => node(name, { labels: { 'topology.kubernetes.io/zone': zone } });
    for (const one of [
      zoned('a1', 'a'),
      zoned('a2', 'a'),
      zoned('a3', 'a'),
      zoned('b1', 'b'),
      zoned('c1', 'c'),
      zoned('c2', 'c'),
    ])
      cache.addNode(one);
    expect(cache.updateSnapshot().nodes.map(({ name }) => name)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    cache.updateNode(zoned('a2', 'a'), zoned('a2', 'b'));
    expect(cache.updateSnapshot().nodes.map(({ name }) => name)).toEqual(['a1', 'a2', 'c1', 'a3', 'b1', 'c2']);
  });

  it('shares the spread of an image among nodes and keeps its first size', () => {
    const { cache } = setUp();
    const having = (name: string, sizeBytes: number): Node => {
      const base = node(name);
      return { ...base, status: { ...base.status, images: [{ names: ['x:1'], sizeBytes }] } };
    };
    cache.addNode(having('a', 5));
    cache.addNode(having('b', 7));
    const state = () => cache.updateSnapshot().get('a')?.images.get('x:1');
    expect([state()?.sizeBytes, state()?.nodes.size]).toEqual([5, 2]);
    cache.removeNode(having('b', 7));
    expect(state()?.nodes.size).toBe(1);
  });

  it('adds up to what is there, after any changes', () => {
    const step = fc.record({
      pod: fc.integer({ min: 0, max: 9 }),
      node: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom('set', 'remove', 'addNode', 'removeNode'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { cache } = setUp();
        const pods = new Map<string, Pod>();
        const nodes = new Set<string>();
        for (const { pod: p, node: n, what } of steps) {
          const one = placed(`p${p}`, `n${n}`, `${p + 1}`);
          if (what === 'set') {
            cache.setPod(one);
            pods.set(one.metadata.name, one);
          } else if (what === 'remove') {
            cache.removePod(one);
            pods.delete(one.metadata.name);
          } else if (what === 'addNode' && !nodes.has(`n${n}`)) {
            cache.addNode(node(`n${n}`));
            nodes.add(`n${n}`);
          } else if (what === 'removeNode') {
            cache.removeNode(node(`n${n}`));
            nodes.delete(`n${n}`);
          }
        }
        const snapshot = cache.updateSnapshot();
        expect(snapshot.nodes.map(({ name }) => name)).toEqual([...nodes].sort());
        for (const info of snapshot.nodes) {
          const here = [...pods.values()].filter(({ spec }) => spec.nodeName === info.name);
          expect(info.pods.map(({ pod: one }) => one.metadata.name).sort()).toEqual(
            here.map(({ metadata }) => metadata.name).sort(),
          );
          const cpu = here.reduce((sum, { metadata }) => sum + 1000 * (Number(metadata.name.slice(1)) + 1), 0);
          expect(info.requested[cpuIndex]).toBe(cpu);
        }
      }),
    );
  });
});

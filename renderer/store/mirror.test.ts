import { describe, expect, it } from 'vitest';
import { frame, node, pod, replicaSet, SESSION } from '../testing/frames.ts';
import { applyFrame, EMPTY_MIRROR, type Mirror } from './mirror.ts';

function must(state: Mirror | 'resync'): Mirror {
  if (state === 'resync') throw new Error('unexpected resync');
  return state;
}

const start = must(
  applyFrame(
    EMPTY_MIRROR,
    frame({
      snapshot: true,
      toRevision: 10,
      put: [node('a'), node('b'), pod('one', { on: 'a' }), pod('two', { on: 'b' }), pod('three')],
    }),
  ),
);

describe('applyFrame: order', () => {
  it('wants a snapshot first', () => expect(applyFrame(EMPTY_MIRROR, frame({ toRevision: 1 }))).toBe('resync'));
  it('refuses a gap', () => expect(applyFrame(start, frame({ fromRevision: 11, toRevision: 12 }))).toBe('resync'));
  it('refuses what it already has', () => expect(applyFrame(start, frame({ fromRevision: 9, toRevision: 10 }))).toBe('resync'));
  it('refuses a difference of another epoch', () =>
    expect(applyFrame(start, frame({ epoch: 2, fromRevision: 10, toRevision: 11 }))).toBe('resync'));
  it('takes a snapshot of another epoch and forgets the old objects', () => {
    const next = must(applyFrame(start, frame({ epoch: 2, snapshot: true, toRevision: 3, put: [node('c')] })));
    expect([...next.nodes.keys()]).toEqual(['c']);
    expect(next.pods.size).toBe(0);
    expect(next.podsByNode.size).toBe(0);
    expect(next.revision).toBe(3);
  });
  it('leaves the given mirror alone', () => {
    must(applyFrame(start, frame({ fromRevision: 10, toRevision: 11, remove: ['Pod/default/one', 'Node//a'] })));
    expect(start.pods.has('Pod/default/one')).toBe(true);
    expect(start.podsByNode.get('a')).toHaveLength(1);
  });
});

describe('applyFrame: pods by node', () => {
  const step = (parts: Parameters<typeof frame>[0]): Mirror =>
    must(applyFrame(start, frame({ fromRevision: 10, toRevision: 11, ...parts })));
  const names = (mirror: Mirror, on: string) => mirror.podsByNode.get(on)?.map((one) => one.metadata.name);

  it('adds a bound pod to its node only', () => {
    const next = step({ put: [pod('three', { on: 'a' })] });
    expect(names(next, 'a')).toEqual(['one', 'three']);
    expect(next.podsByNode.get('b')).toBe(start.podsByNode.get('b'));
  });
  it('replaces in place', () => {
    const two = must(
      applyFrame(
        step({ put: [pod('three', { on: 'a' })] }),
        frame({ fromRevision: 11, toRevision: 12, put: [pod('one', { on: 'a', phase: 'Failed' })] }),
      ),
    );
    expect(names(two, 'a')).toEqual(['one', 'three']);
    expect(two.podsByNode.get('a')?.[0]?.status.phase).toBe('Failed');
  });
  it('takes a removed pod out and drops the empty list', () =>
    expect(step({ remove: ['Pod/default/one'] }).podsByNode.has('a')).toBe(false));
  it('keeps every table that did not change', () => {
    const next = step({ put: [pod('three', { phase: 'Pending' })] });
    expect(next.podsByNode).toBe(start.podsByNode);
    expect(next.nodes).toBe(start.nodes);
    expect(next.queue).toBe(start.queue);
    expect(next.positions).toBe(start.positions);
    expect(next.session).toBe(start.session);
    expect(next.pods).not.toBe(start.pods);
  });
  it('takes a changed session', () => expect(step({ session: { ...SESSION, playing: true } }).session?.playing).toBe(true));
});

describe('applyFrame: families', () => {
  it('gives each owner the next colour and keeps it across epochs', () => {
    const put = [
      replicaSet('web-abc', 'web', 1),
      pod('web-abc-1', { set: 'web-abc' }),
      pod('web-abc-2', { set: 'web-abc' }),
      pod('db-0'),
    ];
    const next = must(applyFrame(EMPTY_MIRROR, frame({ snapshot: true, toRevision: 1, put })));
    expect([...next.owners]).toEqual([
      ['Deployment/default/web', 0],
      ['Pod/default/db', 1],
    ]);
    const later = must(applyFrame(next, frame({ epoch: 2, snapshot: true, toRevision: 1, put: [pod('db-7')] })));
    expect(later.owners).toBe(next.owners);
  });
  it('knows which ReplicaSet is the newest', () => {
    const put = [replicaSet('web-abc', 'web', 1), replicaSet('web-def', 'web', 2)];
    const next = must(applyFrame(EMPTY_MIRROR, frame({ snapshot: true, toRevision: 1, put })));
    expect(next.lineage.get('ReplicaSet/default/web-abc')).toEqual({
      deployment: 'Deployment/default/web',
      revision: 1,
      current: false,
    });
    expect(next.lineage.get('ReplicaSet/default/web-def')?.current).toBe(true);
    const same = must(applyFrame(next, frame({ fromRevision: 1, toRevision: 2, put: [replicaSet('web-def', 'web', 2)] })));
    expect(same.lineage).toBe(next.lineage);
  });
  it('puts kinds it does not simulate aside', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } };
    expect(must(applyFrame(start, frame({ fromRevision: 10, toRevision: 11, put: [service] }))).others.size).toBe(1);
  });
});

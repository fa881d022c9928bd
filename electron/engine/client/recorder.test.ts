import { describe, expect, it } from 'vitest';
import type { KubeEvent } from '#shared/kube/types.ts';
import { node, pod } from '../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../testing/harness.ts';

function eventsOf(cluster: TestCluster): readonly KubeEvent[] {
  return cluster.list('Event');
}

function setUp(config = {}) {
  const cluster = createTestCluster({ config });
  const [about] = cluster.create(pod('web-1'));
  if (about === undefined) throw new Error('no pod');
  return { cluster, about };
}

describe('core events', () => {
  it('name the object, the source and the times', () => {
    const { cluster, about } = setUp();
    cluster.ctx.recorder('kubelet', 'core', 'n1').event(about, 'Normal', 'Pulled', 'Image is there');
    const [event] = eventsOf(cluster);
    expect(event).toMatchObject({
      metadata: { namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'web-1', namespace: 'default', apiVersion: 'v1', uid: about.metadata.uid },
      reason: 'Pulled',
      message: 'Image is there',
      type: 'Normal',
      count: 1,
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
    expect(event?.metadata.name).toMatch(/^web-1\.[0-9a-f]{16}$/);
  });

  it('count equal ones and keep the first time', () => {
    const { cluster, about } = setUp();
    const recorder = cluster.ctx.recorder('kubelet');
    for (let i = 0; i < 3; i++) {
      recorder.event(about, 'Warning', 'BackOff', 'Back-off restarting');
      cluster.runFor(2000);
    }
    recorder.event(about, 'Warning', 'Failed', 'Back-off restarting');
    const all = eventsOf(cluster).map(({ reason, count, firstTimestamp, lastTimestamp }) => ({
      reason,
      count,
      firstTimestamp,
      lastTimestamp,
    }));
    expect(all).toContainEqual({
      reason: 'BackOff',
      count: 3,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:04Z',
    });
    expect(all).toContainEqual(expect.objectContaining({ reason: 'Failed', count: 1 }));
    expect(all).toHaveLength(2);
  });

  it('combine what is similar from the tenth on', () => {
    const { cluster, about } = setUp();
    const recorder = cluster.ctx.recorder('replicaset-controller');
    for (let i = 1; i <= 12; i++) recorder.event(about, 'Normal', 'SuccessfulCreate', `Created pod: web-${i}`);
    const messages = eventsOf(cluster).map(({ message, count }) => `${message} x${count}`);
    expect(messages).toHaveLength(10);
    expect(messages).toContain('(combined from similar events): Created pod: web-12 x3');
  });

  it('let one object have a burst of 25 from one source, then one every five minutes', () => {
    const { cluster, about } = setUp();
    const recorder = cluster.ctx.recorder('kubelet');
    for (let i = 0; i < 40; i++) recorder.event(about, 'Normal', `Reason${i}`, 'text');
    expect(eventsOf(cluster)).toHaveLength(25);
    cluster.runFor(301_000);
    for (let i = 0; i < 5; i++) recorder.event(about, 'Normal', `Later${i}`, 'text');
    expect(eventsOf(cluster)).toHaveLength(26);
  });

  it('about cluster-scoped objects live in namespace default', () => {
    const { cluster } = setUp();
    const [stored] = cluster.create(node('n1'));
    if (stored === undefined) throw new Error('no node');
    cluster.ctx.recorder('node-controller').event(stored, 'Normal', 'RegisteredNode', 'Registered');
    expect(eventsOf(cluster)[0]?.metadata.namespace).toBe('default');
  });
});

describe('scheduler events', () => {
  it('become a series with the second equal one, and are finished after six quiet minutes', () => {
    const { cluster, about } = setUp();
    const recorder = cluster.ctx.recorder('default-scheduler', 'events');
    const fail = (): void => recorder.event(about, 'Warning', 'FailedScheduling', 'no room', { action: 'Scheduling' });
    fail();
    expect(eventsOf(cluster)[0]).toMatchObject({
      action: 'Scheduling',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingComponent: 'default-scheduler',
    });
    expect(eventsOf(cluster)[0]?.series).toBeUndefined();
    cluster.runFor(1000);
    fail();
    expect(eventsOf(cluster)[0]?.series).toEqual({ count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' });
    fail();
    fail();
    expect(eventsOf(cluster)[0]?.series?.count).toBe(2);
    cluster.runFor(800_000);
    expect(eventsOf(cluster)[0]?.series?.count).toBe(4);
    fail();
    expect(eventsOf(cluster)).toHaveLength(2);
  });

  it('about another version of the object are events of their own', () => {
    const { cluster, about } = setUp();
    const recorder = cluster.ctx.recorder('default-scheduler', 'events');
    recorder.event(about, 'Warning', 'FailedScheduling', 'no room');
    const next = unwrap(cluster.client.update({ ...about, metadata: { ...about.metadata, labels: { a: 'b' } } }));
    recorder.event(next, 'Warning', 'FailedScheduling', 'no room');
    expect(eventsOf(cluster)).toHaveLength(2);
  });
});

describe('event expiry', () => {
  it('removes events an hour after their last write', () => {
    const { cluster, about } = setUp({ eventTtlMs: 60_000 });
    const recorder = cluster.ctx.recorder('kubelet');
    recorder.event(about, 'Normal', 'Once', 'text');
    recorder.event(about, 'Normal', 'Again', 'text');
    cluster.runFor(40_000);
    recorder.event(about, 'Normal', 'Again', 'text');
    cluster.runFor(30_000);
    expect(eventsOf(cluster).map(({ reason }) => reason)).toEqual(['Again']);
    expect(cluster.settle().reason).toBe('quiet');
    cluster.runFor(40_000);
    expect(eventsOf(cluster)).toEqual([]);
    expect(cluster.core.clock.timers).toBe(0);
  });
});

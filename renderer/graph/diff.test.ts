import { describe, expect, it } from 'vitest';
import { applyFrame, EMPTY_MIRROR, type Mirror } from '../store/mirror.ts';
import { frame, node, pod } from '../testing/frames.ts';
import { graceProgress, motionMs, transitions } from './diff.ts';

const start = applyFrame(
  EMPTY_MIRROR,
  frame({
    snapshot: true,
    toRevision: 1,
    put: [node('n'), pod('waiting', { set: 'web-abc' }), pod('there', { on: 'n', set: 'web-abc' })],
  }),
) as Mirror;

function observe(parts: Parameters<typeof frame>[0]) {
  const next = frame({ fromRevision: 1, toRevision: 2, ...parts });
  return transitions(start, applyFrame(start, next) as Mirror, next.changes);
}
const going = { deletionTimestamp: '2026-01-01T00:00:40Z', deletionGracePeriodSeconds: 30 };
const disrupted = (reason: string) => ({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] });

describe('transitions', () => {
  it('sees a binding', () => {
    expect(observe({ put: [pod('waiting', { on: 'n', phase: 'Pending', set: 'web-abc' })] })).toEqual([
      { type: 'bound', pod: 'Pod/default/waiting', node: 'n' },
    ]);
  });
  it('tells preempted, evicted and deleted apart', () => {
    const how = (status: object) =>
      observe({ put: [pod('there', { on: 'n', set: 'web-abc', meta: going, status })] }).map(
        (one) => one.type === 'leaving' && one.how,
      );
    expect(how(disrupted('PreemptionByScheduler'))).toEqual(['preempted']);
    expect(how(disrupted('EvictionByEvictionAPI'))).toEqual(['evicted']);
    expect(how(disrupted('DeletionByTaintManager'))).toEqual(['evicted']);
    expect(how({})).toEqual(['deleted']);
  });
  it('sees a pod come and go', () => {
    expect(observe({ put: [pod('new', { set: 'web-abc' })] })[0]).toMatchObject({ type: 'created', pod: 'Pod/default/new' });
    expect(observe({ remove: ['Pod/default/there'] })).toEqual([{ type: 'gone', pod: 'Pod/default/there', node: 'n' }]);
  });
  it('takes another object of the same name for a new one', () => {
    expect(observe({ put: [pod('there', { meta: { uid: 'other' } })] }).map((one) => one.type)).toEqual(['created']);
  });
  it('sees crash and recovery', () => {
    expect(observe({ faults: { n: 'crashed' } })).toEqual([{ type: 'crashed', node: 'n' }]);
    const crashed = applyFrame(start, frame({ fromRevision: 1, toRevision: 1, faults: { n: 'crashed' } })) as Mirror;
    const well = applyFrame(crashed, frame({ fromRevision: 1, toRevision: 1 })) as Mirror;
    expect(transitions(crashed, well, [])).toEqual([{ type: 'recovered', node: 'n' }]);
  });
  it('says nothing across epochs', () => {
    const next = frame({ epoch: 2, snapshot: true, toRevision: 1, put: [pod('waiting', { on: 'n' })] });
    expect(transitions(start, applyFrame(start, next) as Mirror, next.changes)).toEqual([]);
  });
});

describe('motionMs', () => {
  it('shortens with speed and ends above ten', () => {
    const lengths = [0.25, 1, 2, 5, 10].map(motionMs);
    expect([...lengths].sort((a, b) => b - a)).toEqual(lengths);
    expect(motionMs(1)).toBe(600);
    expect(motionMs(11)).toBe(0);
  });
});

describe('graceProgress', () => {
  const startMs = Date.parse('2026-01-01T00:00:00Z');
  it('follows virtual time', () => {
    const leaving = pod('x', { on: 'n', meta: going });
    expect([10_000, 25_000, 40_000, 90_000].map((now) => graceProgress(leaving, startMs, now))).toEqual([0, 0.5, 1, 1]);
  });
  it('is nothing for a pod that stays, all for one without grace', () => {
    expect(graceProgress(pod('x'), startMs, 0)).toBe(0);
    expect(graceProgress(pod('x', { meta: { ...going, deletionGracePeriodSeconds: 0 } }), startMs, 0)).toBe(1);
  });
});

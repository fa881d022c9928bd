import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { VirtualClock } from '../../sim/clock.ts';
import { runLoop } from '../../sim/loop.ts';
import { pod } from '../../testing/builders.ts';
import { action } from '../framework/events.ts';
import type { EventRegistration } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';
import { SchedulingQueue } from './queue.ts';

const timings = { backoffInitialMs: 1000, backoffMaxMs: 10_000, unschedulableFlushMs: 300_000 };
const nodeAdd = { resource: 'Node', action: action.add };
const nodeTaint = { resource: 'Node', action: action.updateNodeTaint };

function prioritised(name: string, priority: number, gates: string[] = []): Pod {
  const base = pod(name, { spec: { schedulingGates: gates.map((gate) => ({ name: gate })) } });
  return { ...base, metadata: { ...base.metadata, uid: name }, spec: { ...base.spec, priority } };
}

function setUp(registrations: Record<string, EventRegistration[]> = { Fit: [{ event: nodeAdd }] }) {
  const clock = new VirtualClock('2026-01-01T00:00:00Z');
  const queue = new SchedulingQueue(clock, timings, {
    preEnqueue: ({ spec }) => ((spec.schedulingGates?.length ?? 0) > 0 ? { ...unresolvable('gated'), plugin: 'Gate' } : null),
    registrations: (_pod, plugin) => registrations[plugin] ?? [],
    compare: (a, b) => b.priority - a.priority || a.enqueuedMs - b.enqueuedMs,
    onReady: () => undefined,
  });
  const run = (ms: number) => runLoop(clock, () => 0, { untilMs: clock.nowMs + ms });
  /** One failed attempt. */
  const fail = (...plugins: string[]) => {
    const entry = queue.pop();
    if (entry === undefined) throw new Error('nothing to pop');
    queue.putBack(entry, new Set(plugins));
    return entry.key;
  };
  return { clock, queue, run, fail };
}

/** Keys by lane, without the namespace. */
function lanes(queue: SchedulingQueue) {
  const all = queue.lanes();
  const keys = (entries: readonly { key: string }[]) => entries.map(({ key }) => key.replace('default/', ''));
  return { active: keys(all.active), backoff: keys(all.backoff), unschedulable: keys(all.unschedulable), gated: keys(all.gated) };
}

describe('lanes', () => {
  it('pops by priority, then by time', () => {
    const { queue, run } = setUp();
    queue.add(prioritised('b', 0));
    run(1);
    queue.add(prioritised('a', 0));
    queue.add(prioritised('c', 5));
    expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()].map((entry) => entry?.pod.metadata.name)).toEqual([
      'c',
      'b',
      'a',
      undefined,
    ]);
  });

  it('parks what was rejected until a registered event comes, and then backs off', () => {
    const { queue, run, fail } = setUp();
    queue.add(prioritised('p', 0));
    fail('Fit');
    queue.notify(nodeTaint);
    expect(lanes(queue).unschedulable).toEqual(['p']);
    queue.notify(nodeAdd);
    expect(lanes(queue)).toMatchObject({ unschedulable: [], backoff: ['p'] });
    run(1000);
    expect(lanes(queue)).toMatchObject({ active: ['p'], backoff: [] });
    expect(queue.lanes().active[0]?.wokenBy).toEqual({ event: 'NodeAdd', plugin: 'Fit' });
  });

  it('gives a pod that backs off its turn when nothing else is active', () => {
    const { queue, fail } = setUp();
    queue.add(prioritised('p', 0));
    fail('Fit');
    queue.notify(nodeAdd);
    expect(queue.ready).toBe(true);
    expect(queue.pop()?.key).toBe('default/p');
  });

  it('sends a pod back at once when the event came while it was in flight', () => {
    const { queue } = setUp();
    queue.add(prioritised('p', 0));
    const entry = queue.pop();
    queue.notify(nodeAdd);
    if (entry !== undefined) queue.putBack(entry, new Set(['Fit']));
    expect(lanes(queue).backoff).toEqual(['p']);
  });

  it('doubles the back-off to its maximum, and does not shorten it for errors', () => {
    const { queue, run, clock } = setUp();
    queue.add(prioritised('p', 0));
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const entry = queue.pop();
      if (entry === undefined) throw new Error('not active');
      queue.putBack(entry, new Set());
      expect(queue.ready).toBe(false);
      const before = clock.nowMs;
      waits.push((queue.lanes().backoff[0]?.backoffUntilMs ?? 0) - before);
      run(waits[i] ?? 0);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('tries parked pods again after the flush time', () => {
    const { queue, run, fail } = setUp();
    queue.add(prioritised('p', 0));
    fail('Fit');
    run(timings.unschedulableFlushMs - 1);
    expect(lanes(queue).unschedulable).toEqual(['p']);
    run(1);
    expect(lanes(queue).active).toEqual(['p']);
  });

  it('asks the hint', () => {
    const { queue, fail } = setUp({ Fit: [{ event: nodeAdd, hint: (one) => one.metadata.name === 'yes' }] });
    queue.add(prioritised('yes', 0));
    queue.add(prioritised('no', 0));
    fail('Fit');
    fail('Fit');
    queue.notify(nodeAdd);
    expect(lanes(queue)).toMatchObject({ backoff: ['yes'], unschedulable: ['no'] });
  });

  it('keeps gated pods apart, flush or not, until the gates are gone', () => {
    const { queue, run } = setUp();
    const gated = prioritised('p', 0, ['g']);
    queue.add(gated);
    run(2 * timings.unschedulableFlushMs);
    queue.notify(nodeAdd);
    expect(lanes(queue).gated).toEqual(['p']);
    queue.update(gated, prioritised('p', 0), []);
    expect(lanes(queue)).toMatchObject({ gated: [], active: ['p'] });
  });

  it('keeps its place when the priority changes while active', () => {
    const { queue } = setUp();
    queue.add(prioritised('a', 1));
    queue.add(prioritised('b', 2));
    queue.update(prioritised('a', 1), prioritised('a', 3), []);
    expect(lanes(queue).active).toEqual(['a', 'b']);
  });
});

const step = fc.oneof(
  fc.record({
    type: fc.constant('add' as const),
    name: fc.integer({ min: 0, max: 15 }),
    priority: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({ type: fc.constant('delete' as const), name: fc.integer({ min: 0, max: 15 }) }),
  fc.record({
    type: fc.constant('pop' as const),
    verdict: fc.constantFrom('bound', 'rejected', 'error', 'rejected after event'),
  }),
  fc.record({ type: fc.constant('event' as const) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 12_000 }) }),
);

describe('under churn', () => {
  const play = (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) => {
    const { queue, run } = setUp();
    const expected = new Set<string>();
    for (const one of steps) {
      if (one.type === 'add' && !queue.has(`default/p${one.name}`)) {
        queue.add(prioritised(`p${one.name}`, one.priority));
        expected.add(`default/p${one.name}`);
      } else if (one.type === 'delete') {
        queue.delete(`default/p${one.name}`);
        expected.delete(`default/p${one.name}`);
      } else if (one.type === 'event') queue.notify(nodeAdd);
      else if (one.type === 'wait') run(one.ms);
      else if (one.type === 'pop') {
        const entry = queue.pop();
        if (entry === undefined) continue;
        if (one.verdict === 'rejected after event') queue.notify(nodeAdd);
        if (one.verdict === 'bound') {
          queue.done(entry.key);
          expected.delete(entry.key);
        } else queue.putBack(entry, new Set(one.verdict === 'error' ? [] : ['Fit']));
      }
      expect(queue.size).toBe(expected.size);
      for (const key of expected) expect(queue.has(key)).toBe(true);
    }
    return { queue, run, expected };
  };

  it('loses no pod and starves none: after the flush time each gets its turn', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue, run, expected } = play(steps);
        run(timings.unschedulableFlushMs + timings.backoffMaxMs + 1000);
        const popped = new Set<string>();
        for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
          popped.add(entry.key);
          queue.done(entry.key);
        }
        expect(popped).toEqual(expected);
      }),
    );
  });

  it('does the same for the same steps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        expect(lanes(play(steps).queue)).toEqual(lanes(play(steps).queue));
      }),
      { numRuns: 30 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskError, VirtualClock } from './clock.ts';
import { runLoop } from './loop.ts';
import { formatTime, parseTime } from './time.ts';

const START = '2026-01-01T00:00:00Z';

describe('virtual clock', () => {
  it('runs tasks by due time, ties in order of scheduling, with now at the due time', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ delay: fc.nat(50), background: fc.boolean(), cancel: fc.boolean() })), (plans) => {
        const clock = new VirtualClock(START);
        const ran: number[] = [];
        const handles = plans.map(({ delay, background }, index) =>
          clock.schedule(
            delay,
            `task ${index}`,
            () => {
              expect(clock.nowMs).toBe(delay);
              ran.push(index);
            },
            { background },
          ),
        );
        plans.forEach(({ cancel }, index) => {
          if (cancel) clock.cancel(handles[index] ?? -1);
        });
        const expected = plans
          .map(({ delay, cancel }, index) => ({ delay, cancel, index }))
          .filter(({ cancel }) => !cancel)
          .sort((a, b) => a.delay - b.delay || a.index - b.index)
          .map(({ index }) => index);
        expect(clock.foregroundTimers).toBe(plans.filter(({ background, cancel }) => !background && !cancel).length);
        const outcome = runLoop(clock, () => 0, { untilMs: 100 });
        expect(ran).toEqual(expected);
        expect(outcome).toEqual({ reason: 'idle', tasks: expected.length });
        expect(clock.nowMs).toBe(100);
      }),
    );
  });

  it('lets tasks schedule and cancel others in the same instant', () => {
    const clock = new VirtualClock(START);
    const ran: string[] = [];
    clock.schedule(5, 'a', () => {
      ran.push('a');
      clock.schedule(0, 'c', () => ran.push('c'));
      clock.cancel(doomed);
    });
    clock.schedule(5, 'b', () => ran.push('b'));
    const doomed = clock.schedule(5, 'x', () => ran.push('x'));
    runLoop(clock, () => 0, { untilMs: 5 });
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  it('passes on what a task throws, with the label, and counts the task', () => {
    const clock = new VirtualClock(START);
    clock.schedule(7, 'deployment default/web', () => {
      throw new Error('broken');
    });
    expect(() => runLoop(clock, () => 0, { untilMs: 10 })).toThrow(TaskError);
    expect(clock.tasks).toBe(1);
    expect(clock.running).toBe(false);
    clock.schedule(0, 'other', () => {
      throw new Error('broken again');
    });
    expect(() => clock.runNext(100)).toThrow('task "other" at 7 ms: broken again');
  });

  it.each([
    ['tasks', { untilMs: 100, maxTasks: 2 }, 2, 10],
    ['until', { untilMs: 15 }, 2, 15],
    ['quiet', { untilMs: 100, untilQuiet: true }, 3, 20],
    ['stop', { untilMs: 100, stop: () => true }, 1, 10],
    ['idle', { untilMs: 100 }, 4, 100],
  ] as const)('ends a run with %s', (reason, limits, tasks, nowMs) => {
    const clock = new VirtualClock(START);
    for (const delay of [10, 10, 20]) clock.schedule(delay, 't', () => undefined);
    clock.schedule(30, 'bg', () => undefined, { background: true });
    expect(runLoop(clock, () => 0, limits)).toEqual({ reason, tasks });
    expect(clock.nowMs).toBe(nowMs);
  });

  it('ends a run after the first task that wrote', () => {
    const clock = new VirtualClock(START);
    let writes = 0;
    clock.schedule(1, 'read', () => undefined);
    clock.schedule(2, 'write', () => writes++);
    clock.schedule(3, 'more', () => writes++);
    expect(runLoop(clock, () => writes, { untilMs: 9, untilWrite: true })).toEqual({ reason: 'write', tasks: 2 });
    expect(clock.nowMs).toBe(2);
  });

  it('refuses negative and unreal delays', () => {
    const clock = new VirtualClock(START);
    expect(() => clock.schedule(-1, 'past', () => undefined)).toThrow(RangeError);
    expect(() => clock.schedule(Number.NaN, 'nan', () => undefined)).toThrow(RangeError);
  });
});

describe('time texts', () => {
  it('agree with the platform calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_000_000_000_000, max: 200_000_000_000_000 }), (epochMs) => {
        const text = new Date(epochMs).toISOString();
        expect(formatTime(epochMs, 6)).toBe(text.replace('Z', '000Z'));
        expect(formatTime(epochMs, 0)).toBe(`${text.slice(0, 19)}Z`);
        expect(parseTime(text)).toBe(epochMs);
      }),
    );
  });

  it.each([
    ['2026-01-01T09:00:00+09:00', Date.UTC(2026, 0, 1)],
    ['2026-01-01T00:00:00.1234567Z', Date.UTC(2026, 0, 1) + 123],
    ['2026-13-01T00:00:00Z', undefined],
    ['yesterday', undefined],
  ])('reads %s', (text, epochMs) => {
    expect(parseTime(text)).toBe(epochMs);
  });
});

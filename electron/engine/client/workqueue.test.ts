import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../sim/clock.ts';
import { runLoop } from '../sim/loop.ts';
import { ClockWorkQueue } from './workqueue.ts';

function setUp(process?: (key: string, queue: ClockWorkQueue) => void) {
  const clock = new VirtualClock('2026-01-01T00:00:00Z');
  const done: string[] = [];
  const queue: ClockWorkQueue = new ClockWorkQueue(clock, 'test', (key) => {
    done.push(`${key}@${clock.nowMs}`);
    process?.(key, queue);
  });
  const run = (untilMs: number): string[] => {
    runLoop(clock, () => 0, { untilMs });
    return done;
  };
  return { clock, queue, done, run };
}

describe('work queue', () => {
  it('processes a key once however often it is added before its turn, in order', () => {
    const { queue, run } = setUp();
    for (const key of ['b', 'a', 'b', 'a']) queue.add(key);
    expect(queue.length).toBe(2);
    expect(run(0)).toEqual(['b@0', 'a@0']);
    expect(queue.length).toBe(0);
  });

  it('gives a key added while it is processed another turn', () => {
    let again = true;
    const { queue, run } = setUp((key, own) => {
      if (again) own.add(key);
      again = false;
    });
    queue.add('a');
    expect(run(0)).toEqual(['a@0', 'a@0']);
  });

  it('keeps the earliest of several delays', () => {
    const { queue, run } = setUp();
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 300);
    queue.addAfter('b', 0);
    expect(run(1000)).toEqual(['b@0', 'a@100']);
  });

  it('doubles the delay with each failure until forgotten', () => {
    let failures = 4;
    const { queue, run } = setUp((key, own) => {
      if (failures-- > 0) own.addRateLimited(key);
      else own.forget(key);
    });
    queue.add('a');
    run(10_000);
    queue.addRateLimited('a');
    expect(run(20_000)).toEqual(['a@0', 'a@5', 'a@15', 'a@35', 'a@75', 'a@10005']);
  });

  it('drops everything when stopped and starts empty', () => {
    const { clock, queue, run } = setUp();
    queue.add('a');
    queue.addAfter('b', 10);
    queue.stop();
    queue.add('c');
    expect(clock.timers).toBe(0);
    expect(run(100)).toEqual([]);
    queue.start();
    queue.add('d');
    expect(run(200)).toEqual(['d@100']);
  });

  it('counts background waits as background work', () => {
    const { clock, queue } = setUp();
    queue.addAfter('resync', 1000, { background: true });
    expect(clock.foregroundTimers).toBe(0);
    queue.addAfter('retry', 1000);
    expect(clock.foregroundTimers).toBe(1);
  });
});

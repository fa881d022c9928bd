import type { Hasher } from '#shared/core/hash.ts';
import { type Timer, TimerHeap } from './heap.ts';
import { formatTime, parseTime } from './time.ts';
import type { Clock, TimerHandle } from './types.ts';

/** A task of the simulation threw; `cause` is what it threw. Nothing is swallowed: the run ends with this. */
export class TaskError extends Error {
  readonly label: string;
  readonly atMs: number;

  constructor(label: string, atMs: number, cause: unknown) {
    super(`task "${label}" at ${atMs} ms: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'TaskError';
    this.label = label;
    this.atMs = atMs;
  }
}

/** The virtual clock with the side the run loop needs: looking at and executing what is due. */
export class VirtualClock implements Clock {
  readonly startMs: number;
  #nowMs = 0;
  #nextSeq = 1;
  #tasks = 0;
  #running = false;
  readonly #foreground = new TimerHeap();
  readonly #background = new TimerHeap();
  readonly #timers = new Map<TimerHandle, Timer>();
  #second = Number.NaN;
  #secondText = '';

  /** `startTime`: RFC 3339 time at which nowMs is 0. Throws when it is no such text. */
  constructor(startTime: string) {
    const startMs = parseTime(startTime);
    if (startMs === undefined) throw new RangeError(`start time "${startTime}" is not an RFC 3339 time`);
    this.startMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Tasks executed since the start. */
  get tasks(): number {
    return this.#tasks;
  }

  /** Whether a task is being executed. */
  get running(): boolean {
    return this.#running;
  }

  /** Waiting tasks that are not background work. */
  get foregroundTimers(): number {
    return this.#foreground.size;
  }

  /** All waiting tasks. */
  get timers(): number {
    return this.#timers.size;
  }

  timestamp(): string {
    const second = Math.floor((this.startMs + this.#nowMs) / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = formatTime(second * 1000, 0);
    }
    return this.#secondText;
  }

  microTimestamp(): string {
    return formatTime(this.startMs + this.#nowMs, 6);
  }

  parseMs(timestamp: string): number {
    const epochMs = parseTime(timestamp);
    if (epochMs === undefined) throw new RangeError(`"${timestamp}" is not an RFC 3339 time`);
    return epochMs - this.startMs;
  }

  schedule(delayMs: number, label: string, task: () => void, options?: { background?: boolean }): TimerHandle {
    if (!(delayMs >= 0)) throw new RangeError(`delay of "${label}" must be a number of milliseconds >= 0, not ${delayMs}`);
    const seq = this.#nextSeq++;
    const background = options?.background === true;
    const timer: Timer = { dueMs: this.#nowMs + Math.ceil(delayMs), seq, label, background, task, position: -1 };
    this.#timers.set(seq, timer);
    (background ? this.#background : this.#foreground).push(timer);
    return seq;
  }

  cancel(handle: TimerHandle): void {
    const timer = this.#timers.get(handle);
    if (timer !== undefined) this.#take(timer);
  }

  /** Due time of the next task; undefined when there is none. */
  nextDueMs(foregroundOnly = false): number | undefined {
    return foregroundOnly ? this.#foreground.peek()?.dueMs : this.#next()?.dueMs;
  }

  /** Executes the next task, moving `nowMs` to its due time. False when none is due up to and including `untilMs`. Throws TaskError. */
  runNext(untilMs: number): boolean {
    const timer = this.#next();
    if (timer === undefined || timer.dueMs > untilMs) return false;
    this.#take(timer);
    this.#nowMs = timer.dueMs;
    this.#tasks++;
    this.#running = true;
    try {
      timer.task();
    } catch (error) {
      throw new TaskError(timer.label, timer.dueMs, error);
    } finally {
      this.#running = false;
    }
    return true;
  }

  /** Moves on to a time at which nothing is overdue. */
  advanceTo(nowMs: number): void {
    const due = this.nextDueMs();
    if (due !== undefined && due <= nowMs) throw new RangeError(`cannot advance to ${nowMs} ms: a task is due at ${due} ms`);
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
  }

  /** Mixes the time and what is waiting into a digest: due times and labels, in order. */
  digest(hasher: Hasher): void {
    hasher.word(this.#nowMs).word(this.#tasks).word(this.#timers.size);
    const waiting = [...this.#timers.values()].sort((a, b) => a.dueMs - b.dueMs || a.seq - b.seq);
    for (const timer of waiting) hasher.word(timer.dueMs).text(timer.label);
  }

  #next(): Timer | undefined {
    const front = this.#foreground.peek();
    const back = this.#background.peek();
    if (front === undefined) return back;
    if (back === undefined) return front;
    return front.dueMs !== back.dueMs ? (front.dueMs < back.dueMs ? front : back) : front.seq < back.seq ? front : back;
  }

  #take(timer: Timer): void {
    this.#timers.delete(timer.seq);
    (timer.background ? this.#background : this.#foreground).remove(timer);
  }
}

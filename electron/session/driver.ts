import { type Advance, type Playground, ReplayDiverged, type Target } from './playground.ts';
import type { Wall } from './types.ts';

/** Longest stretch of engine work before windows, menus and sockets get their turn. */
export const SLICE_MS = 8;
/** Pause between two ticks of a playing clock. */
const TICK_MS = 16;
/** A clock that is further behind than this (a sleeping laptop, a heavy instant) goes on from where it is instead of racing. */
const MAX_BEHIND_MS = 250;

/** What the driver tells its session. */
export interface DriverEvents {
  /** Virtual time has gone on. */
  progress(): void;
  /** The engine failed while the clock was playing; the clock has been paused. */
  failed(error: unknown): void;
}

/** The only place where wall time meets virtual time: lets a playground play at a speed, and runs jobs on it in slices. */
export class Driver {
  private readonly wall: Wall;
  private readonly current: () => Playground | null;
  private readonly events: DriverEvents;
  private anchor = { wallMs: 0, virtualMs: 0 };
  private cancelTick: (() => void) | null = null;
  private suspended = 0;
  playing = false;
  speed = 1;

  constructor(wall: Wall, current: () => Playground | null, events: DriverEvents) {
    this.wall = wall;
    this.current = current;
    this.events = events;
  }

  play(): void {
    this.playing = true;
    this.setAnchor();
    this.scheduleTick(0);
  }

  pause(): void {
    this.playing = false;
    this.cancelTick?.();
    this.cancelTick = null;
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.setAnchor();
  }

  /** Keeps the clock still while a command or replay works on the playground; calls nest. */
  suspend(): void {
    this.suspended++;
  }

  resume(): void {
    this.suspended--;
    if (this.suspended > 0 || !this.playing) return;
    this.setAnchor();
    this.scheduleTick(0);
  }

  /** Runs a playground towards a target in slices. `aborted()` is asked between slices; an aborted run stays where it is. */
  async run(
    playground: Playground,
    target: Target,
    options: { untilWrite?: boolean; untilQuiet?: boolean; aborted?: () => boolean; progress?: () => void } = {},
  ): Promise<Advance | 'aborted'> {
    for (;;) {
      if (options.aborted?.() === true) return 'aborted';
      const outcome = playground.advance(target, {
        stop: this.deadline(),
        ...(options.untilWrite === true ? { untilWrite: true } : {}),
        ...(options.untilQuiet === true ? { untilQuiet: true } : {}),
      });
      if (outcome !== 'stopped') return outcome;
      options.progress?.();
      await this.wall.breathe();
    }
  }

  private deadline(): () => boolean {
    const endMs = this.wall.nowMs() + SLICE_MS;
    return () => this.wall.nowMs() >= endMs;
  }

  private setAnchor(): void {
    this.anchor = { wallMs: this.wall.nowMs(), virtualMs: this.current()?.simulation.nowMs ?? 0 };
  }

  private scheduleTick(delayMs: number): void {
    if (this.cancelTick) return;
    this.cancelTick = this.wall.after(delayMs, () => {
      this.cancelTick = null;
      this.tick();
    });
  }

  private tick(): void {
    const playground = this.current();
    if (!this.playing || this.suspended > 0 || !playground) return;
    const wallMs = this.wall.nowMs();
    const { nowMs } = playground.simulation;
    let targetMs = this.anchor.virtualMs + Math.floor((wallMs - this.anchor.wallMs) * this.speed);
    if (targetMs - nowMs > MAX_BEHIND_MS * this.speed) {
      targetMs = nowMs + Math.ceil(MAX_BEHIND_MS * this.speed);
      this.anchor = { wallMs, virtualMs: targetMs };
    }
    let behind = false;
    try {
      behind = targetMs >= nowMs && playground.advance({ nowMs: targetMs }, { stop: this.deadline() }) === 'stopped';
    } catch (error) {
      this.pause();
      this.events.failed(error);
      return;
    }
    this.events.progress();
    this.scheduleTick(behind ? 0 : TICK_MS);
  }
}

/** One sentence about an error of the engine. */
export function engineFailure(error: unknown): string {
  if (error instanceof ReplayDiverged) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

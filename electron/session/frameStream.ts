import type { Simulation } from '#engine/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import type { Change, Frame, Mark, SessionState, Signal } from '#shared/protocol/index.ts';
import type { Wall } from './types.ts';

/** Least time between two frames: at most 30 a second. */
export const FRAME_INTERVAL_MS = 1000 / 30;
/** Signals kept while a renderer is behind; pulses go first. */
const MAX_SIGNALS = 2_000;

/** What a stream reads when it is time for a frame. */
export interface FrameSource {
  readonly epoch: number;
  readonly simulation: Simulation;
  state(): SessionState;
  positions(): Record<string, { x: number; y: number }>;
  marks(): readonly Mark[];
}

/** Lease renewals are housekeeping nobody looks at; they stay out of frames. */
function visible(object: { kind: string } | null): boolean {
  return object?.kind !== 'Lease';
}

/** All present objects as changes. */
export function snapshotChanges(simulation: Simulation): Change[] {
  return simulation
    .objects()
    .filter(visible)
    .map((object) => ({ key: objectKey(object), object }));
}

/** Net difference since a revision: the last version per key, in order of first change; undefined when history no longer reaches back. */
export function foldedChanges(simulation: Simulation, sinceRevision: number): Change[] | undefined {
  const stored = simulation.changesSince(sinceRevision);
  if (!stored) return undefined;
  const folded = new Map<string, { born: boolean; change: Change }>();
  for (const { key, before, object } of stored) {
    if (!visible(object ?? before)) continue;
    const known = folded.get(key);
    if (known) known.change = { key, object };
    else folded.set(key, { born: before === null, change: { key, object } });
  }
  const changes: Change[] = [];
  // Born and gone between two frames: the renderer never has to know.
  for (const { born, change } of folded.values()) if (!born || change.object) changes.push(change);
  return changes;
}

/**
 * Frames for one renderer: coalesced, at most one on its way. While it is unacknowledged the difference goes on being folded (the store's own history
 * holds it), so a slow renderer gets one larger frame instead of a backlog.
 */
export class FrameStream {
  private readonly source: FrameSource;
  private readonly wall: Wall;
  private readonly send: (frame: Frame) => void;
  private started = false;
  private closed = false;
  private dirty = false;
  private epoch = -1;
  private revision = 0;
  private seq = 0;
  private outstanding: { epoch: number; seq: number } | null = null;
  private lastSentMs = Number.NEGATIVE_INFINITY;
  private signals: Signal[] = [];
  private cancelTimer: (() => void) | null = null;

  constructor(source: FrameSource, wall: Wall, send: (frame: Frame) => void) {
    this.source = source;
    this.wall = wall;
    this.send = send;
  }

  /** Something may have changed; a frame follows when it may. */
  poke(): void {
    this.dirty = true;
    this.schedule();
  }

  /** Adds a signal to the next frame. */
  signal(signal: Signal): void {
    if (!this.started && signal.type !== 'menu') return;
    if (signal.type === 'pulse' && this.signals.some((other) => other.type === 'pulse' && other.component === signal.component))
      return;
    if (this.signals.length >= MAX_SIGNALS) {
      const pulse = this.signals.findIndex((other) => other.type === 'pulse');
      this.signals.splice(Math.max(pulse, 0), 1);
    }
    this.signals.push(signal);
    this.poke();
  }

  /** The renderer has applied a frame. Others than the outstanding one are old news. */
  ack(epoch: number, seq: number): void {
    if (this.outstanding?.epoch !== epoch || this.outstanding.seq !== seq) return;
    this.outstanding = null;
    if (this.dirty) this.schedule();
  }

  /** Starts the stream, or starts it afresh after a gap or reload: the next frame is a snapshot. */
  resync(): void {
    this.started = true;
    this.epoch = -1;
    this.outstanding = null;
    this.lastSentMs = Number.NEGATIVE_INFINITY;
    this.poke();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  private schedule(): void {
    if (!this.started || this.closed || this.outstanding || this.cancelTimer) return;
    const waitMs = Math.max(0, this.lastSentMs + FRAME_INTERVAL_MS - this.wall.nowMs());
    this.cancelTimer = this.wall.after(waitMs, () => {
      this.cancelTimer = null;
      this.flush();
    });
  }

  private flush(): void {
    if (this.closed || this.outstanding || !this.dirty) return;
    const { source } = this;
    const { simulation, epoch } = source;
    const folded =
      epoch === this.epoch && this.revision <= simulation.revision ? foldedChanges(simulation, this.revision) : undefined;
    const snapshot = folded === undefined;
    const frame: Frame = {
      epoch,
      seq: ++this.seq,
      snapshot,
      fromRevision: snapshot ? simulation.revision : this.revision,
      toRevision: simulation.revision,
      nowMs: simulation.nowMs,
      changes: folded ?? snapshotChanges(simulation),
      signals: snapshot ? this.withAllMarks() : this.signals,
      session: source.state(),
      queue: simulation.queue(),
      components: simulation.components(),
      positions: source.positions(),
      faults: simulation.faults(),
      draining: simulation.draining(),
    };
    this.signals = [];
    this.dirty = false;
    this.epoch = epoch;
    this.revision = simulation.revision;
    this.outstanding = { epoch, seq: frame.seq };
    this.lastSentMs = this.wall.nowMs();
    this.send(frame);
  }

  /** A snapshot tells the whole timeline; marks waiting in the queue are among them. */
  private withAllMarks(): Signal[] {
    const others = this.signals.filter((signal) => signal.type !== 'mark');
    return [...this.source.marks().map((mark): Signal => ({ type: 'mark', mark })), ...others];
  }
}

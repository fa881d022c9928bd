import { err, ok } from '#shared/core/result.ts';
import type { Frame, Mark, Problem, SessionState, Signal } from '#shared/protocol/index.ts';
import { printScenario } from '#shared/scenario/index.ts';
import { AutosaveJournal } from './autosave.ts';
import { describeCommand } from './describe.ts';
import { autosaveOf, baseTitle, emptyScenario, type Opened, type Origin, openScenario } from './document.ts';
import { Driver, engineFailure } from './driver.ts';
import { Settings } from './files.ts';
import { FrameStream } from './frameStream.ts';
import { MarkBook } from './marks.ts';
import type { Playground } from './playground.ts';
import { bridgeError } from './problems.ts';
import type { Entry, Outcome, SessionServices } from './types.ts';

/** Wall time between two notes of the time reached in the autosave. */
const TIME_NOTE_MS = 2_000;

/** The mark a command leaves on the timeline. */
export function commandMark(entry: Entry): Mark {
  return { atMs: entry.point.nowMs, revision: entry.revision, kind: 'command', text: describeCommand(entry.command) };
}

/** The playground without anything in it. */
export function openEmpty(services: SessionServices): Opened {
  const scenario = emptyScenario();
  const opened = openScenario({ fileName: null, filePath: null, text: printScenario(scenario) }, scenario, services);
  if (!opened.ok) throw new Error(`the empty scenario was refused: ${opened.error[0]?.message ?? ''}`);
  return opened.value;
}

/** What the parts of a session share: the open playground, its clock, its autosave, its frame streams, and the queue that keeps changes apart. */
export class Workbench {
  readonly services: SessionServices;
  readonly driver: Driver;
  readonly settings: Settings;
  readonly autosave: AutosaveJournal;
  private readonly streams = new Set<FrameStream>();
  playground: Playground;
  origin: Origin;
  marks = new MarkBook();
  warnings: Problem[] = [];
  /** Autosave of an earlier process that may be restored. */
  leftover: SessionState['autosave'] = null;
  /** Furthest virtual time this timeline has reached. */
  endMs = 0;
  /** Replays under way. */
  seeking = 0;
  /** The newest seek or opening wins: an older one sees that its number has gone. The same for runs forward. */
  replayNumber = 0;
  forwardNumber = 0;
  /** Last entry that the file on disk holds, and how many there are. */
  private saved: { count: number; last: Entry | undefined } = { count: 0, last: undefined };
  private epochCount = 1;
  private chain: Promise<unknown> = Promise.resolve();
  private lastNoteMs = 0;

  constructor(services: SessionServices) {
    this.services = services;
    this.settings = new Settings(services.userDataDir);
    this.autosave = new AutosaveJournal(services.userDataDir);
    const opened = openEmpty(services);
    this.playground = opened.playground;
    this.origin = opened.origin;
    this.driver = new Driver(services.wall, () => this.playground, {
      progress: () => this.progressed(),
      failed: (error) => this.reportFailure(error),
    });
  }

  /** Starts a stream of frames; it sends nothing before its first `resync`. */
  openStream(send: (frame: Frame) => void): FrameStream {
    const bench = this;
    const source = {
      get epoch() {
        return bench.epochCount;
      },
      get simulation() {
        return bench.playground.simulation;
      },
      state: () => bench.state(),
      positions: () => bench.playground.positions,
      marks: () => bench.allMarks(),
    };
    const stream = new FrameStream(source, this.services.wall, send);
    this.streams.add(stream);
    return stream;
  }

  closeStream(stream: FrameStream): void {
    stream.close();
    this.streams.delete(stream);
  }

  /** Ends all streams and waits for what is under way. */
  async end(): Promise<void> {
    this.driver.pause();
    for (const stream of this.streams) stream.close();
    this.streams.clear();
    await this.chain;
  }

  get dirty(): boolean {
    const { entries, limit } = this.playground.journal;
    return limit !== this.saved.count || entries[limit - 1] !== this.saved.last;
  }

  /** The file on disk holds the first `count` commands. */
  markSaved(count: number): void {
    this.saved = { count, last: this.playground.journal.entries[count - 1] };
  }

  /** Puts another run in the place of the present one; mirrors start afresh. */
  replace(playground: Playground): void {
    this.playground = playground;
    this.epochCount++;
  }

  /** Everything that changes the playground goes one after the other; the clock stands still meanwhile. */
  exclusive<T>(task: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const guarded = async (): Promise<Outcome<T>> => {
      this.driver.suspend();
      try {
        return await task();
      } catch (error) {
        this.reportFailure(error);
        return err(bridgeError('InternalError', engineFailure(error)));
      } finally {
        this.driver.resume();
        this.changed();
      }
    };
    const run = this.chain.then(guarded);
    this.chain = run;
    return run;
  }

  /** A control that needed no waiting is done. */
  done(): Promise<Outcome<null>> {
    this.changed();
    return Promise.resolve(ok(null));
  }

  /** Something may have changed: collects marks and signals, and lets the streams send when they may. */
  changed(): void {
    const { simulation } = this.playground;
    for (const mark of this.marks.collect(simulation)) this.signal({ type: 'mark', mark });
    for (const signal of simulation.drainSignals()) this.signal(signal);
    for (const stream of this.streams) stream.poke();
  }

  /** Virtual time has gone on. */
  progressed(): void {
    if (this.services.wall.nowMs() - this.lastNoteMs >= TIME_NOTE_MS) void this.notePoint(false);
    this.changed();
  }

  signal(signal: Signal): void {
    for (const stream of this.streams) stream.signal(signal);
  }

  /** Begins the autosave file of the present playground. */
  restartAutosave(): Promise<void> {
    const { header, lines } = autosaveOf(this.playground, this.origin, this.saved.count, this.services.wall.date());
    return this.guardDisk(this.autosave.start(header, lines));
  }

  /** Notes the point reached in the autosave. */
  notePoint(sync: boolean): Promise<void> {
    const { journal, cursor, point } = this.playground;
    this.lastNoteMs = this.services.wall.nowMs();
    return this.guardDisk(this.autosave.append({ limit: journal.limit, cursor, at: point }, sync));
  }

  /** A full disk must not stop the playground; it is told. */
  async guardDisk(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.services.onProblem?.(`writing to ${this.services.userDataDir}: ${(error as Error).message}`);
    }
  }

  reportFailure(error: unknown): void {
    this.warnings = [...this.warnings, { severity: 'error', message: engineFailure(error) }];
    this.services.onProblem?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.changed();
  }

  tellSettings(): void {
    this.services.onSettings?.({ recent: this.settings.recent, language: this.settings.language });
  }

  /** State of the session as frames carry it. */
  state(): SessionState {
    const { playground, driver, origin } = this;
    const { simulation, journal, cursor, scenario } = playground;
    const { entries } = journal;
    const nextStep = scenario.steps[playground.stepsDone];
    const nextDue = simulation.nextDueMs({ foregroundOnly: true });
    const undo = entries[cursor - 1];
    const redo = entries[cursor];
    const translated = this.settings.language === 'ko' ? scenario.translations.ko : undefined;
    const title = translated?.title ?? scenario.title;
    return {
      title: title !== '' || origin.fileName === null ? title : baseTitle(origin.fileName),
      description: translated?.description ?? scenario.description,
      fileName: origin.fileName,
      dirty: this.dirty,
      playing: driver.playing,
      speed: driver.speed,
      quiet: nextDue === undefined,
      nextDueMs: nextDue === undefined ? (nextStep?.atMs ?? null) : Math.min(nextDue, nextStep?.atMs ?? nextDue),
      seeking: this.seeking > 0,
      endMs: Math.max(this.endMs, simulation.nowMs),
      startTime: simulation.startTime,
      canUndo: undo !== undefined,
      canRedo: redo !== undefined,
      undoLabel: undo ? describeCommand(undo.command) : null,
      redoLabel: redo ? describeCommand(redo.command) : null,
      autosave: this.leftover,
      problems: [...this.warnings, ...playground.stepFailures],
      pendingSteps: scenario.steps.length - playground.stepsDone,
      historyForgottenBefore: simulation.oldestRevision > 0 ? simulation.oldestRevision : null,
      host: this.services.host,
      language: this.settings.language,
    };
  }

  private allMarks(): Mark[] {
    const { entries, limit } = this.playground.journal;
    return [...this.marks.all(), ...entries.slice(0, limit).map(commandMark)].sort((a, b) => a.atMs - b.atMs);
  }
}

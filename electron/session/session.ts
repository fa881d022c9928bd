import { basename, resolve } from 'node:path';
import { err, ok, type Result } from '#shared/core/result.ts';
import type {
  Command,
  CommandReply,
  Control,
  Frame,
  Mark,
  Problem,
  Query,
  QueryReply,
  SessionState,
  Signal,
} from '#shared/protocol/index.ts';
import { printManifests, printScenario } from '#shared/scenario/index.ts';
import { type Autosave, AutosaveJournal, removeAutosave } from './autosave.ts';
import { describeCommand } from './describe.ts';
import {
  autosaveOf,
  baseTitle,
  emptyScenario,
  type Opened,
  type Origin,
  openDocument,
  openScenario,
  scenarioText,
} from './document.ts';
import { Driver, engineFailure } from './driver.ts';
import { Library, readTextFile, Settings, writeTextFile } from './files.ts';
import { FrameStream } from './frameStream.ts';
import { Journal } from './journal.ts';
import { MarkBook } from './marks.ts';
import { Playground, type Target } from './playground.ts';
import { bridgeError, statusError } from './problems.ts';
import { answer, suggestedName } from './queries.ts';
import type { Entry, Outcome, SessionServices } from './types.ts';
import { previousWrite } from './writes.ts';

/** Bound of `step` and `settle`, in virtual time. */
const FAR_MS = 10 * 60_000;
/** Wall time between two notes of the time reached in the autosave. */
const TIME_NOTE_MS = 2_000;

/** One open playground and everything a host can ask of it. */
export class Session {
  private readonly services: SessionServices;
  private readonly driver: Driver;
  private readonly library: Library;
  private readonly settings: Settings;
  private readonly autosave: AutosaveJournal;
  private readonly streams = new Set<FrameStream>();
  private readonly allowedPaths = new Set<string>();
  private leftovers: Autosave[];
  private playground: Playground;
  private origin: Origin;
  private marks = new MarkBook();
  private warnings: Problem[] = [];
  /** Last entry that the file on disk holds, and how many there are. */
  private saved: { count: number; last: Entry | undefined } = { count: 0, last: undefined };
  private epochCount = 1;
  private endMs = 0;
  private seeking = 0;
  private chain: Promise<unknown> = Promise.resolve();
  /** Newest replay wins: an older one sees that its number has gone. */
  private replayNumber = 0;
  private forwardNumber = 0;
  private lastNoteMs = 0;

  constructor(services: SessionServices) {
    this.services = services;
    this.settings = new Settings(services.userDataDir);
    this.library = new Library(services.libraryDir);
    this.autosave = new AutosaveJournal(services.userDataDir);
    this.leftovers = this.autosave.leftovers();
    const opened = this.openEmpty();
    this.playground = opened.playground;
    this.origin = opened.origin;
    this.driver = new Driver(services.wall, () => this.playground, {
      progress: () => this.progressed(),
      failed: (error) => this.reportFailure(error),
    });
  }

  /** Writes the first autosave file and tells the host the settings. To be awaited once, before anything else. */
  async start(): Promise<void> {
    await this.restartAutosave();
    this.tellSettings();
  }

  // ---- what hosts call -------------------------------------------------------------------------------------------------------------

  /** Starts a stream of frames; it sends nothing before its first `resync`. */
  openStream(send: (frame: Frame) => void): FrameStream {
    const source = {
      session: this,
      get epoch() {
        return this.session.epochCount;
      },
      get simulation() {
        return this.session.playground.simulation;
      },
      state: () => this.state(),
      positions: () => this.playground.positions,
      marks: () => this.allMarks(),
    };
    const stream = new FrameStream(source, this.services.wall, send);
    this.streams.add(stream);
    return stream;
  }

  closeStream(stream: FrameStream): void {
    stream.close();
    this.streams.delete(stream);
  }

  /** Asks the renderer for something on behalf of the application menu or a file given to the app. */
  menu(action: string): void {
    for (const stream of this.streams) stream.signal({ type: 'menu', action });
  }

  /** Lets `openFile` open this path: a person has chosen it. */
  allowPath(path: string): void {
    this.allowedPaths.add(resolve(path));
  }

  get dirty(): boolean {
    const { entries, limit } = this.playground.journal;
    return limit !== this.saved.count || entries[limit - 1] !== this.saved.last;
  }

  /** Carries out a command at the present point of the run; acknowledged only when it is in the autosave on the disk. */
  command(command: Command): Promise<Outcome<CommandReply>> {
    this.forwardNumber++;
    return this.exclusive(async () => {
      const { playground } = this;
      const revision = playground.simulation.revision;
      const reply = playground.give(command);
      if (!reply.ok) return err(statusError(reply.error));
      this.marks.truncate(revision);
      this.endMs = playground.simulation.nowMs;
      const index = playground.cursor - 1;
      const entry = playground.journal.entries[index]!;
      this.signal({ type: 'mark', mark: commandMark(entry) });
      this.changed();
      await this.guardDisk(this.autosave.append({ index, entry, savedAt: this.services.wall.date() }, true));
      return ok(reply.value);
    });
  }

  /** Answers from the present state, at once, also while a replay is under way. */
  query(query: Query): Outcome<QueryReply<Query['type']>> {
    const { playground, origin, services, library, settings } = this;
    return answer(query, { playground, origin, speed: this.driver.speed, services, library, settings });
  }

  /** Time, files, undo. */
  control(control: Control): Promise<Outcome<null>> {
    this.forwardNumber++;
    switch (control.type) {
      case 'play':
        this.driver.play();
        return this.done();
      case 'pause':
        this.driver.pause();
        return this.done();
      case 'setSpeed':
        this.driver.setSpeed(control.speed);
        return this.done();
      case 'step':
      case 'settle':
        return this.runForward(control.type);
      case 'seek':
        return this.replay(() => ({ nowMs: Math.floor(control.atMs) }));
      case 'stepBack':
        this.driver.pause();
        return this.replay((aborted) => previousWrite(this.playground, this.driver, this.services.createSimulation, aborted));
      case 'undo':
        return this.undo();
      case 'redo':
        return this.redo();
      case 'setLanguage':
        return this.settings.setLanguage(control.language).then(() => {
          this.tellSettings();
          return this.done();
        });
      default:
        return this.fileControl(control);
    }
  }

  /** Ends the session. The autosave stays only when there is unsaved work that nobody has given up. */
  async close(options: { discard: boolean }): Promise<void> {
    this.driver.pause();
    for (const stream of this.streams) stream.close();
    this.streams.clear();
    await this.chain;
    await this.autosave.end(options.discard || !this.dirty);
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
    const [leftover] = this.leftovers;
    return {
      title: scenario.title !== '' || origin.fileName === null ? scenario.title : baseTitle(origin.fileName),
      description: scenario.description,
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
      autosave: leftover ? { title: leftover.header.title, savedAt: leftover.savedAt, commands: leftover.limit } : null,
      problems: [...this.warnings, ...playground.stepFailures],
      pendingSteps: scenario.steps.length - playground.stepsDone,
      historyForgottenBefore: simulation.oldestRevision > 0 ? simulation.oldestRevision : null,
      host: this.services.host,
      language: this.settings.language,
    };
  }

  // ---- time ------------------------------------------------------------------------------------------------------------------------

  private done(): Promise<Outcome<null>> {
    this.changed();
    return Promise.resolve(ok(null));
  }

  private runForward(kind: 'step' | 'settle'): Promise<Outcome<null>> {
    this.driver.pause();
    const number = this.forwardNumber;
    return this.exclusive(async () => {
      const { playground, driver } = this;
      const { simulation } = playground;
      const target = { nowMs: simulation.nowMs + FAR_MS };
      const options = { aborted: () => number !== this.forwardNumber, progress: () => this.changed() };
      if (kind === 'settle') await driver.run(playground, target, { ...options, untilQuiet: true });
      else {
        // A lease renewal is a write nobody sees; a step shows something.
        let from = simulation.revision;
        while ((await driver.run(playground, target, { ...options, untilWrite: true })) === 'write') {
          if (simulation.changesSince(from)?.some((change) => (change.object ?? change.before)?.kind !== 'Lease') !== false)
            break;
          from = simulation.revision;
        }
      }
      await this.notePoint(true);
      return ok(null);
    });
  }

  /** Goes to a point: forth on the present run, back by replaying from the start. The newest replay wins. */
  private replay(
    find: (aborted: () => boolean) => Target | Promise<Target | null> | null,
    arrived?: () => void,
  ): Promise<Outcome<null>> {
    const number = ++this.replayNumber;
    const aborted = (): boolean => number !== this.replayNumber;
    return this.exclusive(async () => {
      if (aborted()) return ok(null);
      this.seeking++;
      this.changed();
      try {
        const target = await find(aborted);
        if (!target) return ok(null);
        const reached = await this.goTo(target, aborted);
        if (reached) arrived?.();
        await this.notePoint(true);
        return ok(null);
      } finally {
        this.seeking--;
      }
    });
  }

  private async goTo(target: Target, aborted: () => boolean): Promise<boolean> {
    const { playground, driver } = this;
    this.endMs = Math.max(this.endMs, playground.simulation.nowMs);
    if (playground.canReach(target)) {
      return (await driver.run(playground, target, { aborted, progress: () => this.progressed() })) !== 'aborted';
    }
    const again = Playground.start(playground.scenario, playground.journal, this.services.createSimulation);
    if (!again.ok) throw new Error('a scenario that was loaded once was refused on replay');
    if ((await driver.run(again.value, target, { aborted })) === 'aborted') return false;
    this.playground = again.value;
    this.epochCount++;
    return true;
  }

  private undo(): Promise<Outcome<null>> {
    return this.replay(
      () => {
        const { journal, cursor } = this.playground;
        const entry = journal.entries[cursor - 1];
        return entry ? { ...entry.point, cursor: cursor - 1 } : null;
      },
      () => {
        const { journal, cursor, simulation } = this.playground;
        journal.limit = cursor;
        this.marks.truncate(simulation.revision);
        this.endMs = simulation.nowMs;
      },
    );
  }

  private redo(): Promise<Outcome<null>> {
    let before = 0;
    let asked = 0;
    return this.replay(
      () => {
        const { journal, cursor } = this.playground;
        const entry = journal.entries[cursor];
        if (!entry) return null;
        before = journal.limit;
        asked = cursor + 1;
        journal.limit = Math.max(before, asked);
        return { ...entry.point, cursor: asked };
      },
      () => {
        this.endMs = Math.max(this.endMs, this.playground.simulation.nowMs);
        if (before < asked) this.marks.truncate(this.playground.simulation.revision);
      },
    ).finally(() => {
      // Overtaken by a newer replay before it arrived: the command stays undone.
      const { journal, cursor } = this.playground;
      if (asked > 0 && cursor < asked && before < asked) journal.limit = Math.min(journal.limit, before);
    });
  }

  // ---- files -----------------------------------------------------------------------------------------------------------------------

  private async fileControl(control: Control): Promise<Outcome<null>> {
    switch (control.type) {
      case 'new':
        return this.install(ok(this.openEmpty()));
      case 'openFile':
        return this.openFile(resolve(control.path));
      case 'openText':
        return this.install(openDocument({ fileName: control.name, filePath: null, text: control.text }, this.services));
      case 'openLibrary': {
        const path = this.library.pathOf(control.id);
        if (path === undefined) return err(bridgeError('NotFound', `there is no library scenario ${control.id}`));
        // Not a file of the user's: Save asks for a place.
        return this.openPath(path, null);
      }
      case 'openDialog':
        return this.openDialog();
      case 'save':
        return this.save(this.origin.filePath);
      case 'saveAs':
        return this.save(null);
      case 'exportAs':
        return this.exportAs();
      case 'restoreAutosave':
        return this.restore();
      case 'discardAutosave': {
        const [leftover] = this.leftovers.splice(0, 1);
        if (leftover) removeAutosave(leftover);
        return this.done();
      }
      default:
        return err(bridgeError('unsupported', `${control.type} is no control`));
    }
  }

  private openEmpty(): Opened {
    const scenario = emptyScenario();
    const opened = openScenario({ fileName: null, filePath: null, text: printScenario(scenario) }, scenario, this.services);
    if (!opened.ok) throw new Error(`the empty scenario was refused: ${opened.error[0]?.message ?? ''}`);
    return opened.value;
  }

  private async openFile(path: string): Promise<Outcome<null>> {
    if (!this.allowedPaths.has(path) && !this.settings.recent.includes(path)) {
      return err(bridgeError('Forbidden', `${path} was not chosen by a person: open it by the dialog`));
    }
    return this.openPath(path, path);
  }

  private async openPath(path: string, filePath: string | null): Promise<Outcome<null>> {
    const text = await readTextFile(path);
    if (!text.ok) return err(bridgeError('Unreadable', text.error[0]?.message ?? '', text.error));
    const outcome = await this.install(openDocument({ fileName: basename(path), filePath, text: text.value }, this.services));
    if (outcome.ok && filePath !== null) await this.addRecent(filePath);
    return outcome;
  }

  private async openDialog(): Promise<Outcome<null>> {
    if (!this.services.dialogs) return err(bridgeError('unsupported', 'this host has no file dialog'));
    const path = await this.services.dialogs.openPath();
    if (path === null) return err(bridgeError('Cancelled', 'no file was chosen'));
    this.allowPath(path);
    return this.openFile(resolve(path));
  }

  /** Makes an opened scenario the playground, after the replay its file asks for. With problems the open playground stays untouched. */
  private install(result: Result<Opened, Problem[]>, restored?: Autosave): Promise<Outcome<null>> {
    if (!result.ok) {
      const [first] = result.error;
      return Promise.resolve(err(bridgeError('InvalidFile', first?.message ?? 'the file cannot be read', result.error)));
    }
    const { origin, playground, target, digest, warnings } = result.value;
    const number = ++this.replayNumber;
    return this.exclusive(async () => {
      this.seeking++;
      this.changed();
      const notes = [...warnings];
      try {
        const outcome = await this.driver.run(playground, target, { aborted: () => number !== this.replayNumber });
        if (outcome === 'aborted') return err(bridgeError('Cancelled', 'another file was opened meanwhile'));
        if (digest !== undefined && playground.simulation.digest() !== digest)
          notes.push(differs(origin, 'the state reached is not the saved one'));
      } catch (error) {
        notes.push(differs(origin, engineFailure(error)));
        playground.journal.entries.length = playground.cursor;
        playground.journal.limit = playground.cursor;
      } finally {
        this.seeking--;
      }
      this.driver.pause();
      this.driver.setSpeed(playground.scenario.speed);
      this.playground = playground;
      this.origin = origin;
      this.warnings = notes;
      this.marks = new MarkBook();
      this.endMs = playground.simulation.nowMs;
      this.epochCount++;
      const savedCount = restored ? restored.header.savedCommands : playground.journal.limit;
      this.saved = { count: savedCount, last: playground.journal.entries[savedCount - 1] };
      await this.restartAutosave();
      return ok(null);
    });
  }

  private async save(path: string | null): Promise<Outcome<null>> {
    const chosen = path ?? (await this.chooseSavePath('scenario'));
    if (typeof chosen !== 'string') return chosen;
    return this.exclusive(async () => {
      const { journal } = this.playground;
      const written = await writeTextFile(chosen, scenarioText(this.playground, this.driver.speed));
      if (!written.ok) return err(bridgeError('Unwritable', written.error));
      this.origin = { ...this.origin, fileName: basename(chosen), filePath: chosen };
      this.saved = { count: journal.limit, last: journal.entries[journal.limit - 1] };
      await this.addRecent(chosen);
      await this.restartAutosave();
      return ok(null);
    });
  }

  private async exportAs(): Promise<Outcome<null>> {
    const chosen = await this.chooseSavePath('manifests');
    if (typeof chosen !== 'string') return chosen;
    const written = await writeTextFile(chosen, printManifests(this.playground.simulation.objects()));
    return written.ok ? ok(null) : err(bridgeError('Unwritable', written.error));
  }

  private async chooseSavePath(kind: 'scenario' | 'manifests'): Promise<string | Outcome<null>> {
    const { dialogs } = this.services;
    if (!dialogs) return err(bridgeError('unsupported', 'this host has no file dialog'));
    const chosen = await dialogs.savePath(suggestedName({ playground: this.playground, origin: this.origin }, kind), kind);
    return chosen === null ? err(bridgeError('Cancelled', 'no file was chosen')) : resolve(chosen);
  }

  private async restore(): Promise<Outcome<null>> {
    const [leftover] = this.leftovers;
    if (!leftover) return err(bridgeError('NotFound', 'there is nothing to restore'));
    const { header, entries, limit, cursor, at } = leftover;
    const journal = new Journal(entries, limit);
    const origin = {
      fileName: header.fileName === '' ? null : header.fileName,
      filePath: header.filePath,
      text: header.scenario,
    };
    const opened = header.fileName === '' ? this.reopenEmpty(origin, journal) : openDocument(origin, this.services, journal);
    if (opened.ok) {
      opened.value.target = { ...at, cursor };
      opened.value.digest = undefined;
    }
    const outcome = await this.install(opened, leftover);
    if (outcome.ok) {
      this.leftovers = this.leftovers.filter((other) => other !== leftover);
      removeAutosave(leftover);
      this.changed();
    }
    return outcome;
  }

  private reopenEmpty(origin: Origin, journal: Journal): Result<Opened, Problem[]> {
    return openScenario(origin, emptyScenario(), this.services, journal);
  }

  private async addRecent(path: string): Promise<void> {
    await this.guardDisk(this.settings.addRecent(path));
    this.tellSettings();
  }

  private tellSettings(): void {
    this.services.onSettings?.({ recent: this.settings.recent, language: this.settings.language });
  }

  // ---- autosave and frames -----------------------------------------------------------------------------------------------------------

  private restartAutosave(): Promise<void> {
    const { header, lines } = autosaveOf(this.playground, this.origin, this.saved.count, this.services.wall.date());
    return this.guardDisk(this.autosave.start(header, lines));
  }

  private notePoint(sync: boolean): Promise<void> {
    const { journal, cursor, point } = this.playground;
    this.lastNoteMs = this.services.wall.nowMs();
    return this.guardDisk(this.autosave.append({ limit: journal.limit, cursor, at: point }, sync));
  }

  private async guardDisk(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.services.onProblem?.(`autosave: ${(error as Error).message}`);
    }
  }

  /** Everything that changes the playground goes one after the other; the clock stands still meanwhile. */
  private exclusive<T>(task: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
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

  private reportFailure(error: unknown): void {
    this.warnings = [...this.warnings, { severity: 'error', message: engineFailure(error) }];
    this.services.onProblem?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.changed();
  }

  private progressed(): void {
    if (this.services.wall.nowMs() - this.lastNoteMs >= TIME_NOTE_MS) void this.notePoint(false);
    this.changed();
  }

  private changed(): void {
    const { simulation } = this.playground;
    for (const mark of this.marks.collect(simulation)) this.signal({ type: 'mark', mark });
    for (const signal of simulation.drainSignals()) this.signal(signal);
    for (const stream of this.streams) stream.poke();
  }

  private signal(signal: Signal): void {
    for (const stream of this.streams) stream.signal(signal);
  }

  private allMarks(): Mark[] {
    const { entries, limit } = this.playground.journal;
    return [...this.marks.all(), ...entries.slice(0, limit).map(commandMark)].sort((a, b) => a.atMs - b.atMs);
  }
}

function commandMark(entry: Entry): Mark {
  return { atMs: entry.point.nowMs, revision: entry.revision, kind: 'command', text: describeCommand(entry.command) };
}

function differs(origin: Origin, why: string): Problem {
  return {
    severity: 'warning',
    ...(origin.fileName === null ? {} : { file: origin.fileName }),
    message: `the saved run could not be repeated exactly: ${why}`,
    hint: 'the file was made by another version or edited by hand',
  };
}

import { err, ok } from '#shared/core/result.ts';
import type {
  Command,
  CommandReply,
  Comparison,
  Control,
  Frame,
  Query,
  QueryReply,
  SessionState,
} from '#shared/protocol/index.ts';
import { type CompareQuery, Comparer } from './comparer.ts';
import { FileControls } from './fileControls.ts';
import { Library } from './files.ts';
import type { FrameStream } from './frameStream.ts';
import { statusError } from './problems.ts';
import { answer } from './queries.ts';
import { TimeControls } from './timeControls.ts';
import type { Outcome, SessionServices } from './types.ts';
import { commandMark, Workbench } from './workbench.ts';

/** One open playground and everything a host can ask of it. */
export class Session {
  private readonly bench: Workbench;
  private readonly library: Library;
  private readonly time: TimeControls;
  private readonly files: FileControls;
  private readonly comparer: Comparer;

  constructor(services: SessionServices) {
    this.bench = new Workbench(services);
    this.library = new Library(services.libraryDir);
    this.time = new TimeControls(this.bench);
    this.files = new FileControls(this.bench, this.library);
    this.comparer = new Comparer(this.bench);
  }

  /** Writes the first autosave file and tells the host the settings. To be awaited once, before anything else. */
  async start(): Promise<void> {
    await this.bench.restartAutosave();
    this.bench.tellSettings();
  }

  /** Starts a stream of frames; it sends nothing before its first `resync`. */
  openStream(send: (frame: Frame) => void): FrameStream {
    return this.bench.openStream(send);
  }

  closeStream(stream: FrameStream): void {
    this.bench.closeStream(stream);
  }

  /** Asks the renderer for something on behalf of the application menu or a file given to the app. */
  menu(action: string): void {
    this.bench.signal({ type: 'menu', action });
  }

  /** Lets `openFile` open this path: a person has chosen it. */
  allowPath(path: string): void {
    this.files.allowPath(path);
  }

  /** Is there work that no file holds? */
  get dirty(): boolean {
    return this.bench.dirty;
  }

  /** State of the session as frames carry it. */
  state(): SessionState {
    return this.bench.state();
  }

  /** Carries out a command at the present point of the run; acknowledged only when it is in the autosave on the disk. */
  command(command: Command): Promise<Outcome<CommandReply>> {
    const { bench } = this;
    bench.forwardNumber++;
    return bench.exclusive(async () => {
      const { playground } = bench;
      const { revision } = playground.simulation;
      const reply = playground.give(command);
      if (!reply.ok) return err(statusError(reply.error));
      bench.marks.truncate(revision);
      bench.endMs = playground.simulation.nowMs;
      const index = playground.cursor - 1;
      const entry = playground.journal.entries[index]!;
      bench.signal({ type: 'mark', mark: commandMark(entry) });
      bench.changed();
      await bench.guardDisk(bench.autosave.append({ index, entry, savedAt: bench.services.wall.date() }, true));
      return ok(reply.value);
    });
  }

  /** Answers from the present state, at once, also while a replay is under way. */
  query(query: Exclude<Query, CompareQuery>): Outcome<QueryReply<Query['type']>> {
    const { playground, origin, driver, services, settings } = this.bench;
    return answer(query, { playground, origin, speed: driver.speed, services, library: this.library, settings });
  }

  /** Runs the scenario under two configurations, in slices; a newer comparison or another playground ends it. */
  compare(query: CompareQuery): Promise<Outcome<Comparison>> {
    return this.comparer.run(query);
  }

  /** Time, files, undo. */
  control(control: Control): Promise<Outcome<null>> {
    const { bench, time, files } = this;
    bench.forwardNumber++;
    switch (control.type) {
      case 'play':
        bench.driver.play();
        return bench.done();
      case 'pause':
        bench.driver.pause();
        return bench.done();
      case 'setSpeed':
        bench.driver.setSpeed(control.speed);
        return bench.done();
      case 'step':
        return time.step();
      case 'settle':
        return time.settle();
      case 'seek':
        return time.seek(control.atMs);
      case 'stepBack':
        return time.stepBack();
      case 'undo':
        return time.undo();
      case 'redo':
        return time.redo();
      case 'new':
        return files.openNew();
      case 'openFile':
        return files.openFile(control.path);
      case 'openText':
        return files.openText(control.name, control.text);
      case 'openLibrary':
        return files.openLibrary(control.id);
      case 'openDialog':
        return files.openDialog();
      case 'save':
        return files.save(false);
      case 'saveAs':
        return files.save(true);
      case 'noteDownload':
        return files.noteDownload(control.name);
      case 'exportAs':
        return files.exportAs();
      case 'restoreAutosave':
        return files.restore();
      case 'discardAutosave':
        return files.discard();
      case 'setLanguage':
        return this.setLanguage(control.language);
    }
  }

  /** Ends the session. The autosave stays only when there is unsaved work that nobody has given up. */
  async close(options: { discard: boolean }): Promise<void> {
    await this.bench.end();
    await this.bench.autosave.end(options.discard || !this.dirty);
  }

  private async setLanguage(language: 'en' | 'ko'): Promise<Outcome<null>> {
    await this.bench.guardDisk(this.bench.settings.setLanguage(language));
    this.bench.tellSettings();
    return this.bench.done();
  }
}

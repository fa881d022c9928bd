import { basename, resolve } from 'node:path';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { Problem } from '#shared/protocol/index.ts';
import { printManifests } from '#shared/scenario/index.ts';
import { type Autosave, removeAutosave } from './autosave.ts';
import { emptyScenario, type Opened, type Origin, openDocument, openScenario, scenarioText } from './document.ts';
import { engineFailure } from './driver.ts';
import { type Library, readTextFile, writeTextFile } from './files.ts';
import { Journal } from './journal.ts';
import { MarkBook } from './marks.ts';
import { bridgeError } from './problems.ts';
import { suggestedName } from './queries.ts';
import type { Outcome } from './types.ts';
import { openEmpty, type Workbench } from './workbench.ts';

/** Opens, saves, exports and restores playgrounds. */
export class FileControls {
  private readonly bench: Workbench;
  private readonly library: Library;
  private readonly allowedPaths = new Set<string>();
  private leftovers: Autosave[];

  constructor(bench: Workbench, library: Library) {
    this.bench = bench;
    this.library = library;
    this.leftovers = bench.autosave.leftovers();
    this.offerRestore();
  }

  /** Lets `openFile` open this path: a person has chosen it. */
  allowPath(path: string): void {
    this.allowedPaths.add(resolve(path));
  }

  openNew(): Promise<Outcome<null>> {
    return this.install(ok(openEmpty(this.bench.services)));
  }

  openText(name: string, text: string): Promise<Outcome<null>> {
    return this.install(openDocument({ fileName: name, filePath: null, text }, this.bench.services));
  }

  async openLibrary(id: string): Promise<Outcome<null>> {
    const path = this.library.pathOf(id);
    if (path === undefined) return err(bridgeError('NotFound', `there is no library scenario ${id}`));
    // Not a file of the user's: Save asks for a place.
    return this.openPath(path, null);
  }

  async openFile(given: string): Promise<Outcome<null>> {
    const path = resolve(given);
    if (!this.allowedPaths.has(path) && !this.bench.settings.recent.includes(path)) {
      return err(bridgeError('Forbidden', `${path} was not chosen by a person: open it by the dialog`));
    }
    return this.openPath(path, path);
  }

  async openDialog(): Promise<Outcome<null>> {
    const { dialogs } = this.bench.services;
    if (!dialogs) return err(bridgeError('unsupported', 'this host has no file dialog'));
    const path = await dialogs.openPath();
    if (path === null) return err(bridgeError('Cancelled', 'no file was chosen'));
    this.allowPath(path);
    return this.openFile(path);
  }

  /** A browser has taken the scenario as a download. */
  async noteDownload(name: string): Promise<Outcome<null>> {
    const { bench } = this;
    if (bench.services.dialogs) return err(bridgeError('unsupported', 'this host writes files itself'));
    return bench.exclusive(async () => {
      bench.origin = { ...bench.origin, fileName: basename(name) };
      bench.markSaved(bench.playground.journal.limit);
      await bench.restartAutosave();
      return ok(null);
    });
  }

  /** Writes the scenario to its file; asks for one when it has none yet, or with `ask`. */
  async save(ask: boolean): Promise<Outcome<null>> {
    const { bench } = this;
    const chosen = ask || bench.origin.filePath === null ? await this.choosePath('scenario') : bench.origin.filePath;
    if (typeof chosen !== 'string') return chosen;
    return bench.exclusive(async () => {
      const written = await writeTextFile(chosen, scenarioText(bench.playground, bench.driver.speed));
      if (!written.ok) return err(bridgeError('Unwritable', written.error));
      bench.origin = { ...bench.origin, fileName: basename(chosen), filePath: chosen };
      bench.markSaved(bench.playground.journal.limit);
      await this.addRecent(chosen);
      await bench.restartAutosave();
      return ok(null);
    });
  }

  async exportAs(): Promise<Outcome<null>> {
    const chosen = await this.choosePath('manifests');
    if (typeof chosen !== 'string') return chosen;
    const written = await writeTextFile(chosen, printManifests(this.bench.playground.simulation.objects()));
    return written.ok ? ok(null) : err(bridgeError('Unwritable', written.error));
  }

  /** Opens the newest autosave that an earlier process has left. */
  async restore(): Promise<Outcome<null>> {
    const [leftover] = this.leftovers;
    if (!leftover) return err(bridgeError('NotFound', 'there is nothing to restore'));
    const { header, entries, limit, cursor, at } = leftover;
    const journal = new Journal(entries, limit);
    const { services } = this.bench;
    const origin: Origin = {
      fileName: header.fileName === '' ? null : header.fileName,
      filePath: header.filePath,
      text: header.scenario,
    };
    const opened =
      origin.fileName === null
        ? openScenario(origin, emptyScenario(), services, journal)
        : openDocument(origin, services, journal);
    if (opened.ok) {
      opened.value.target = { ...at, cursor };
      opened.value.digest = undefined;
    }
    const outcome = await this.install(opened, header.savedCommands);
    if (outcome.ok) {
      // Its commands stand in this process's own autosave by now.
      removeAutosave(leftover);
      this.leftovers = this.leftovers.filter((other) => other !== leftover);
      this.offerRestore();
    }
    return outcome;
  }

  /** Declines the newest autosave for good. */
  discard(): Promise<Outcome<null>> {
    const [leftover] = this.leftovers.splice(0, 1);
    if (leftover) removeAutosave(leftover);
    this.offerRestore();
    return this.bench.done();
  }

  private offerRestore(): void {
    const [leftover] = this.leftovers;
    this.bench.leftover = leftover ? { title: leftover.header.title, savedAt: leftover.savedAt, commands: leftover.limit } : null;
    this.bench.changed();
  }

  private async openPath(path: string, filePath: string | null): Promise<Outcome<null>> {
    const text = await readTextFile(path);
    if (!text.ok) return err(bridgeError('Unreadable', text.error[0]?.message ?? '', text.error));
    const outcome = await this.install(
      openDocument({ fileName: basename(path), filePath, text: text.value }, this.bench.services),
    );
    if (outcome.ok && filePath !== null) await this.addRecent(filePath);
    return outcome;
  }

  /** Makes an opened scenario the playground, after the replay its file asks for. With problems the open playground stays untouched. */
  private install(result: Result<Opened, Problem[]>, savedCommands?: number): Promise<Outcome<null>> {
    if (!result.ok) {
      const [first] = result.error;
      return Promise.resolve(err(bridgeError('InvalidFile', first?.message ?? 'the file cannot be read', result.error)));
    }
    const { bench } = this;
    const { origin, playground } = result.value;
    const number = ++bench.replayNumber;
    return bench.exclusive(async () => {
      const warnings = await this.runToSavedPoint(result.value, () => number !== bench.replayNumber);
      if (!warnings) return err(bridgeError('Cancelled', 'another file was opened meanwhile'));
      bench.driver.pause();
      bench.replace(playground);
      bench.driver.setSpeed(playground.scenario.speed);
      bench.origin = origin;
      bench.warnings = warnings;
      bench.marks = new MarkBook();
      bench.endMs = playground.simulation.nowMs;
      bench.markSaved(savedCommands ?? playground.journal.limit);
      await bench.restartAutosave();
      return ok(null);
    });
  }

  /** Warnings about the file; undefined when it was overtaken. A run that cannot be repeated ends where it goes wrong and says so. */
  private async runToSavedPoint(opened: Opened, aborted: () => boolean): Promise<Problem[] | undefined> {
    const { bench } = this;
    const { origin, playground, target, digest } = opened;
    const warnings = [...opened.warnings];
    bench.seeking++;
    bench.changed();
    try {
      if ((await bench.driver.run(playground, target, { aborted })) === 'aborted') return undefined;
      if (digest !== undefined && playground.simulation.digest() !== digest)
        warnings.push(differs(origin, 'the state reached is not the saved one'));
    } catch (error) {
      warnings.push(differs(origin, engineFailure(error)));
      playground.journal.entries.length = playground.cursor;
      playground.journal.limit = playground.cursor;
    } finally {
      bench.seeking--;
    }
    return warnings;
  }

  private async choosePath(kind: 'scenario' | 'manifests'): Promise<string | Outcome<null>> {
    const { services, playground, origin } = this.bench;
    if (!services.dialogs) return err(bridgeError('unsupported', 'this host has no file dialog'));
    const chosen = await services.dialogs.savePath(suggestedName({ playground, origin }, kind), kind);
    return chosen === null ? err(bridgeError('Cancelled', 'no file was chosen')) : resolve(chosen);
  }

  private async addRecent(path: string): Promise<void> {
    await this.bench.guardDisk(this.bench.settings.addRecent(path));
    this.bench.tellSettings();
  }
}

function differs(origin: Origin, why: string): Problem {
  return {
    severity: 'warning',
    ...(origin.fileName === null ? {} : { file: origin.fileName }),
    message: `the saved run could not be repeated exactly: ${why}`,
    hint: 'the file was made by another version or edited by hand',
  };
}

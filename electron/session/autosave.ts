import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { commandSchema } from '#shared/protocol/index.ts';
import type { Entry, Point } from './types.ts';

/** First line of an autosave file. `scenario`: the scenario file's text as it was at the start of the run. */
const headerSchema = z.strictObject({
  version: z.literal(1),
  title: z.string(),
  fileName: z.string(),
  filePath: z.string().nullable(),
  startedAt: z.string(),
  scenario: z.string(),
  /** Commands that the saved file already holds. */
  savedCommands: z.int(),
});
export type AutosaveHeader = z.infer<typeof headerSchema>;

const pointSchema = z.strictObject({ nowMs: z.number(), tasks: z.number().optional() });
const entrySchema = z.strictObject({ point: pointSchema, command: commandSchema, revision: z.number() });
/** Following lines: a command at its index (what stood there or later is gone), a new limit after undo or redo, or the time reached. */
const lineSchema = z.union([
  z.strictObject({ index: z.int(), entry: entrySchema, savedAt: z.string() }),
  z.strictObject({ limit: z.int(), cursor: z.int(), at: pointSchema }),
]);
export type AutosaveLine = z.infer<typeof lineSchema>;

/** What an autosave file holds. `at` and `cursor` name the last known point. */
export interface Autosave {
  path: string;
  header: AutosaveHeader;
  entries: Entry[];
  limit: number;
  cursor: number;
  at: Point;
  savedAt: string;
}

/** Reads one file; undefined when its head is not readable. A torn last line (the process died while writing it) was never acknowledged. */
export function readAutosave(path: string): Autosave | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const header = headerSchema.safeParse(parseJson(lines[0]));
  if (!header.success) return undefined;
  const found: Autosave = {
    path,
    header: header.data,
    entries: [],
    limit: 0,
    cursor: 0,
    at: { nowMs: 0 },
    savedAt: header.data.startedAt,
  };
  for (const text of lines.slice(1)) {
    if (text === '') continue;
    const line = lineSchema.safeParse(parseJson(text));
    if (!line.success) break;
    if ('entry' in line.data) {
      const { index, entry, savedAt } = line.data;
      found.entries.length = Math.min(index, found.entries.length);
      const { nowMs, tasks } = entry.point;
      const point = tasks === undefined ? { nowMs } : { nowMs, tasks };
      found.entries.push({ point, command: entry.command, revision: entry.revision });
      found.limit = found.entries.length;
      found.cursor = found.limit;
      found.at = point;
      found.savedAt = savedAt;
    } else {
      const { limit, cursor, at } = line.data;
      found.limit = limit;
      found.cursor = cursor;
      found.at = at.tasks === undefined ? { nowMs: at.nowMs } : { nowMs: at.nowMs, tasks: at.tasks };
    }
  }
  return found;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function processAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The autosave journal of this process: `autosave-PID-RANDOM.jsonl` in the user's data folder. Started atomically with its header, then one line appended and
 * synced to the disk per command before the command is acknowledged, so kill -9 loses nothing that was acknowledged.
 */
export class AutosaveJournal {
  private readonly folder: string;
  private readonly path: string;
  private file: FileHandle | null = null;

  constructor(userDataDir: string) {
    this.folder = userDataDir;
    this.path = join(userDataDir, `autosave-${process.pid}-${randomBytes(4).toString('hex')}.jsonl`);
    mkdirSync(userDataDir, { recursive: true });
  }

  /** Files left by processes that are gone and hold commands that were not saved; newest first. Empty ones are cleared away. */
  leftovers(): Autosave[] {
    const found: Autosave[] = [];
    for (const name of readdirSync(this.folder)) {
      const pid = /^autosave-(\d+)-[0-9a-f]+\.jsonl$/.exec(name)?.[1];
      if (pid === undefined || processAlive(Number(pid))) continue;
      const autosave = readAutosave(join(this.folder, name));
      if (autosave && autosave.limit !== autosave.header.savedCommands) found.push(autosave);
      else rmSync(join(this.folder, name), { force: true });
    }
    return found.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
  }

  /** Begins a new file in place of the old one. */
  async start(header: AutosaveHeader, lines: readonly AutosaveLine[] = []): Promise<void> {
    await this.file?.close();
    this.file = null;
    await writeFileAtomic(this.path, [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
    this.file = await open(this.path, 'a');
  }

  /** Appends one line; with `sync` it is on the disk when the promise resolves. */
  async append(line: AutosaveLine, sync: boolean): Promise<void> {
    if (!this.file) return;
    await this.file.write(`${JSON.stringify(line)}\n`);
    if (sync) await this.file.datasync();
  }

  /** Closes the file; `remove` deletes it too (the work is saved or was given up knowingly). */
  async end(remove: boolean): Promise<void> {
    await this.file?.close();
    this.file = null;
    if (remove) rmSync(this.path, { force: true });
  }
}

/** Removes a leftover that has been restored or declined. */
export function removeAutosave(autosave: Autosave): void {
  rmSync(autosave.path, { force: true });
}

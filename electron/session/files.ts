import { constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { LibraryEntry, Problem } from '#shared/protocol/index.ts';
import { inspectScenario, MAX_TEXT_LENGTH, type Scenario } from '#shared/scenario/index.ts';

const MAX_RECENT = 10;

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'the file does not exist (any more)';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read the file';
  if (code === 'EISDIR') return 'this is a folder, not a file';
  return message;
}

/** Text of a file, or the one problem that keeps it from being read. Size and content are checked before anything is parsed. */
export async function readTextFile(path: string): Promise<Result<string, Problem[]>> {
  const file = basename(path);
  const problem = (message: string, hint?: string): Result<string, Problem[]> =>
    err([{ severity: 'error', file, message, ...(hint === undefined ? {} : { hint }) }]);
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_TEXT_LENGTH)
        return problem(`the file has ${megabytes(size)}: at most ${megabytes(MAX_TEXT_LENGTH)} are read`);
      return decodeText(await handle.readFile(), file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return problem(reasonOf(error));
  }
}

/** UTF-8 text of bytes; binary content is named as such with the offset of the first byte that is no text. */
export function decodeText(bytes: Uint8Array, file: string): Result<string, Problem[]> {
  const zero = bytes.indexOf(0);
  try {
    if (zero < 0) return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Falls through: not UTF-8.
  }
  const where = zero < 0 ? 'it is not UTF-8' : `byte ${zero} is zero`;
  return err([{ severity: 'error', file, message: `this is no text file (${where}): expected YAML or JSON in UTF-8` }]);
}

/** Writes a file in one step: readers see the old text or the new one. */
export async function writeTextFile(path: string, text: string): Promise<Result<null, string>> {
  try {
    await writeFileAtomic(path, text);
    return ok(null);
  } catch (error) {
    return err(`${path} could not be written: ${(error as Error).message}`);
  }
}

/** The shipped scenarios, by file name; each file is parsed once per version. */
export class Library {
  private readonly folder: string;
  private readonly known = new Map<string, { mtimeMs: number; scenario: Scenario }>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Title and description are in `language` where the scenario has them in it. */
  entries(language: 'en' | 'ko' | null = null): LibraryEntry[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    return names
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => {
        const { title, description, translations, topic } = this.scenario(name);
        const words = { title, description, ...(language === 'ko' ? translations.ko : {}) };
        return { id: name.slice(0, -'.yaml'.length), ...words, ...(topic === undefined ? {} : { topic }) };
      });
  }

  /** Path of a library scenario; undefined for an id that is not in the library. */
  pathOf(id: string): string | undefined {
    return this.entries().some((entry) => entry.id === id) ? join(this.folder, `${id}.yaml`) : undefined;
  }

  private scenario(name: string): Scenario {
    const path = join(this.folder, name);
    const { mtimeMs } = statSync(path);
    const known = this.known.get(name);
    if (known?.mtimeMs === mtimeMs) return known.scenario;
    const { scenario } = inspectScenario(readFileSync(path, 'utf8'), name);
    this.known.set(name, { mtimeMs, scenario });
    return scenario;
  }
}

const settingsSchema = z.looseObject({
  recent: z.array(z.string()).optional(),
  language: z.enum(['en', 'ko']).nullable().optional(),
});

/** Small settings that outlive the session: recent files and language, in `settings.json`. */
export class Settings {
  private readonly path: string;
  recent: readonly string[] = [];
  language: 'en' | 'ko' | null = null;

  constructor(userDataDir: string) {
    this.path = join(userDataDir, 'settings.json');
    try {
      const parsed = settingsSchema.safeParse(JSON.parse(readFileSync(this.path, 'utf8')));
      if (parsed.success) {
        this.recent = parsed.data.recent ?? [];
        this.language = parsed.data.language ?? null;
      }
    } catch {
      // First start, or a damaged file: defaults.
    }
  }

  async addRecent(path: string): Promise<void> {
    const full = resolve(path);
    this.recent = [full, ...this.recent.filter((other) => other !== full)].slice(0, MAX_RECENT);
    await this.write();
  }

  async setLanguage(language: 'en' | 'ko'): Promise<void> {
    this.language = language;
    await this.write();
  }

  private async write(): Promise<void> {
    await writeFileAtomic(this.path, `${JSON.stringify({ recent: this.recent, language: this.language }, null, 2)}\n`);
  }
}

/** Can this file be written in place? */
export async function writable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

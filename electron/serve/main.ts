import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createSimulation } from '#engine/index.ts';
import { nodeWall, printProblem, Session } from '../session/index.ts';
import { serve } from './server.ts';

const root = resolve(import.meta.dirname, '../..');

function userDataDir(): string {
  if (process.env.STOWAGE_USER_DATA) return process.env.STOWAGE_USER_DATA;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Stowage');
  if (process.platform === 'win32') return join(process.env.APPDATA ?? homedir(), 'Stowage');
  return join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'Stowage');
}

/** Opens a page in the person's browser where there is one; says nothing when there is none (the address has been printed). */
async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    const child = await open(url);
    child.on('error', () => undefined);
  } catch {
    // No browser on this machine.
  }
}

async function main(): Promise<number | undefined> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string' }, open: { type: 'boolean', default: false } },
  });
  const rendererDir = join(root, 'out/renderer');
  if (!existsSync(join(rendererDir, 'index.html'))) {
    process.stderr.write('stowage: the page is not built yet: run npm start\n');
    return 1;
  }
  const session = new Session({
    host: 'browser',
    version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    userDataDir: userDataDir(),
    libraryDir: join(root, 'scenarios'),
    wall: nodeWall,
    dialogs: null,
    createSimulation,
    onProblem: (message) => process.stderr.write(`stowage: ${message}\n`),
  });
  await session.start();
  const [file] = positionals;
  if (file !== undefined) {
    session.allowPath(file);
    const opened = await session.control({ type: 'openFile', path: resolve(file) });
    if (!opened.ok) {
      for (const problem of opened.error.problems ?? []) process.stderr.write(`${printProblem(problem)}\n`);
      if (!opened.error.problems) process.stderr.write(`stowage: ${opened.error.message}\n`);
      await session.close({ discard: true });
      return 1;
    }
  }
  const server = await serve(session, { rendererDir, ...(values.port === undefined ? {} : { port: Number(values.port) }) });
  process.stdout.write(`Stowage is at ${server.url}\n`);
  if (values.open) await openBrowser(server.url);
  const stop = (): void => {
    void Promise.all([server.close(), session.close({ discard: false })]).then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return undefined;
}

const code = await main();
if (code !== undefined) process.exitCode = code;

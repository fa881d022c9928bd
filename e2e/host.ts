import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { _electron, type Browser, type ConsoleMessage, chromium, type ElectronApplication, type Page } from '@playwright/test';
import type { Result } from '../shared/core/result.ts';
import type { BridgeError, Frame, StowageBridge } from '../shared/protocol/index.ts';
import { SocketBridge } from './socketBridge.ts';

const root = resolve(import.meta.dirname, '..');
const asRoot = process.getuid?.() === 0;
/** Root in a container: Chromium refuses its sandbox. The page's own hardening does not depend on it. */
const switches = asRoot ? ['--no-sandbox'] : [];

/** What specs do with a playground besides clicking. */
export type Bridge = Pick<StowageBridge, 'command' | 'control' | 'query'> & {
  /** A fresh snapshot frame of the session. */
  snapshot(): Promise<Frame>;
};

/** One running playground on one host. */
export interface Running {
  readonly host: 'electron' | 'browser';
  readonly page: Page;
  readonly bridge: Bridge;
  /** Errors in the page's console, and uncaught ones. */
  readonly errors: string[];
  /** Only on Electron. */
  readonly electron: ElectronApplication | null;
  /** Ends the program as the power cut would: SIGKILL. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface StartOptions {
  userDataDir: string;
  files?: string[];
  language?: 'en' | 'ko';
  colorScheme?: 'dark' | 'light';
  size?: { width: number; height: number };
  reducedMotion?: boolean;
}

function watch(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  return errors;
}

async function emulate(page: Page, options: StartOptions): Promise<void> {
  await page.emulateMedia({
    colorScheme: options.colorScheme ?? 'dark',
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
  });
}

function environment(options: StartOptions): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[0] !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(inherited), STOWAGE_USER_DATA: options.userDataDir };
}

/** The bridge of the window's own preload, used from outside. */
function windowBridge(page: Page): Bridge {
  type Reply = Result<never, BridgeError>;
  const call = (kind: 'command' | 'control' | 'query', payload: unknown): Promise<Reply> =>
    page.evaluate(
      ([method, argument]) =>
        (window as unknown as { stowage: Record<string, (value: unknown) => Promise<Reply>> }).stowage[method]!(argument),
      [kind, payload] as const,
    );
  return {
    command: (command) => call('command', command),
    control: (control) => call('control', control),
    query: (query) => call('query', query),
    snapshot: () =>
      page.evaluate(
        () =>
          new Promise<Frame>((done) => {
            const { stowage } = window as unknown as { stowage: StowageBridge };
            const stop = stowage.onFrame((frame) => {
              if (!frame.snapshot) return;
              done(frame);
              setTimeout(() => stop());
            });
          }),
      ),
  };
}

export async function startElectron(options: StartOptions): Promise<Running> {
  const { width, height } = options.size ?? { width: 1440, height: 900 };
  const electron = await _electron.launch({
    executablePath:
      process.env.STOWAGE_ELECTRON ?? process.env.ELECTRON_EXEC_PATH ?? `${process.env.ELECTRON_OVERRIDE_DIST_PATH}/electron`,
    args: [
      root,
      ...switches,
      `--user-data-dir=${options.userDataDir}`,
      `--lang=${options.language ?? 'en'}`,
      ...(options.files ?? []),
    ],
    env: environment(options),
    cwd: root,
  });
  const page = await electron.firstWindow();
  const errors = watch(page);
  await emulate(page, options);
  await electron.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
  await page.waitForLoadState('domcontentloaded');
  let alive = true;
  electron.on('close', () => {
    alive = false;
  });
  return {
    host: 'electron',
    page,
    bridge: windowBridge(page),
    errors,
    electron,
    kill: async () => {
      const ended = new Promise((done) => electron.process().once('exit', done));
      electron.process().kill('SIGKILL');
      await ended;
    },
    close: async () => {
      if (!alive) return;
      // Past the question about unsaved work.
      await electron.evaluate(({ app }) => setTimeout(() => app.exit(0))).catch(() => undefined);
      await electron.close().catch(() => undefined);
    },
  };
}

let browser: Browser | null = null;

async function launchBrowser(): Promise<Browser> {
  if (browser?.isConnected()) return browser;
  const executablePath = process.env.STOWAGE_CHROMIUM;
  browser = await chromium.launch({ args: switches, ...(executablePath === undefined ? {} : { executablePath }) });
  return browser;
}

/** Starts the browser host and returns its address. */
async function startServer(options: StartOptions): Promise<{ url: string; child: ChildProcess }> {
  const args = [join(root, 'electron/serve/main.ts'), ...(options.files ?? [])];
  const child = spawn(process.execPath, args, { cwd: root, env: environment(options), stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((done, failed) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      const found = /http:\/\/\S+/.exec(text)?.[0];
      if (found) done(found);
    });
    child.on('exit', (code) => failed(new Error(`the browser host ended with ${code}`)));
  });
  return { url, child };
}

export async function startBrowser(options: StartOptions): Promise<Running> {
  const { url, child } = await startServer(options);
  const context = await (await launchBrowser()).newContext({
    viewport: options.size ?? { width: 1440, height: 900 },
    locale: options.language ?? 'en',
    colorScheme: options.colorScheme ?? 'dark',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const errors = watch(page);
  await emulate(page, options);
  await page.goto(url);
  const bridge = await SocketBridge.connect(url);
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    bridge.close();
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill(signal);
      await ended;
    }
    await context.close();
  };
  return { host: 'browser', page, bridge, errors, electron: null, kill: () => stop('SIGKILL'), close: () => stop('SIGTERM') };
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = null;
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as base, expect } from '@playwright/test';
import type { BridgeError, Command, CommandReply, Frame } from '../shared/protocol/index.ts';
import { type Bridge, closeBrowser, type Running, type StartOptions, startBrowser, startElectron } from './host.ts';

export { expect };

const screenshots = resolve(import.meta.dirname, 'screenshots');

/** The playground under test, on the host of the project. */
export class App {
  readonly host: 'electron' | 'browser';
  readonly userDataDir: string;
  private running: Running | null = null;

  constructor(host: 'electron' | 'browser') {
    this.host = host;
    this.userDataDir = mkdtempSync(join(tmpdir(), 'stowage-e2e-'));
  }

  private get now(): Running {
    if (!this.running) throw new Error('the app is not running: await app.start() first');
    return this.running;
  }

  get page(): Running['page'] {
    return this.now.page;
  }

  get bridge(): Bridge {
    return this.now.bridge;
  }

  get electron(): Running['electron'] {
    return this.now.electron;
  }

  get errors(): readonly string[] {
    return this.now.errors;
  }

  /** Starts the program; a second start after `kill` or `close` finds the same user data. */
  async start(options: Omit<StartOptions, 'userDataDir'> = {}): Promise<void> {
    const start = this.host === 'electron' ? startElectron : startBrowser;
    this.running = await start({ ...options, userDataDir: this.userDataDir });
  }

  async kill(): Promise<void> {
    await this.now.kill();
    this.running = null;
  }

  async close(): Promise<void> {
    await this.running?.close();
    this.running = null;
  }

  async end(): Promise<void> {
    await this.close();
    rmSync(this.userDataDir, { recursive: true, force: true });
  }

  /** Gives a command and fails the test when it is refused. */
  async command(command: Command): Promise<CommandReply> {
    return value(await this.bridge.command(command), command.type);
  }

  async openLibrary(id: string): Promise<void> {
    value(await this.bridge.control({ type: 'openLibrary', id }), `open ${id}`);
  }

  async openText(name: string, text: string): Promise<void> {
    value(await this.bridge.control({ type: 'openText', name, text }), `open ${name}`);
  }

  async digest(): Promise<string> {
    return value(await this.bridge.query({ type: 'digest' }), 'digest').digest;
  }

  snapshot(): Promise<Frame> {
    return this.bridge.snapshot();
  }

  /** Runs until the cluster is quiet. */
  async settle(): Promise<void> {
    value(await this.bridge.control({ type: 'settle' }), 'settle');
  }

  /** Saves a picture of the window in e2e/screenshots; the README shows the best. Electron's picture wins where both hosts take one. */
  async screenshot(name: string): Promise<void> {
    if (this.host === 'browser' && process.env.STOWAGE_SCREENSHOTS !== 'browser') return;
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
  }
}

function value<T>(result: { ok: true; value: T } | { ok: false; error: BridgeError }, what: string): T {
  if (!result.ok)
    throw new Error(`${what}: ${result.error.code}: ${result.error.message}\n${JSON.stringify(result.error.problems ?? [])}`);
  return result.value;
}

/** `app`: a started playground. `stopped`: one that the test starts itself (files, language, kill and restart). */
export const test = base.extend<{ app: App; stopped: App }, { browserEnd: undefined }>({
  browserEnd: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright demands a destructured argument.
    async ({}, use) => {
      await use(undefined);
      await closeBrowser();
    },
    { scope: 'worker', auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright demands a destructured argument.
  stopped: async ({}, use, info) => {
    const app = new App(info.project.name === 'electron' ? 'electron' : 'browser');
    await use(app);
    await app.end();
  },
  app: async ({ stopped }, use) => {
    await stopped.start();
    await use(stopped);
  },
});

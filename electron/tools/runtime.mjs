// Where Electron's runtime, a display and a Chromium-family browser are on this machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { node24, root, rootOnLinux, say } from './setup.mjs';

const FETCH_LIMIT_MS = 5 * 60_000;

function electronFile() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function lastLine(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '));
  return (lines.find((line) => /error|ENOTFOUND|ECONN|ETIMEDOUT|status/i.test(line)) ?? lines.at(-1) ?? 'no reason given').slice(
    0,
    160,
  );
}

/**
 * Electron's executable: ELECTRON_EXEC_PATH, else the runtime in ELECTRON_OVERRIDE_DIST_PATH, else the electron package's own, fetched when it is missing.
 * Returns {path} or {reason}.
 */
export function findElectron() {
  const chosen =
    process.env.ELECTRON_EXEC_PATH ??
    (process.env.ELECTRON_OVERRIDE_DIST_PATH && join(process.env.ELECTRON_OVERRIDE_DIST_PATH, electronFile()));
  if (chosen) return existsSync(chosen) ? { path: chosen } : { reason: `${chosen} does not exist` };
  const own = join(root, 'node_modules/electron/dist', electronFile());
  if (existsSync(own)) return { path: own };
  say("Fetching Electron's runtime (once)...");
  const fetched = spawnSync(node24, [join(root, 'node_modules/electron/install.js')], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FETCH_LIMIT_MS,
  });
  if (existsSync(own)) return { path: own };
  const why =
    fetched.error?.code === 'ETIMEDOUT' ? 'the download took too long' : lastLine(`${fetched.stderr}\n${fetched.stdout}`);
  return { reason: `its runtime could not be fetched (${why})` };
}

/** Is there a screen to open a window on? */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Full path of a program on PATH, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
    if (folder !== '' && existsSync(path)) return path;
  }
  return undefined;
}

/** Switches that Electron and Chromium need when they are run by root (containers). */
export const sandboxSwitches = rootOnLinux ? ['--no-sandbox'] : [];

const installedBrowsers = {
  linux: [],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].flatMap((path) =>
    [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .map((folder) => join(folder, path)),
  ),
};

function installedBrowser() {
  if (process.env.STOWAGE_CHROMIUM) return process.env.STOWAGE_CHROMIUM;
  for (const name of [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'brave-browser',
  ]) {
    const path = which(name);
    if (path) return path;
  }
  return (installedBrowsers[process.platform] ?? []).find((path) => existsSync(path));
}

async function playwrightBrowser() {
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  if (existsSync(path)) return path;
  say("No Chromium-family browser is installed; fetching Playwright's...");
  const cli = join(root, 'node_modules/@playwright/test/cli.js');
  spawnSync(node24, [cli, 'install', 'chromium'], { cwd: root, stdio: ['ignore', 'ignore', 'ignore'], timeout: FETCH_LIMIT_MS });
  return existsSync(path) ? path : undefined;
}

function debian() {
  try {
    return /^ID(?:_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** A Chromium-family browser: an installed one; else Playwright's; else, as root on Debian, the `chromium` package. {path} or {reason}. */
export async function findBrowser() {
  const path = installedBrowser() ?? (await playwrightBrowser());
  if (path) return { path };
  if (rootOnLinux && debian()) {
    say('Installing the chromium package...');
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
    const fresh = which('chromium');
    if (fresh) return { path: fresh };
  }
  return { reason: 'no Chromium-family browser: install Chrome, Chromium or Edge, or run "npx playwright install chromium"' };
}

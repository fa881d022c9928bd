// Set-up that both commands share. Plain JavaScript for Node 20.19 without any package: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');
const installStamp = join(modules, '.stowage-lock');
const buildStamp = join(root, 'out/.built');
const windows = process.platform === 'win32';

/** Node 24 as the project pins it: it runs TypeScript directly. */
export const node24 = join(modules, 'node/bin', windows ? 'node.exe' : 'node');

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Is the process root on Linux? Chromium refuses its sandbox there. */
export const rootOnLinux = process.platform === 'linux' && process.getuid?.() === 0;

function hashOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function installed() {
  const lock = join(root, 'package-lock.json');
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record) || !existsSync(node24)) return false;
  if (existsSync(installStamp)) return readFileSync(installStamp, 'utf8') === hashOf(lock);
  // Installed by hand: trust npm's own record when it is no older than the lock file.
  if (statSync(record).mtimeMs < statSync(lock).mtimeMs) return false;
  writeFileSync(installStamp, hashOf(lock));
  return true;
}

function npm(args) {
  const cli = process.env.npm_execpath;
  // Under `npm run` this very process may be the Node in node_modules, which `npm ci` deletes: npm's own Node stays.
  const command = cli?.endsWith('.js') ? [process.env.npm_node_execpath ?? process.execPath, cli] : [windows ? 'npm.cmd' : 'npm'];
  const [program, ...first] = command;
  const result = spawnSync(program, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows && !cli,
  });
  if (result.status !== 0) {
    process.stderr.write(`stowage: npm ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}\n`);
    process.exit(1);
  }
}

/** Installs when node_modules is missing or older than the lock file. Only the install script of `node` is run: it fetches Node 24's binary. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`stowage: Node 20.19 or newer is needed, this is ${process.versions.node}\n`);
    process.exit(1);
  }
  if (installed()) return;
  say('Installing packages (once)...');
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
  if (!existsSync(node24)) {
    process.stderr.write('stowage: the package "node" did not bring its binary for this platform\n');
    process.exit(1);
  }
  writeFileSync(installStamp, hashOf(join(root, 'package-lock.json')));
}

/** Goes on in Node 24 (same script, same arguments) and ends with its exit code; returns at once when this is Node 24 already. */
export async function onNode24(script) {
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  const child = spawn(node24, [script, ...process.argv.slice(2)], { stdio: 'inherit', cwd: process.cwd() });
  const pass = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  const code = await new Promise((done) => child.on('exit', (status, signal) => done(signal ? 1 : status)));
  process.exit(code ?? 1);
}

const sources = ['electron', 'renderer', 'shared', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];

function* filesBelow(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) {
    if (name === 'testdata' || name === 'tools' || /\.(?:test|bench)\.tsx?$/.test(name)) continue;
    yield* filesBelow(join(path, name));
  }
}

function sourceStamp() {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of filesBelow(join(root, source))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file}:${size}:${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/** Builds window, preload and page when a source has changed since the last build. False when the build failed (its output has been shown). */
export function ensureBuilt() {
  const stamp = sourceStamp();
  const page = join(root, 'out/renderer/index.html');
  if (existsSync(page) && existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === stamp) return true;
  say('Building...');
  const cli = join(modules, 'electron-vite/bin/electron-vite.js');
  const built = spawnSync(node24, [cli, 'build', '--logLevel', 'warn'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (built.status !== 0) return false;
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, stamp);
  return true;
}

// npm start [-- FILE] [--browser]: opens the window, or serves the same playground to a browser where no window can be had.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled, node24, onNode24, root, say } from './setup.mjs';

ensureInstalled();
await onNode24(fileURLToPath(import.meta.url));

/** A window that dies this soon with a failure never came up. */
const EARLY_MS = 15_000;

const args = process.argv.slice(2);
const files = args.filter((arg) => !arg.startsWith('-'));

function forwardSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
}

/** A larger nursery for the engine's many short-lived objects: fewer collections while the scheduler works (measured by bench:scheduler). */
const HEAP = '--max-semi-space-size=64';

/** Runs the window until it is closed. Undefined = it ran; else why it could not. */
async function runWindow() {
  const { findElectron, hasDisplay, sandboxSwitches } = await import('./runtime.mjs');
  if (!hasDisplay()) return 'there is no display';
  const electron = findElectron();
  if (!electron.path) return electron.reason;
  const started = Date.now();
  const child = spawn(electron.path, [`--js-flags=${HEAP}`, root, ...sandboxSwitches, ...files], {
    stdio: ['ignore', 'inherit', 'pipe'],
    cwd: process.cwd(),
  });
  forwardSignals(child);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    if (Date.now() - started < EARLY_MS) errors += chunk;
    else process.stderr.write(chunk);
  });
  const [code, signal] = await new Promise((done) => {
    child.on('error', (error) => done([error.message, null]));
    child.on('exit', (...outcome) => done(outcome));
  });
  if (code === 0 || signal === 'SIGINT' || signal === 'SIGTERM') return undefined;
  if (Date.now() - started < EARLY_MS) {
    const why = errors.split('\n').find((line) => /FATAL|stowage:|error/i.test(line) && !/dbus|bus\.cc/i.test(line));
    return `Electron could not start (${(why ?? signal ?? `exit code ${code}`).toString().trim().slice(0, 200)})`;
  }
  process.stderr.write(errors);
  process.exit(typeof code === 'number' ? code : 1);
}

if (!ensureBuilt()) {
  process.stderr.write('stowage: the build failed\n');
  process.exit(1);
}
const refused = args.includes('--browser') ? '' : await runWindow();
if (refused !== undefined) {
  if (refused !== '') say(`No window: ${refused}. Serving the playground to a browser instead.`);
  const server = spawn(node24, [HEAP, join(root, 'electron/serve/main.ts'), '--open', ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: process.cwd(),
  });
  forwardSignals(server);
  server.on('exit', (code) => process.exit(code ?? 0));
}

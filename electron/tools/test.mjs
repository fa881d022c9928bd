// npm test: type check, lint, unit tests, end-to-end specs on every host this machine can have. The last line says what ran and what did not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled, node24, onNode24, root, say } from './setup.mjs';

ensureInstalled();
await onNode24(fileURLToPath(import.meta.url));
const { findBrowser, findElectron, hasDisplay, which } = await import('./runtime.mjs');

const cache = join(root, 'node_modules/.cache/stowage');
mkdirSync(cache, { recursive: true });
const bin = (name) => join(root, 'node_modules', name);
/** What must run; .ci/run names both hosts. */
const required = new Set((process.env.STOWAGE_REQUIRE_HOSTS ?? '').split(',').filter(Boolean));

/** Parts with their counts; `reason` where a part was not run. */
const parts = [];

function run(program, args, env = {}) {
  return (
    spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).status === 0
  );
}

function check(name, program, args) {
  say(`\n== ${name}`);
  const good = run(program, args);
  parts.push({ name, passed: 0, failed: good ? 0 : 1, skipped: 0, check: true });
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function unit() {
  say('\n== unit tests');
  const file = join(cache, 'unit.json');
  rmSync(file, { force: true });
  const args = [
    'run',
    '--config',
    'electron/tools/vitest.config.ts',
    '--root',
    '.',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const good = run(node24, [bin('vitest/vitest.mjs'), ...args]);
  const report = readJson(file);
  const failed = report?.numFailedTests ?? 0;
  const brokenFiles = (report?.testResults ?? []).filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length;
  const total = failed + brokenFiles;
  parts.push({
    name: 'unit',
    passed: report?.numPassedTests ?? 0,
    failed: total === 0 && !good ? 1 : total,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  });
}

function endToEnd(host, env, wrap = []) {
  say(`\n== end-to-end: ${host}`);
  const file = join(cache, `e2e-${host}.json`);
  rmSync(file, { force: true });
  const command = [
    ...wrap,
    node24,
    bin('@playwright/test/cli.js'),
    'test',
    '--config',
    'e2e/playwright.config.ts',
    '--project',
    host,
  ];
  const good = run(command[0], command.slice(1), { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const stats = readJson(file)?.stats;
  const failed = (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
  parts.push({
    name: host,
    passed: stats?.expected ?? 0,
    failed: failed === 0 && !good ? 1 : failed,
    skipped: stats?.skipped ?? 0,
  });
}

function notRun(host, reason) {
  say(`\n== end-to-end: ${host}: not run: ${reason}`);
  parts.push({ name: host, passed: 0, failed: required.has(host) ? 1 : 0, skipped: 0, reason });
}

function runElectron() {
  const electron = findElectron();
  if (!electron.path) return notRun('electron', electron.reason);
  const env = { STOWAGE_ELECTRON: electron.path };
  if (hasDisplay()) return endToEnd('electron', env);
  if (!which('xvfb-run')) return notRun('electron', 'there is no display and no xvfb-run (Debian: apt-get install xvfb)');
  endToEnd('electron', env, ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24']);
}

async function runBrowser() {
  const browser = await findBrowser();
  if (browser.path) endToEnd('browser', { STOWAGE_CHROMIUM: browser.path });
  else notRun('browser', browser.reason);
}

check('type check', node24, [bin('typescript/bin/tsc'), '-b']);
check('lint', node24, [bin('@biomejs/biome/bin/biome'), 'check', '--diagnostic-level=error', '.']);
unit();
if (ensureBuilt()) {
  runElectron();
  await runBrowser();
} else parts.push({ name: 'build', passed: 0, failed: 1, skipped: 0, check: true });

const hosts = parts.filter((part) => part.name === 'electron' || part.name === 'browser');
if (hosts.length > 0 && hosts.every((part) => part.reason)) {
  say('\nNo end-to-end spec could run: install Chrome, Chromium or Edge, or let Electron fetch its runtime.');
  parts.push({ name: 'hosts', passed: 0, failed: 1, skipped: 0, check: true });
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const part of parts) for (const key of Object.keys(total)) total[key] += part[key];
writeFileSync(join(cache, 'result.json'), JSON.stringify({ ...total, parts }));

function describe(part) {
  if (part.reason) return `${part.name} not run: ${part.reason}`;
  if (part.check) return `${part.name} ${part.failed > 0 ? 'FAILED' : 'ok'}`;
  const more = [part.failed > 0 ? `${part.failed} FAILED` : '', part.skipped > 0 ? `${part.skipped} skipped` : ''].filter(
    Boolean,
  );
  return `${part.name} ${part.passed} passed${more.length > 0 ? `, ${more.join(', ')}` : ''}`;
}
say(`\n${parts.map(describe).join('; ')}`);
process.exit(total.failed > 0 ? 1 : 0);

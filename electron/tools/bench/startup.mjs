// Measures startup: from starting the program until its page has painted, our window against a blank Electron window, in turns, in the same run.
//   node electron/tools/bench/startup.mjs [--runs 5] [--json]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { _electron } from '@playwright/test';
import { findElectron, hasDisplay, sandboxSwitches } from '../runtime.mjs';
import { root } from '../setup.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } } });
const RUNS = Number(values.runs);

const electron = findElectron();
if (!electron.path || !hasDisplay()) {
  process.stderr.write(`startup: not measured: ${electron.reason ?? 'there is no display'}\n`);
  process.exit(1);
}

/** The least a window can be: one page with one element, hardened as ours is. */
function blankApp(folder) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'blank', version: '1.0.0', main: 'main.cjs' }));
  writeFileSync(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1440, height: 900, webPreferences: { sandbox: true, contextIsolation: true } });
  window.loadFile(require('node:path').join(__dirname, 'index.html'));
});
app.on('window-all-closed', () => app.quit());
`,
  );
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>blank</title><div id="root"><p>blank</p></div>');
  return folder;
}

/** Milliseconds from start until the page's first content has been painted. */
async function start(folder) {
  const data = mkdtempSync(join(tmpdir(), 'stowage-startup-'));
  const env = { ...process.env, STOWAGE_USER_DATA: data };
  const from = performance.now();
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [folder, ...sandboxSwitches, `--user-data-dir=${data}`],
    env,
  });
  try {
    const page = await app.firstWindow();
    await page.waitForSelector('#root > *');
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    return performance.now() - from;
  } finally {
    await app.evaluate(({ app: running }) => setTimeout(() => running.exit(0))).catch(() => undefined);
    await app.close().catch(() => undefined);
    rmSync(data, { recursive: true, force: true });
  }
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

const folder = blankApp(mkdtempSync(join(tmpdir(), 'stowage-blank-')));
const blank = [];
const own = [];
try {
  // One run of each to warm the disk cache.
  await start(folder);
  await start(root);
  for (let i = 0; i < RUNS; i++) {
    blank.push(await start(folder));
    own.push(await start(root));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const result = {
  runs: RUNS,
  blankMs: Math.round(median(blank)),
  ownMs: Math.round(median(own)),
  ratio: Number((median(own) / median(blank)).toFixed(2)),
};
process.stdout.write(
  values.json
    ? `${JSON.stringify(result)}\n`
    : `startup: blank window ${result.blankMs} ms, ours ${result.ownMs} ms, ratio ${result.ratio} (median of ${RUNS}, start to painted)\n`,
);

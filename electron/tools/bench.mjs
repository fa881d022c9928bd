// npm run bench [-- NAME...]: runs the measurements in bench/, all or those named. Each prints its own lines; a failed one fails the whole.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled, node24, onNode24, root, say } from './setup.mjs';

ensureInstalled();
await onNode24(fileURLToPath(import.meta.url));
if (!ensureBuilt()) process.exit(1);
const { hasDisplay, which } = await import('./runtime.mjs');

const folder = join(root, 'electron/tools/bench');
const all = readdirSync(folder)
  .filter((name) => /\.(?:mjs|ts)$/.test(name))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.some((file) => file.startsWith(`${name}.`)));
if (unknown.length > 0) {
  process.stderr.write(`bench: no ${unknown.join(', ')} among ${all.map((file) => file.replace(/\.\w+$/, '')).join(', ')}\n`);
  process.exit(2);
}
const screen = hasDisplay() || !which('xvfb-run') ? [] : ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24'];
let failed = 0;
for (const file of all.filter((name) => wanted.length === 0 || wanted.some((want) => name.startsWith(`${want}.`)))) {
  say(`\n== ${file.replace(/\.\w+$/, '')}`);
  const [program, ...args] = [...screen, node24, join(folder, file)];
  if (spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);

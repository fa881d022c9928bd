// npm run bench [-- NAME... [--OPTION...]]: runs the measurements in bench/, all or those named (in any case); options are handed on to each. Each
// prints its own lines; a failed one fails the whole.
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
const given = process.argv.slice(2);
const firstOption = given.findIndex((word) => word.startsWith('-'));
const wanted = given.slice(0, firstOption < 0 ? given.length : firstOption);
const options = given.slice(wanted.length);
const isNamed = (file, name) => file.toLowerCase().startsWith(`${name.toLowerCase()}.`);
const unknown = wanted.filter((name) => !all.some((file) => isNamed(file, name)));
if (unknown.length > 0) {
  process.stderr.write(`bench: no ${unknown.join(', ')} among ${all.map((file) => file.replace(/\.\w+$/, '')).join(', ')}\n`);
  process.exit(2);
}
const screen = hasDisplay() || !which('xvfb-run') ? [] : ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24'];
const ENGINE_FLAGS = ['--expose-gc', '--max-old-space-size=6144', '--max-semi-space-size=64'];
let failed = 0;
for (const file of all.filter((name) => wanted.length === 0 || wanted.some((want) => isNamed(name, want)))) {
  say(`\n== ${file.replace(/\.\w+$/, '')}`);
  // The simulation measures its own heap and makes many young objects.
  const command = file.endsWith('.ts') ? [node24, ...ENGINE_FLAGS] : [...screen, node24];
  const [program, ...args] = [...command, join(folder, file), ...options];
  if (spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);

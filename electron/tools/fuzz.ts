// npm run fuzz [-- FROM TO COMMANDS]: random runs over all kinds and faults, one line for each seed that fails: an invariant is broken, other slices
// give another digest, or the cluster does not come to rest after repair. The unit tests run a few seeds only.
import { fuzzRecover, fuzzRun, replay } from '#engine/testing/fuzz.ts';
import { ALL_KINDS, repairsOf } from '#engine/testing/fuzzAll.ts';

const SLICES = [1, 7, 100, Number.POSITIVE_INFINITY];
const [from = 1, to = from + 100, commands = 60] = process.argv.slice(2).map(Number);

function faultsOf(seed: number): string[] {
  try {
    const run = fuzzRun(seed, commands, ALL_KINDS);
    const { simulation, steps } = run;
    const slice = SLICES[seed % SLICES.length] ?? 1;
    const again = replay(seed, steps, simulation.nowMs, slice, ALL_KINDS).digest();
    const digest = again === simulation.digest() ? [] : [`another digest in slices of ${slice} tasks`];
    return [...digest, ...new Set(fuzzRecover(run, repairsOf(simulation)))];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const started = performance.now();
let failed = 0;
for (let seed = from; seed < to; seed++) {
  const faults = faultsOf(seed);
  if (faults.length === 0) continue;
  failed++;
  console.log(`seed ${seed}: ${faults.join('\n  ')}`);
}
console.log(
  `${failed} of ${to - from} seeds failed, ${commands} commands each, ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
process.exit(failed > 0 ? 1 : 0);

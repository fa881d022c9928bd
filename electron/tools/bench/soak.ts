// npm run bench -- soak [--nodes N] [--pods N] [--minutes N] [--seed N] [--once]: an hour of virtual time (fifty minutes of churn and faults, ten of
// rest) on 200 nodes with 5,000 pods of all kinds, twice, at two slice sizes. Fails when something has not converged, when the digests differ, or
// when the heap goes on growing.
import { parseArgs } from 'node:util';
import { runSoak, type SoakReport } from '#engine/testing/soak.ts';
import type { Simulation } from '#engine/types.ts';

const number = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({
  options: { nodes: number('200'), pods: number('5000'), minutes: number('50'), seed: number('1'), once: { type: 'boolean' } },
  strict: false,
});
const options = {
  nodes: Number(values.nodes),
  pods: Number(values.pods),
  minutes: Number(values.minutes),
  seed: Number(values.seed),
};
const HISTORY_MB = 64;
const collect = (globalThis as { gc?: () => void }).gc;

function heapMb(): number {
  collect?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

interface Run {
  readonly report: Pick<SoakReport, 'faults' | 'digest'>;
  /** Heap in MB once a minute. */
  readonly heaps: readonly number[];
}

function soak(slice: number): Run {
  const heaps: number[] = [];
  const started = performance.now();
  const cpu = process.cpuUsage();
  const look = (simulation: Simulation): void => {
    heaps.push(heapMb());
    if (heaps.length % 10 !== 0) return;
    const pods = simulation.objects().filter(({ kind }) => kind === 'Pod').length;
    const words = [`${heaps.length} min`, `${pods} pods`, `${simulation.revision} writes`, `heap ${heaps.at(-1)?.toFixed(0)} MB`];
    console.log(`  ${words.join(', ')}, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  };
  const report = runSoak({ ...options, slice, historyBytes: HISTORY_MB * 1024 * 1024 }, look);
  const { simulation, faults, digest, commands, pods } = report;
  const { user, system } = process.cpuUsage(cpu);
  const kept = simulation.changesSince(simulation.oldestRevision)?.length ?? 0;
  console.log(
    `slices of ${slice} tasks: ${((performance.now() - started) / 1000).toFixed(0)} s (${((user + system) / 1e6).toFixed(0)} s of processor)`,
  );
  console.log(
    `  ${simulation.nowMs / 60_000} virtual minutes, ${simulation.tasks} tasks, ${simulation.revision} writes (${kept} kept in history)`,
  );
  console.log(
    `  ${commands.given} commands, ${commands.refused} refused; pods ${Math.min(...pods)} to ${Math.max(...pods)}, ${pods.at(-1)} at the end`,
  );
  console.log(
    `  heap MB: ${heaps[9]?.toFixed(0)} after 10 minutes, ${Math.max(...heaps).toFixed(0)} at most, ${heaps.at(-1)?.toFixed(0)} at the end`,
  );
  console.log(
    `  digest ${digest}; ${faults.length === 0 ? 'all converged' : `${faults.length} faults:\n  ${faults.slice(0, 20).join('\n  ')}`}`,
  );
  return { report: { faults, digest }, heaps };
}

const runs = [soak(Number.POSITIVE_INFINITY), ...(values.once ? [] : [soak(1000)])];
const digests = new Set(runs.map(({ report }) => report.digest));
if (runs.length > 1) console.log(digests.size === 1 ? 'the same digest twice' : 'THE DIGESTS DIFFER');
const leaks = runs.some(
  ({ heaps }) => (heaps.at(-1) ?? 0) > 1.5 * (heaps[Math.floor(heaps.length / 3)] ?? Number.POSITIVE_INFINITY),
);
if (leaks) console.log('THE HEAP GOES ON GROWING');
process.exit(runs.some(({ report }) => report.faults.length > 0) || digests.size > 1 || leaks ? 1 : 0);

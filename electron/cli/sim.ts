import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createSimulation } from '#engine/index.ts';
import type { Simulation } from '#engine/types.ts';
import type { Problem } from '#shared/protocol/index.ts';
import { parseDuration } from '#shared/scenario/index.ts';
import { type Opened, openDocument } from '../session/document.ts';
import { readTextFile } from '../session/files.ts';
import type { Playground } from '../session/playground.ts';
import { printProblem } from '../session/problems.ts';
import { compareFiles } from './compareFiles.ts';
import { printComparison } from './compareText.ts';
import { type EventRow, eventRow, printEvents } from './eventTable.ts';
import { explainPods, printExplanation } from './explain.ts';
import { printSummary, summarize } from './summary.ts';

const usage = `usage: npm run sim -- FILE [--until 60s] [--seed N] [--output text|json]
       npm run sim -- FILE --compare CONFIG.yaml [--compare CONFIG2.yaml] [--until 60s] [--output text|json]
       npm run sim -- FILE --explain POD [--until 60s] [--output text|json]

Runs a scenario (or any Kubernetes manifests) without a screen, as fast as it can, and prints the events and a summary.
Without --until it runs until the cluster is quiet and all timed steps are done, at most one hour of virtual time.
--compare runs the scenario under its own scheduler configuration and under that of a KubeSchedulerConfiguration file, or under
those of two files, and prints what differs.
--explain prints each scheduling attempt of a pod (NAME, NAMESPACE/NAME, or an owner's name for all its pods) instead of the events:
verdict of each node, scores, tie-break, preemption, and what would help it.
`;

const DEFAULT_LIMIT_MS = 3_600_000;
/** Virtual time between two looks at the stored changes, so that a long run's history can be forgotten in between. */
const LOOK_MS = 10_000;

interface Options {
  file: string;
  untilMs: number | undefined;
  seed: number | undefined;
  json: boolean;
  compare: readonly string[];
  explain: string | undefined;
}

function readOptions(): Options | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = parsed;
  if (values.help) return '';
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0)
    return file === undefined ? 'no FILE was given' : `one FILE expected, ${rest.length + 1} given`;
  const untilMs = values.until === undefined ? undefined : parseDuration(values.until);
  if (values.until !== undefined && untilMs === undefined)
    return `--until ${values.until}: expected a duration such as 60s, 1m30s or 1500ms`;
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !Number.isSafeInteger(seed)) return `--seed ${values.seed}: expected an integer`;
  if (values.output !== 'text' && values.output !== 'json') return `--output ${values.output}: expected text or json`;
  if (values.compare.length > 2) return `at most two --compare expected, ${values.compare.length} given`;
  return { file, untilMs, seed, json: values.output === 'json', compare: values.compare, explain: values.explain };
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      until: { type: 'string' },
      seed: { type: 'string' },
      explain: { type: 'string' },
      compare: { type: 'string', multiple: true, default: [] },
      output: { type: 'string', short: 'o', default: 'text' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

async function open(options: Options): Promise<Opened | Problem[]> {
  const text = await readTextFile(options.file);
  if (!text.ok) return text.error.map((problem) => ({ ...problem, file: options.file }));
  const { seed } = options;
  const opened = openDocument(
    { fileName: basename(options.file), filePath: null, text: text.value },
    { createSimulation: (settings) => createSimulation(seed === undefined ? settings : { ...settings, seed }) },
  );
  return opened.ok ? opened.value : opened.error.map((problem) => ({ ...problem, file: options.file }));
}

/** Collects events while a run goes on. */
class Recorder {
  readonly rows: EventRow[] = [];
  private seen = 0;

  look(simulation: Simulation): void {
    for (const change of simulation.changesSince(Math.max(this.seen, simulation.oldestRevision)) ?? []) {
      const row = eventRow(change);
      if (row) this.rows.push(row);
    }
    this.seen = simulation.revision;
  }
}

function runTo(playground: Playground, recorder: Recorder, untilMs: number, quiet: boolean): void {
  const { simulation, scenario } = playground;
  while (simulation.nowMs < untilMs) {
    const step = scenario.steps[playground.stepsDone];
    const nextMs = Math.min(untilMs, simulation.nowMs + LOOK_MS, step?.atMs ?? untilMs);
    const outcome = playground.advance({ nowMs: nextMs }, quiet && !step ? { untilQuiet: true } : {});
    recorder.look(simulation);
    if (outcome === 'quiet') return;
  }
}

async function compare(options: Options, playground: Playground): Promise<number> {
  const comparison = await compareFiles(playground, options.compare, options);
  if (!comparison.ok) {
    for (const problem of comparison.error) process.stderr.write(`${printProblem(problem)}\n`);
    return 1;
  }
  const text = options.json ? JSON.stringify(comparison.value, null, 2) : printComparison(comparison.value);
  process.stdout.write(`${text}\n`);
  return 0;
}

function explain(pod: string, simulation: Simulation, json: boolean): number {
  const explanations = explainPods(simulation, pod);
  if (explanations.length === 0) {
    process.stderr.write(`sim: --explain ${pod}: there is no such pod at ${simulation.nowMs / 1000}s\n`);
    return 1;
  }
  const text = json ? JSON.stringify(explanations, null, 2) : explanations.map(printExplanation).join('\n\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'string') {
    if (options === '') process.stdout.write(usage);
    else process.stderr.write(`sim: ${options}\n\n${usage}`);
    return options === '' ? 0 : 2;
  }
  const opened = await open(options);
  if (Array.isArray(opened)) {
    for (const problem of opened) process.stderr.write(`${printProblem(problem)}\n`);
    return 1;
  }
  const { playground, warnings, target } = opened;
  for (const warning of warnings) process.stderr.write(`${printProblem({ ...warning, file: options.file })}\n`);
  if (options.compare.length > 0) return compare(options, playground);
  const recorder = new Recorder();
  recorder.look(playground.simulation);
  // A saved file goes on from where it was saved.
  if (target.nowMs > 0 || target.tasks !== undefined) playground.advance(target);
  recorder.look(playground.simulation);
  runTo(playground, recorder, options.untilMs ?? DEFAULT_LIMIT_MS, options.untilMs === undefined);
  for (const failure of playground.stepFailures) process.stderr.write(`${printProblem({ ...failure, file: options.file })}\n`);
  const failed = playground.stepFailures.length > 0 ? 1 : 0;
  if (options.explain !== undefined) return explain(options.explain, playground.simulation, options.json) || failed;
  const summary = summarize(playground.simulation, playground.scenario.steps.length - playground.stepsDone);
  const text = options.json
    ? JSON.stringify({ events: recorder.rows, summary }, null, 2)
    : `${printEvents(recorder.rows)}\n\n${printSummary(summary)}`;
  process.stdout.write(`${text}\n`);
  return failed;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`sim: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

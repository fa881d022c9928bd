import { basename } from 'node:path';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { Problem } from '#shared/protocol/index.ts';
import { inspectScenario, printScenario, type Scenario } from '#shared/scenario/index.ts';
import type { AutosaveHeader, AutosaveLine } from './autosave.ts';
import { Journal } from './journal.ts';
import { Playground, type Target } from './playground.ts';
import { byPlace, loadProblems } from './problems.ts';
import type { Entry, SessionServices } from './types.ts';

/** Where a playground came from and what of it is on the disk. */
export interface Origin {
  /** Shown name; null for a playground that has never had a file. */
  fileName: string | null;
  /** Path that Save writes to; null when Save has to ask. */
  filePath: string | null;
  /** Scenario text at the start of the run, kept for the autosave. */
  text: string;
}

/** A scenario that has been read and accepted by the API server, standing at its start. */
export interface Opened {
  origin: Origin;
  playground: Playground;
  /** Point the file was saved at. */
  target: Target;
  digest: string | undefined;
  warnings: Problem[];
}

/** A scenario with nothing in it. */
export function emptyScenario(): Scenario {
  return {
    apiVersion: 'stowage/v1alpha1',
    name: 'untitled',
    title: '',
    description: '',
    translations: {},
    seed: 1,
    speed: 1,
    positions: {},
    steps: [],
    objects: [],
  };
}

/** Journal entries of a saved file. */
export function savedEntries(scenario: Scenario): Entry[] {
  return (scenario.clock?.journal ?? []).map(({ atMs, tasks, command }) => ({
    point: tasks === undefined ? { nowMs: atMs } : { nowMs: atMs, tasks },
    command,
    revision: 0,
  }));
}

/** Reads a scenario text to a playground at its start, or says everything that is wrong with it: the file's own mistakes and those the API server finds. */
export function openDocument(
  origin: Origin,
  services: Pick<SessionServices, 'createSimulation'>,
  journal?: Journal,
): Result<Opened, Problem[]> {
  const { scenario, sound, problems } = inspectScenario(origin.text, origin.fileName ?? 'scenario');
  if (problems.some((problem) => problem.severity === 'error')) {
    const objects = scenario.objects.filter((_, index) => sound[index]);
    const sources = scenario.sources.filter((_, index) => sound[index]);
    const loaded = services.createSimulation({ seed: scenario.seed }).load(objects);
    const more = loaded.ok ? [] : loadProblems({ objects, sources }, loaded.error);
    return err([...problems, ...more].sort(byPlace));
  }
  return openScenario(origin, scenario, services, journal, problems);
}

/** The same for a scenario that is a value already. */
export function openScenario(
  origin: Origin,
  scenario: Scenario,
  services: Pick<SessionServices, 'createSimulation'>,
  journal = new Journal(savedEntries(scenario)),
  warnings: Problem[] = [],
): Result<Opened, Problem[]> {
  const started = Playground.start(scenario, journal, services.createSimulation);
  if (!started.ok) return started;
  const { clock } = scenario;
  const target: Target = { nowMs: clock?.nowMs ?? 0, cursor: journal.limit };
  if (clock?.tasks !== undefined) target.tasks = clock.tasks;
  return ok({ origin, playground: started.value, target, digest: clock?.digest, warnings });
}

/**
 * The playground as a scenario that loads to the same state: the start, and the commands given since. Moves of cards are left out of the journal (they do
 * not touch the cluster) and stand as positions.
 */
export function toScenario(playground: Playground, speed: number): Scenario {
  const { sources: _sources, clock: _clock, ...start } = playground.scenario;
  const { simulation, cursor } = playground;
  const journal = playground.journal.entries
    .slice(0, cursor)
    .filter((entry) => entry.command.type !== 'setPositions')
    .map(({ point, command }) => ({ atMs: point.nowMs, ...(point.tasks === undefined ? {} : { tasks: point.tasks }), command }));
  const scenario: Scenario = { ...start, speed, positions: playground.positions };
  if (simulation.nowMs === 0 && simulation.tasks === 0 && journal.length === 0) return scenario;
  return { ...scenario, clock: { nowMs: simulation.nowMs, tasks: simulation.tasks, digest: simulation.digest(), journal } };
}

/** YAML text of the playground as a scenario file. */
export function scenarioText(playground: Playground, speed: number): string {
  return printScenario(toScenario(playground, speed));
}

/** File name without its YAML ending. */
export function baseTitle(fileName: string): string {
  return basename(fileName).replace(/\.(?:ya?ml|json)$/i, '');
}

/** Head and lines of an autosave file that says all there is to know about a playground now. */
export function autosaveOf(
  playground: Playground,
  origin: Origin,
  savedCommands: number,
  date: string,
): { header: AutosaveHeader; lines: AutosaveLine[] } {
  const { journal, cursor, scenario } = playground;
  const header: AutosaveHeader = {
    version: 1,
    title: scenario.title === '' && origin.fileName !== null ? baseTitle(origin.fileName) : scenario.title,
    fileName: origin.fileName ?? '',
    filePath: origin.filePath,
    startedAt: date,
    scenario: origin.text,
    savedCommands,
  };
  const lines: AutosaveLine[] = journal.entries.map((entry, index) => ({ index, entry, savedAt: date }));
  return { header, lines: [...lines, { limit: journal.limit, cursor, at: playground.point }] };
}

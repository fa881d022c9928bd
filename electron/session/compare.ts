import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { type NamedScheduler, validateSchedulers } from '#shared/kube/schedulerConfig/index.ts';
import type { Comparison, ComparisonSide, MovedPod, Problem, Variant } from '#shared/protocol/index.ts';
import type { Scenario, ScenarioStep } from '#shared/scenario/index.ts';
import { measure, Tally } from './compareMeasures.ts';
import { Journal } from './journal.ts';
import { Playground } from './playground.ts';
import type { Entry, SessionServices } from './types.ts';

/** Longest virtual time a comparison runs when nobody says how long. */
export const COMPARE_LIMIT_MS = 3_600_000;
/** Virtual time between two looks at the stored changes, so that a long run's history can be forgotten in between. */
const LOOK_MS = 10_000;

/** What is run twice: the scenario's start and the commands given since. */
export interface ComparedRun {
  readonly scenario: Scenario;
  readonly entries: readonly Entry[];
  /** Virtual time of the end; until nothing is left to do when absent. */
  readonly untilMs?: number | undefined;
}

/** Schedulers of the scenario with those of the variant in place of their namesakes, or beside them. */
function schedulersOf(scenario: Scenario, variant: Variant): NamedScheduler[] {
  const given = new Map(variant.schedulers.map((one) => [one.name, one]));
  const kept = (scenario.schedulers ?? []).map((one) => given.get(one.name) ?? one);
  const further = variant.schedulers.filter(({ name }) => !kept.some((one) => one.name === name));
  return [...kept, ...further];
}

/** Commands that would undo the variant are left out; moves of cards touch no cluster. */
function counts(step: ScenarioStep, variant: Variant): boolean {
  const { command } = step;
  if (command.type === 'setPositions') return false;
  const about =
    command.type === 'configureScheduler' || command.type === 'addScheduler' || command.type === 'removeScheduler'
      ? command.name
      : undefined;
  return about === undefined || !variant.schedulers.some(({ name }) => name === about);
}

/**
 * The scenario of one side. Commands given by hand become steps at their time: under another configuration the run takes other tasks, so that they
 * cannot be given at exact tasks as in a replay.
 */
function scenarioOf({ scenario, entries }: ComparedRun, variant: Variant): Scenario {
  const given = entries.map(({ point, command }): ScenarioStep => ({ atMs: point.nowMs, command }));
  const steps = [...scenario.steps, ...given].filter((step) => counts(step, variant)).sort((a, b) => a.atMs - b.atMs);
  const { clock: _clock, ...start } = scenario;
  const schedulers = schedulersOf(scenario, variant);
  return { ...start, steps, ...(schedulers.length > 0 ? { schedulers } : {}) };
}

function refusals(schedulers: readonly NamedScheduler[]): Problem[] {
  return schedulers.flatMap((one, i) =>
    validateSchedulers(one, schedulers.slice(0, i)).map(
      ({ field, message }): Problem => ({
        severity: 'error',
        message,
        path: field,
        object: `KubeSchedulerConfiguration ${one.name}`,
      }),
    ),
  );
}

/** One side of a comparison on its way. */
export class VariantRun {
  private readonly playground: Playground;
  private readonly label: string;
  private readonly untilMs: number | undefined;
  private readonly tally = new Tally();
  private ended: ComparisonSide['ended'] | undefined;

  private constructor(playground: Playground, label: string, untilMs: number | undefined) {
    this.playground = playground;
    this.label = label;
    this.untilMs = untilMs;
  }

  /** Puts the side at its start, or says why it cannot begin. */
  static start(
    run: ComparedRun,
    variant: Variant,
    createSimulation: SessionServices['createSimulation'],
  ): Result<VariantRun, Problem[]> {
    const scenario = scenarioOf(run, variant);
    const refused = refusals(scenario.schedulers ?? []);
    if (refused.length > 0) return err(refused);
    const started = Playground.start(scenario, new Journal(), createSimulation);
    return started.ok ? ok(new VariantRun(started.value, variant.label, run.untilMs)) : started;
  }

  /** Goes on until the end or until `stop` says so; true at the end. */
  advance(stop?: () => boolean): boolean {
    const { playground, tally } = this;
    const { simulation, scenario } = playground;
    const endMs = this.untilMs ?? COMPARE_LIMIT_MS;
    while (this.ended === undefined) {
      if (simulation.nowMs >= endMs) {
        this.ended = this.untilMs === undefined ? 'limit' : 'until';
        break;
      }
      const step = scenario.steps[playground.stepsDone];
      const nextMs = Math.min(endMs, simulation.nowMs + LOOK_MS, Math.max(step?.atMs ?? endMs, simulation.nowMs));
      const quiet = this.untilMs === undefined && !step;
      const outcome = playground.advance(
        { nowMs: nextMs },
        { ...(quiet ? { untilQuiet: true } : {}), ...(stop ? { stop } : {}) },
      );
      tally.look(simulation);
      if (outcome === 'quiet') this.ended = 'quiet';
      else if (outcome === 'stopped') return false;
    }
    return true;
  }

  /** What the side came to. */
  result(): ComparisonSide {
    const { simulation, stepFailures } = this.playground;
    return {
      label: this.label,
      ended: this.ended ?? 'until',
      ...measure(simulation, this.tally),
      refused: stepFailures.map(({ message }) => message),
    };
  }

  /** Node of each pod, null while it waits. */
  placements(): ReadonlyMap<string, string | null> {
    return this.tally.placements(this.playground.simulation);
  }
}

/** The two sides beside each other. */
export function compareSides(a: VariantRun, b: VariantRun): Comparison {
  const left = a.placements();
  const right = b.placements();
  const moved: MovedPod[] = [];
  let same = 0;
  for (const pod of [...new Set([...left.keys(), ...right.keys()])].sort(compareStrings)) {
    const [from, to] = [left.get(pod), right.get(pod)];
    if (from === to) {
      if (from !== null) same++;
      continue;
    }
    moved.push({ pod, ...(from === undefined ? {} : { a: from }), ...(to === undefined ? {} : { b: to }) });
  }
  return { a: a.result(), b: b.result(), moved, same };
}

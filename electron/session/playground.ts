import type { Simulation, SimulationOptions } from '#engine/types.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { Status } from '#shared/kube/types.ts';
import type { Command, CommandReply, Problem } from '#shared/protocol/index.ts';
import type { Scenario } from '#shared/scenario/index.ts';
import { layoutReply } from './describe.ts';
import type { Journal } from './journal.ts';
import { loadProblems } from './problems.ts';
import type { Entry, Point } from './types.ts';

/** Where an advance should end. `cursor` caps how many journal entries are given on the way (default: all of the timeline). */
export interface Target extends Point {
  cursor?: number;
}

/** How an advance ended: `done` = the target is reached. */
export type Advance = 'done' | 'write' | 'quiet' | 'stopped';

/** Thrown when a replay does not do what the recorded run did; a defect or a journal of another version. */
export class ReplayDiverged extends Error {}

/**
 * One deterministic run: a simulation, the scenario's timed steps and the journal, given at their exact points. Knows virtual time only.
 *
 * Rule that makes `{tasks, nowMs}` name a point uniquely: steps of an instant are applied at once when the instant has been reached and nothing
 * is due in it any more.
 */
export class Playground {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly journal: Journal;
  /** Journal entries given so far. */
  cursor = 0;
  /** Scenario steps given so far, and the refusals among them. */
  stepsDone = 0;
  readonly stepFailures: Problem[] = [];
  positions: Record<string, { x: number; y: number }>;
  /** Positions before each layout command of the journal, by its index. */
  private readonly layoutsBefore = new Map<number, Playground['positions']>();

  private constructor(scenario: Scenario, simulation: Simulation, journal: Journal) {
    this.scenario = scenario;
    this.simulation = simulation;
    this.journal = journal;
    this.positions = { ...scenario.positions };
  }

  /** Builds the start of the run, or says which objects the API server refuses. */
  static start(
    scenario: Scenario,
    journal: Journal,
    create: (options: SimulationOptions) => Simulation,
  ): Result<Playground, Problem[]> {
    const options: SimulationOptions = { seed: scenario.seed };
    if (scenario.startTime !== undefined) options.startTime = scenario.startTime;
    if (scenario.config !== undefined) options.config = scenario.config;
    if (scenario.schedulers !== undefined) options.schedulers = scenario.schedulers;
    const simulation = create(options);
    const loaded = simulation.load(scenario.objects);
    if (!loaded.ok) return err(loadProblems(scenario, loaded.error));
    const playground = new Playground(scenario, simulation, journal);
    playground.applySteps();
    return ok(playground);
  }

  get point(): Required<Point> {
    return { nowMs: this.simulation.nowMs, tasks: this.simulation.tasks };
  }

  /** Can the target be reached by going on from here? */
  canReach(target: Target): boolean {
    const { nowMs, tasks } = this.simulation;
    if (this.cursor > (target.cursor ?? this.cursor)) return false;
    return nowMs < target.nowMs || (nowMs === target.nowMs && tasks <= (target.tasks ?? tasks));
  }

  /** Gives a new command now and writes it into the journal; a refused command leaves no trace. */
  give(command: Command): Result<CommandReply, Status> {
    const { point } = this;
    const { revision } = this.simulation;
    this.layoutsBefore.set(this.cursor, this.positions);
    const reply = this.execute(command);
    if (!reply.ok) return reply;
    this.journal.record(this.cursor, { point, command, revision });
    this.cursor++;
    return reply;
  }

  /**
   * Takes the last command back where time stands, when it only moved cards: the cluster knows nothing of them. False when it was something else.
   */
  undoLayout(): boolean {
    const { journal, cursor } = this;
    const command = journal.entries[cursor - 1]?.command;
    const before = this.layoutsBefore.get(cursor - 1);
    if (command?.type !== 'setPositions' || !before) return false;
    const positions = { ...this.positions };
    for (const name of Object.keys(command.positions)) {
      const place = before[name];
      if (place) positions[name] = place;
      else delete positions[name];
    }
    this.positions = positions;
    this.cursor--;
    journal.limit = this.cursor;
    return true;
  }

  /** Gives the next undone command again where time stands, when it only moves cards. False when it is something else. */
  redoLayout(): boolean {
    const { journal, cursor } = this;
    const entry = journal.entries[cursor];
    if (cursor !== journal.limit || entry?.command.type !== 'setPositions') return false;
    this.replay(entry);
    journal.limit = this.cursor;
    return true;
  }

  /** Runs towards the target, giving steps and journal entries on the way. Never goes back. */
  advance(target: Target, options: { untilWrite?: boolean; untilQuiet?: boolean; stop?: () => boolean } = {}): Advance {
    const cap = Math.min(target.cursor ?? this.journal.limit, this.journal.limit);
    for (;;) {
      const stepsBefore = this.stepsDone;
      this.applySteps();
      if (options.untilWrite === true && this.stepsDone > stepsBefore) return 'write';
      const entry = this.cursor < cap ? this.journal.entries[this.cursor] : undefined;
      if (entry && this.isAt(entry.point)) {
        this.replay(entry);
        if (options.untilWrite === true) return 'write';
        continue;
      }
      if (this.simulation.nowMs > target.nowMs || this.isAt(target)) return 'done';
      const outcome = this.runTowards([target, ...(entry ? [entry.point] : [])], options);
      if (outcome !== 'done') {
        this.applySteps();
        return outcome;
      }
    }
  }

  private runTowards(points: Point[], options: { untilWrite?: boolean; untilQuiet?: boolean; stop?: () => boolean }): Advance {
    const { simulation } = this;
    const step = this.scenario.steps[this.stepsDone];
    const untilMs = Math.min(
      ...points.map((point) => point.nowMs),
      step ? Math.max(step.atMs, simulation.nowMs) : Number.POSITIVE_INFINITY,
    );
    let limit = Number.POSITIVE_INFINITY;
    for (const point of points) {
      if (point.nowMs !== untilMs || point.tasks === undefined) continue;
      if (simulation.tasks > point.tasks || (simulation.tasks === point.tasks && simulation.nowMs > point.nowMs))
        this.diverged(point);
      limit = Math.min(limit, point.tasks);
    }
    const remaining = limit - simulation.tasks;
    const outcome = simulation.run({
      untilMs,
      // At the recorded number of tasks only the clock has to move on; nothing can be due on that way.
      ...(remaining > 0 && remaining < Number.POSITIVE_INFINITY ? { maxTasks: remaining } : {}),
      ...(options.untilWrite === true ? { untilWrite: true } : {}),
      ...(options.untilQuiet === true ? { untilQuiet: true } : {}),
      ...(options.stop ? { stop: options.stop } : {}),
    });
    if (simulation.tasks > limit) this.diverged({ nowMs: untilMs, tasks: limit });
    if (outcome.reason === 'write' || outcome.reason === 'quiet') return outcome.reason;
    return outcome.reason === 'stop' ? 'stopped' : 'done';
  }

  private isAt(point: Point): boolean {
    const { simulation } = this;
    if (simulation.nowMs !== point.nowMs) return false;
    return point.tasks === undefined ? this.instantDone() : simulation.tasks === point.tasks;
  }

  private instantDone(): boolean {
    const due = this.simulation.nextDueMs();
    return due === undefined || due > this.simulation.nowMs;
  }

  private applySteps(): void {
    const first = this.scenario.steps[this.stepsDone];
    if (!first || first.atMs > this.simulation.nowMs || !this.instantDone()) return;
    for (;;) {
      const step = this.scenario.steps[this.stepsDone];
      if (!step || step.atMs > this.simulation.nowMs) return;
      this.stepsDone++;
      const reply = this.execute(step.command);
      if (!reply.ok)
        this.stepFailures.push({
          severity: 'warning',
          message: `step ${this.stepsDone} (${step.command.type}): ${reply.error.message}`,
          path: `steps[${this.stepsDone - 1}]`,
        });
    }
  }

  private replay(entry: Entry): void {
    const { command } = entry;
    entry.revision = this.simulation.revision;
    this.layoutsBefore.set(this.cursor, this.positions);
    this.cursor++;
    const reply = this.execute(command);
    if (!reply.ok)
      throw new ReplayDiverged(`command ${this.cursor} (${command.type}) was refused on replay: ${reply.error.message}`);
  }

  private execute(command: Command): Result<CommandReply, Status> {
    if (command.type !== 'setPositions') return this.simulation.execute(command);
    this.positions = { ...this.positions, ...command.positions };
    return ok(layoutReply(command));
  }

  private diverged(point: Point): never {
    const { nowMs, tasks } = this.simulation;
    throw new ReplayDiverged(
      `replay is at ${nowMs} ms after ${tasks} tasks instead of ${point.nowMs} ms after ${point.tasks ?? '?'} tasks`,
    );
  }
}

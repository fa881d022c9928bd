import { parseTime } from '../sim/time.ts';
import type { Simulation, StoredChange } from '../types.ts';
import { brokenBudgets, forbiddenSteps, unavailableExceeded } from './changes.ts';
import { doubleAddresses, doubleBindings, orphanedDependents, strayMirrors, strayObjects, wrongEndpoints } from './cluster.ts';
import { JobLedger } from './jobLedger.ts';
import { impossible, overcommitted, surgeExceeded, unconverged } from './state.ts';
import { forbiddenWrites } from './steps.ts';
import { crowdedNodes, impossibleCounts, restlessWorkloads } from './workloads.ts';
import { World } from './world.ts';

/** What is wrong with the present state at the end of an instant; empty when all is well. */
export function checkInvariants(simulation: Simulation): string[] {
  const objects = simulation.objects().filter(({ kind }) => kind !== 'Event' && kind !== 'Lease');
  const daemons = isRunning(simulation, 'daemonset-controller') ? crowdedNodes(objects) : [];
  return [
    ...overcommitted(objects),
    ...impossible(objects),
    ...surgeExceeded(objects),
    ...impossibleCounts(objects),
    ...daemons,
    ...strayObjects(objects),
    ...doubleBindings(objects),
    ...doubleAddresses(objects),
    ...strayMirrors(objects),
  ];
}

function isRunning(simulation: Simulation, component: string): boolean {
  return simulation.components().some(({ name, running }) => name === component && running);
}

/** What is still amiss once the cluster is quiet and every component runs. */
export function checkConverged(simulation: Simulation): string[] {
  const objects = simulation.objects();
  return [...unconverged(objects), ...restlessWorkloads(objects), ...orphanedDependents(objects), ...wrongEndpoints(objects)];
}

/** Writes that no checker is about: heartbeats and events. */
function isBackground(key: string): boolean {
  return key.startsWith('Lease/') || key.startsWith('Event/');
}

/** Looks at a simulation again and again: at the present state, and at every write since the last look. */
export class InvariantWatch {
  readonly #simulation: Simulation;
  readonly #world: World;
  readonly #jobs = new JobLedger();
  readonly #clock: { nowMs: number; parseMs(text: string): number };
  #revision: number;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#revision = simulation.revision;
    this.#world = new World(simulation);
    const startMs = parseTime(simulation.startTime) ?? 0;
    this.#clock = { nowMs: 0, parseMs: (text) => (parseTime(text) ?? 0) - startMs };
  }

  /**
   * Faults since the last look; nothing to do when nothing but heartbeats and events was written. `given`: all writes since are those of a person's
   * command, which may do what controllers may not.
   */
  check(given = false): string[] {
    const { revision } = this.#simulation;
    if (revision === this.#revision) return [];
    const changes = (this.#simulation.changesSince(this.#revision) ?? []).filter(({ key }) => !isBackground(key));
    this.#revision = revision;
    if (changes.length === 0) return [];
    // A budget that nobody keeps up to date cannot guard, in the real cluster neither.
    const guarded = isRunning(this.#simulation, 'disruption-controller');
    const faults = changes.flatMap((change) => [
      ...this.#written(change, given),
      ...forbiddenSteps(change),
      ...(guarded ? brokenBudgets(this.#simulation, change) : []),
      ...unavailableExceeded(this.#simulation, change),
    ]);
    return [...faults, ...checkInvariants(this.#simulation)];
  }

  /** What is still amiss in quiet, the counts of Jobs among it. */
  checkConverged(): string[] {
    return [...checkConverged(this.#simulation), ...this.#jobs.miscounted(this.#simulation.objects())];
  }

  #written(change: StoredChange, given: boolean): string[] {
    this.#clock.nowMs = change.atMs;
    const faults = [...forbiddenWrites(this.#world, change, given, this.#clock), ...this.#jobs.note(change)];
    this.#world.apply(change);
    return faults;
  }
}

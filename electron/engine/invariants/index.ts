import type { Simulation } from '../types.ts';
import { brokenBudgets, forbiddenSteps, unavailableExceeded } from './changes.ts';
import { impossible, overcommitted, surgeExceeded, unconverged } from './state.ts';

/** What is wrong with the present state at the end of an instant; empty when all is well. */
export function checkInvariants(simulation: Simulation): string[] {
  const objects = simulation.objects().filter(({ kind }) => kind !== 'Event' && kind !== 'Lease');
  return [...overcommitted(objects), ...impossible(objects), ...surgeExceeded(objects)];
}

/** What is still amiss once the cluster is quiet and every component runs. */
export function checkConverged(simulation: Simulation): string[] {
  return unconverged(simulation.objects());
}

/** Writes that no checker is about: heartbeats and events. */
function isBackground(key: string): boolean {
  return key.startsWith('Lease/') || key.startsWith('Event/');
}

/** Looks at a simulation again and again: at the present state, and at every write since the last look. */
export class InvariantWatch {
  readonly #simulation: Simulation;
  #revision: number;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#revision = simulation.revision;
  }

  /** Faults since the last look; nothing to do when nothing but heartbeats and events was written. */
  check(): string[] {
    const { revision } = this.#simulation;
    if (revision === this.#revision) return [];
    const changes = (this.#simulation.changesSince(this.#revision) ?? []).filter(({ key }) => !isBackground(key));
    this.#revision = revision;
    if (changes.length === 0) return [];
    // A budget that nobody keeps up to date cannot guard, in the real cluster neither.
    const guarded = this.#simulation.components().some(({ name, running }) => name === 'disruption-controller' && running);
    const faults = changes.flatMap((change) => [
      ...forbiddenSteps(change),
      ...(guarded ? brokenBudgets(this.#simulation, change) : []),
      ...unavailableExceeded(this.#simulation, change),
    ]);
    return [...faults, ...checkInvariants(this.#simulation)];
  }
}

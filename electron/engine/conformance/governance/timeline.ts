import { compareStrings } from '#shared/core/compare.ts';

/** One step of a scenario in governance/, as far as it is compared. */
export interface GovernanceStep {
  step: string;
  timeline: { object?: string; op?: string; set?: Record<string, unknown> }[];
  refused?: { error: number; message: string; details?: { causes?: { message?: string }[] } };
  output?: unknown;
}

/** One scenario of governance/. */
export interface GovernanceScenario {
  scenario: string;
  namespace?: string;
  steps: GovernanceStep[];
}

/** The objects that exist after a step, with the fields that the time line has named so far. */
export class Replay {
  readonly #objects = new Map<string, Record<string, unknown>>();

  /** Applies one step's changes. */
  apply(step: GovernanceStep): void {
    for (const { object, op, set } of step.timeline) {
      if (object === undefined) continue;
      if (op === 'DELETED') this.#objects.delete(object);
      else this.#objects.set(object, { ...(op === 'ADDED' ? {} : this.#objects.get(object)), ...set });
    }
  }

  /** Fields of one object; undefined when it does not exist. */
  get(object: string): Record<string, unknown> | undefined {
    return this.#objects.get(object);
  }

  /** Names of the present objects of a resource (`pods`), sorted. */
  of(plural: string): string[] {
    return [...this.#objects.keys()].filter((name) => name.startsWith(`${plural}/`)).sort(compareStrings);
  }
}

/** What a refused request comes to: code, message and cause. */
export function refusalText(refused: GovernanceStep['refused']): string {
  if (refused === undefined) return 'accepted';
  return `${refused.error} ${refused.message} ${refused.details?.causes?.map(({ message }) => message).join('; ') ?? ''}`.trim();
}

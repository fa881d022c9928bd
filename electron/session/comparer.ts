import { err, ok } from '#shared/core/result.ts';
import type { Comparison, Query } from '#shared/protocol/index.ts';
import { compareSides, VariantRun } from './compare.ts';
import { engineFailure, SLICE_MS } from './driver.ts';
import { bridgeError } from './problems.ts';
import type { Outcome } from './types.ts';
import type { Workbench } from './workbench.ts';

/** The question this answers. */
export type CompareQuery = Extract<Query, { type: 'compare' }>;

/** Runs comparisons beside the open playground, one at a time, in slices that leave the window its turn. */
export class Comparer {
  private readonly bench: Workbench;
  private newest = 0;

  constructor(bench: Workbench) {
    this.bench = bench;
  }

  async run(query: CompareQuery): Promise<Outcome<Comparison>> {
    this.newest++;
    const number = this.newest;
    const { playground, services } = this.bench;
    const { scenario, journal, cursor } = playground;
    const run = { scenario, entries: journal.entries.slice(0, cursor), untilMs: query.untilMs };
    const sides: VariantRun[] = [];
    try {
      for (const variant of [query.a, query.b]) {
        const side = VariantRun.start(run, variant, services.createSimulation);
        if (!side.ok) return err(bridgeError('Invalid', `${variant.label}: ${side.error[0]?.message ?? ''}`, side.error));
        sides.push(side.value);
        for (;;) {
          const endMs = services.wall.nowMs() + SLICE_MS;
          if (side.value.advance(() => services.wall.nowMs() >= endMs)) break;
          await services.wall.breathe();
          if (number !== this.newest || this.bench.playground.scenario !== scenario)
            return err(bridgeError('cancelled', 'the comparison was given up'));
        }
      }
      return ok(compareSides(sides[0]!, sides[1]!));
    } catch (error) {
      services.onProblem?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return err(bridgeError('InternalError', engineFailure(error)));
    }
  }
}

import { ok } from '#shared/core/result.ts';
import { Playground, type Target } from './playground.ts';
import type { Outcome } from './types.ts';
import type { Workbench } from './workbench.ts';
import { previousWrite } from './writes.ts';

/** Bound of `step` and `settle`, in virtual time. */
const FAR_MS = 10 * 60_000;

/** Moves through time: forward by running, back by replaying from the start. */
export class TimeControls {
  private readonly bench: Workbench;

  constructor(bench: Workbench) {
    this.bench = bench;
  }

  /** Runs until something visible has been written. */
  step(): Promise<Outcome<null>> {
    return this.forward(async (options) => {
      const { playground, driver } = this.bench;
      const { simulation } = playground;
      const target = { nowMs: simulation.nowMs + FAR_MS };
      // A lease renewal is a write nobody sees; a step shows something.
      let from = simulation.revision;
      while ((await driver.run(playground, target, { ...options, untilWrite: true })) === 'write') {
        if (simulation.changesSince(from)?.some((change) => (change.object ?? change.before)?.kind !== 'Lease') !== false) break;
        from = simulation.revision;
      }
    });
  }

  /** Runs until only background work is due. */
  settle(): Promise<Outcome<null>> {
    return this.forward(async (options) => {
      const { playground, driver } = this.bench;
      await driver.run(playground, { nowMs: playground.simulation.nowMs + FAR_MS }, { ...options, untilQuiet: true });
    });
  }

  seek(atMs: number): Promise<Outcome<null>> {
    const { bench } = this;
    const number = ++bench.replayNumber;
    return this.replay(
      () => ({ nowMs: Math.floor(atMs) }),
      undefined,
      () => number !== bench.replayNumber,
    );
  }

  /** Goes to the write before the last one. */
  stepBack(): Promise<Outcome<null>> {
    const { driver, services } = this.bench;
    driver.pause();
    return this.replay(() => previousWrite(this.bench.playground, driver, services.createSimulation));
  }

  /** Goes to the instant before the last command and takes it off the timeline; a moved card goes back without time going back. */
  undo(): Promise<Outcome<null>> {
    const { bench } = this;
    return this.replay(
      () => {
        if (bench.playground.undoLayout()) return null;
        const { journal, cursor } = bench.playground;
        const entry = journal.entries[cursor - 1];
        return entry ? { ...entry.point, cursor: cursor - 1 } : null;
      },
      () => {
        const { journal, cursor, simulation } = bench.playground;
        journal.limit = cursor;
        bench.marks.truncate(simulation.revision);
        bench.endMs = simulation.nowMs;
      },
    );
  }

  /** Repeats the next command of the journal at its own point (a moved card where time stands). */
  redo(): Promise<Outcome<null>> {
    const { bench } = this;
    let before = 0;
    let asked = 0;
    return this.replay(
      () => {
        if (bench.playground.redoLayout()) return null;
        const { journal, cursor } = bench.playground;
        const entry = journal.entries[cursor];
        if (!entry) return null;
        before = journal.limit;
        asked = cursor + 1;
        journal.limit = Math.max(before, asked);
        return { ...entry.point, cursor: asked };
      },
      () => {
        const { simulation } = bench.playground;
        bench.endMs = Math.max(bench.endMs, simulation.nowMs);
        if (before < asked) bench.marks.truncate(simulation.revision);
      },
    );
  }

  private forward(run: (options: { aborted: () => boolean; progress: () => void }) => Promise<void>): Promise<Outcome<null>> {
    const { bench } = this;
    bench.driver.pause();
    const number = bench.forwardNumber;
    return bench.exclusive(async () => {
      await run({ aborted: () => number !== bench.forwardNumber, progress: () => bench.changed() });
      await bench.notePoint(true);
      return ok(null);
    });
  }

  /** Finds a target once everything before is done, and goes there. Only seeks may be overtaken: each undo counts. */
  private replay(
    find: () => Target | Promise<Target | null> | null,
    arrived?: () => void,
    aborted: () => boolean = () => false,
  ): Promise<Outcome<null>> {
    const { bench } = this;
    return bench.exclusive(async () => {
      bench.seeking++;
      bench.changed();
      try {
        const target = aborted() ? null : await find();
        if (target && (await this.goTo(target, aborted))) arrived?.();
        await bench.notePoint(true);
        return ok(null);
      } finally {
        bench.seeking--;
      }
    });
  }

  private async goTo(target: Target, aborted: () => boolean): Promise<boolean> {
    const { bench } = this;
    const { playground, driver } = bench;
    bench.endMs = Math.max(bench.endMs, playground.simulation.nowMs);
    if (playground.canReach(target)) {
      return (await driver.run(playground, target, { aborted, progress: () => bench.progressed() })) !== 'aborted';
    }
    const again = Playground.start(playground.scenario, playground.journal, bench.services.createSimulation);
    if (!again.ok) throw new Error('a scenario that was loaded once was refused on replay');
    if ((await driver.run(again.value, target, { aborted })) === 'aborted') return false;
    bench.replace(again.value);
    return true;
  }
}

import type { Simulation, SimulationOptions } from '#engine/types.ts';
import type { Driver } from './driver.ts';
import { Playground, type Target } from './playground.ts';

/**
 * The point one visible write before the present, found by replaying up to the instant of the last write and then write by write. Null when nothing has been
 * written since the start (or the replay was overtaken).
 */
export async function previousWrite(
  playground: Playground,
  driver: Driver,
  create: (options: SimulationOptions) => Simulation,
  aborted: () => boolean,
): Promise<Target | null> {
  const { simulation, cursor, point } = playground;
  const last = simulation
    .changesSince(Math.max(simulation.oldestRevision, startRevision(playground, create)))
    ?.findLast((change) => (change.object ?? change.before)?.kind !== 'Lease');
  const again = Playground.start(playground.scenario, playground.journal, create);
  if (!again.ok) return null;
  const run = again.value;
  if (!last) return point.nowMs > 0 || cursor > 0 ? { ...run.point, cursor: 0 } : null;
  if (last.atMs > 0 && (await driver.run(run, { nowMs: last.atMs - 1 }, { aborted })) === 'aborted') return null;
  let candidate: Target = { ...run.point, cursor: run.cursor };
  while (run.simulation.revision < last.revision) {
    candidate = { ...run.point, cursor: run.cursor };
    const outcome = await driver.run(run, { ...point, cursor }, { untilWrite: true, aborted });
    if (outcome === 'aborted') return null;
    if (outcome === 'done') break;
  }
  return candidate;
}

/** Revision right after loading: what the file brought is no step of the run. */
function startRevision(playground: Playground, create: (options: SimulationOptions) => Simulation): number {
  const start = Playground.start(playground.scenario, playground.journal, create);
  return start.ok ? start.value.simulation.revision : 0;
}

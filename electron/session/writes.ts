import type { Simulation, SimulationOptions, StoredChange } from '#engine/types.ts';
import type { Driver } from './driver.ts';
import { Playground, type Target } from './playground.ts';

/**
 * The point one visible write before the present, found by replaying up to the instant of the last write and then write by write. Null when nothing has been
 * written since the start.
 */
export async function previousWrite(
  playground: Playground,
  driver: Driver,
  create: (options: SimulationOptions) => Simulation,
): Promise<Target | null> {
  const { simulation, cursor, point } = playground;
  const again = Playground.start(playground.scenario, playground.journal, create);
  if (!again.ok) return null;
  const run = again.value;
  const changes = simulation.changesSince(Math.max(simulation.oldestRevision, run.simulation.revision)) ?? [];
  const last = changes.findLast(visible);
  // Nothing written but time has passed: back to the start.
  if (!last) return point.nowMs > 0 || cursor > 0 ? { ...run.point, cursor: 0 } : null;
  const before = changes.findLast((change) => visible(change) && change.atMs < last.atMs);
  if (before && before.atMs > 0) await driver.run(run, { nowMs: before.atMs - 1 });
  let candidate: Target = { ...run.point, cursor: run.cursor };
  for (;;) {
    const from = run.simulation.revision;
    const outcome = await driver.run(run, { ...point, cursor }, { untilWrite: true });
    if (outcome === 'done' || run.simulation.revision >= last.revision) return candidate;
    if (run.simulation.changesSince(from)?.some(visible) !== false) candidate = { ...run.point, cursor: run.cursor };
  }
}

/** Lease renewals are writes that nobody sees. */
function visible(change: StoredChange): boolean {
  return (change.object ?? change.before)?.kind !== 'Lease';
}

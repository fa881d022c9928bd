import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from './fixtures.ts';

const root = resolve(import.meta.dirname, '..');

for (const id of ['04-priorities-and-preemption', '08-rolling-update', '31-graceful-shutdown']) {
  test(`${id} ends in the same digest here and on the command line, played in slices or at once`, async ({ app }) => {
    const line = spawnSync(
      process.execPath,
      [join(root, 'electron/cli/sim.ts'), join(root, 'scenarios', `${id}.yaml`), '--until', '30s', '--output', 'json'],
      {
        encoding: 'utf8',
        cwd: root,
      },
    );
    const { summary } = JSON.parse(line.stdout) as { summary: { digest: string } };
    await app.openLibrary(id);
    await app.bridge.control({ type: 'seek', atMs: 30_000 });
    expect(await app.digest()).toBe(summary.digest);
    // Again, played at speed with pauses at chance moments of the wall clock.
    await app.bridge.control({ type: 'seek', atMs: 0 });
    await app.bridge.control({ type: 'setSpeed', speed: 20 });
    for (let i = 0; i < 3; i++) {
      await app.bridge.control({ type: 'play' });
      await app.page.waitForTimeout(120);
      await app.bridge.control({ type: 'pause' });
    }
    await app.bridge.control({ type: 'seek', atMs: 30_000 });
    expect(await app.digest()).toBe(summary.digest);
  });
}

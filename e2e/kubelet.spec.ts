import { expect, test } from './fixtures.ts';
import { PROBED } from './scenarios.ts';
import { Ui } from './ui.ts';

test('a probe that is made to fail takes traffic away or restarts the container', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('probed.yaml', PROBED);
  await ui.seek(8000);
  await ui.pod('worker').click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  const probe = (kind: string) => ui.inspector().getByRole('group', { name: new RegExp(kind, 'i') });
  await expect(ui.pod(/^Pod worker, running,/)).toBeVisible();

  await probe('readiness').getByRole('button', { name: 'fail' }).click();
  await ui.seek(16_000);
  await expect(ui.pod(/^Pod worker, running, not ready/)).toBeVisible();
  await expect(ui.inspector()).not.toContainText('1 restart');
  await probe('readiness').getByRole('button', { name: 'pass' }).click();

  await probe('liveness').getByRole('button', { name: 'fail' }).click();
  await ui.seek(23_000);
  await expect(ui.inspector()).toContainText('1 restart');
  await probe('liveness').getByRole('button', { name: 'pass' }).click();
  await ui.seek(40_000);
  await expect(ui.pod(/^Pod worker, running,/)).toBeVisible();
  await ui.dockTab('Events');
  await expect(ui.dock()).toContainText('Container app failed liveness probe, will be restarted');
});

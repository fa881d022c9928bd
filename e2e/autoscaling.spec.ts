import { expect, test } from './fixtures.ts';
import { ROLLOUT } from './scenarios.ts';
import { Ui } from './ui.ts';

test('load that is dragged makes an autoscaled workload grow, and the table says why', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('shop.yaml', ROLLOUT);
  await ui.settle();
  const shop = app.page.getByRole('button', { name: 'Deployment shop, 4 of 4 ready' });
  await shop.click();
  await ui.inspector().getByRole('button', { name: 'Autoscale…' }).click();
  const dialog = ui.dialog('Autoscale shop');
  await dialog.getByLabel('Max replicas').fill('6');
  await expect(dialog).toContainText('kubectl autoscale deployment shop --min=1 --max=6 --cpu=60%');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog).toBeHidden();
  await expect(ui.inspector().getByRole('heading', { name: 'shop' })).toBeVisible();

  await shop.click();
  const dial = ui.inspector().getByRole('slider', { name: 'CPU' });
  await expect(dial).toHaveAttribute('aria-valuetext', '0');
  const from = await ui.middle(dial);
  await ui.drag(dial, { x: from.x + 100, y: from.y });
  await expect(dial).not.toHaveAttribute('aria-valuetext', '0');
  const output = await ui.dockTab('Command output');
  const lines = output.getByText(/^\$ kubectl annotate deployment\/shop 'stowage.dev\/load=/);
  await expect(lines).toHaveCount(1);
  // The keyboard moves it on; the steps that come quickly are one command.
  await dial.focus();
  for (let press = 0; press < 5; press++) await app.page.keyboard.press('ArrowRight');
  await expect(lines).toHaveCount(2);

  const now = (await app.snapshot()).nowMs;
  await ui.seek(now + 60_000);
  const tab = await ui.dockTab('Autoscaling');
  await expect(tab.getByRole('row', { name: /shop/ })).toContainText('6');
  await expect(tab).toContainText(/desired = ceil\(\d+ × \d+% ÷ 60%\) = \d+/);
  await expect(tab.getByRole('img', { name: /^Replicas: / })).toBeVisible();

  await ui.inspector().getByRole('button', { name: 'Remove the load' }).click();
  await expect(ui.inspector().getByText('No CPU load: its pods idle.')).toBeVisible();
});

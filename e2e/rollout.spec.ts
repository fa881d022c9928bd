import { expect, test } from './fixtures.ts';
import { ROLLOUT } from './scenarios.ts';
import { Ui } from './ui.ts';

test('a new image is rolled out and rolled back, revision by revision', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('shop.yaml', ROLLOUT);
  await ui.settle();
  await app.page.getByRole('button', { name: 'shop, 4 of 4 ready' }).click();
  const tab = ui.dock().getByRole('tabpanel', { name: 'Roll-out' });
  await expect(tab.getByRole('row', { name: /^1 current/ })).toContainText('shop:1.0');
  await tab.getByRole('button', { name: 'Set image…' }).click();
  const dialog = ui.dialog('Set the image of shop');
  await dialog.getByLabel('Image', { exact: true }).fill('shop:2.0');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toBeHidden();

  // In the midst of it both revisions run, within surge and unavailable.
  await expect(async () => {
    await ui.button('One step (one write)').click();
    await expect(tab.getByRole('row', { name: /^2 current/ })).toBeVisible({ timeout: 300 });
  }).toPass();
  await expect(tab).toContainText('rolling out');
  await expect(tab.getByRole('row', { name: /^1 / })).toContainText('shop:1.0');
  await ui.settle();
  await expect(tab).toContainText('complete');
  await expect(tab.getByRole('row', { name: /^2 current/ })).toContainText('shop:2.0');
  await expect(tab.getByRole('row', { name: /^2 current/ })).toContainText('4 / 4');
  await expect(tab.getByRole('row', { name: /^1 / })).toContainText('0 / 0');

  await tab.getByRole('row', { name: /^1 / }).getByRole('button', { name: 'Roll back to this' }).click();
  await ui.settle();
  await expect(tab.getByRole('row', { name: /^3 current/ })).toContainText('shop:1.0');
  await expect(tab.getByRole('row', { name: /^3 current/ })).toContainText('4 / 4');
  await expect(tab.getByRole('row', { name: /^2 / })).toContainText('0 / 0');
  const output = await ui.dockTab('Command output');
  await expect(output).toContainText('deployment.apps/shop image updated');
  await expect(output).toContainText('deployment.apps/shop rolled back');
});

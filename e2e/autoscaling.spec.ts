import { expect, test } from './fixtures.ts';
import { CALM } from './scenarios.ts';
import { Ui } from './ui.ts';

test('the size of a Deployment follows the load that is dragged', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('calm.yaml', CALM);
  await ui.seek(5000);
  const web = app.page.getByRole('button', { name: /^Deployment web, / });
  await web.click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await ui
    .inspector()
    .getByRole('button', { name: /^Autoscale…/ })
    .click();
  const dialog = ui.dialog('Autoscale web');
  await dialog.getByLabel('Min replicas', { exact: true }).fill('2');
  await dialog.getByLabel('Max replicas', { exact: true }).fill('6');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(dialog).toBeHidden();

  await web.click();
  await ui.seek(35_000);
  await expect(web).toHaveAccessibleName(/2 of 2 ready/);
  const thumb = ui.inspector().getByRole('slider', { name: 'CPU', exact: true });
  await thumb.scrollIntoViewIfNeeded();
  const from = await ui.middle(thumb);
  await ui.drag(thumb, { x: from.x + 400, y: from.y });
  // The command is given a moment after the hand has let go.
  const load = async () => {
    const frame = await app.snapshot();
    return JSON.stringify(frame.changes).includes('stowage.dev/load');
  };
  await expect.poll(load).toBe(true);
  await ui.seek(100_000);
  await expect(web).toHaveAccessibleName(/6 of 6 ready/);
  await ui.dockTab('Autoscaling');
  await expect(ui.dock().getByRole('row', { name: /web/ })).toContainText('at its maximum of 6');
  expect(app.errors).toEqual([]);
});

import { expect, test } from './fixtures.ts';
import { EMPTY, QUOTA } from './scenarios.ts';
import { Ui } from './ui.ts';

test('what the quota refuses is told: of all requests, and of the one object', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('quota.yaml', QUOTA);
  await ui.seek(8000);
  await expect(ui.pod(/^Pod web-/)).toHaveCount(2);
  await ui.dockTab('Refusals');
  const refused = ui.dock().getByRole('article').first();
  await expect(refused).toContainText('ResourceQuota');
  await expect(refused).toContainText(
    'exceeded quota: team-a, requested: requests.cpu=500m, used: requests.cpu=1, limited: requests.cpu=1',
  );
  await expect(refused).toContainText('refused · 403');
  await expect(refused).toContainText('replicaset-controller');
  const name = await refused.getByRole('button', { name: /^pod\/web-/ }).innerText();

  await refused.getByRole('button', { name: /^pod\/web-/ }).click();
  await expect(ui.inspector()).toContainText(name.slice('pod/'.length));
  await expect(ui.inspector().getByRole('article').first()).toContainText('exceeded quota: team-a');
  await ui
    .pod(/^Pod web-/)
    .first()
    .click();
  await ui.inspector().getByRole('tab', { name: 'Admission' }).click();
  const own = ui.inspector().getByRole('article').first();
  await expect(own).toContainText('ServiceAccount');
  await expect(own).not.toContainText('refused');
  expect(app.errors).toEqual([]);
});

test('every template is a manifest that an empty cluster takes', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('empty.yaml', EMPTY);
  const open = async () => {
    await ui.palette('More').press('Enter');
    return ui.dialog('New object');
  };
  const dialog = await open();
  const templates = dialog.getByRole('navigation', { name: 'Templates' }).getByRole('button');
  await expect(templates.first()).toBeVisible();
  const kinds = await templates.allInnerTexts();
  expect(kinds.length).toBeGreaterThanOrEqual(10);
  await app.page.keyboard.press('Escape');
  for (const kind of kinds) {
    await open();
    await templates.getByText(kind, { exact: true }).click();
    await expect(dialog.getByRole('textbox', { name: 'Manifest' })).toContainText(`kind: ${kind}`);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(dialog, `${kind} was refused`).toBeHidden();
    await expect(ui.inspector().locator('header')).toContainText(kind);
  }
  expect(app.errors).toEqual([]);
});

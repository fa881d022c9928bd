import { expect, test } from './fixtures.ts';
import { BATCH, EMPTY, STATEFUL } from './scenarios.ts';
import { Ui } from './ui.ts';

test('each kind of workload is made by its form, and its pods come', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('empty.yaml', EMPTY);
  const make = async (kind: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    await ui.palette(kind).press('Enter');
    const dialog = ui.dialog(`New ${kind}`);
    for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(text);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(ui.inspector().getByText(kind, { exact: true }).first()).toBeVisible();
  };
  await make('StatefulSet', { Name: 'db', Replicas: '2' });
  await make('DaemonSet', { Name: 'agent' });
  await make('Job', { Name: 'convert', Completions: '4', 'At once': '2', 'The program runs, seconds': '600' });
  await make('CronJob', { Name: 'ping', Schedule: '* * * * *', 'The program runs, seconds': '600' });
  await ui.seek(25_000);
  for (const name of ['db-0', 'db-1']) await expect(ui.pod(name)).toBeVisible();
  for (const node of ['node-a', 'node-b']) {
    await expect(ui.card(node).getByRole('button', { name: /^Pod agent-/ })).toHaveCount(1);
  }
  await expect(ui.pod(/^Pod convert-/)).toHaveCount(2);
  await expect(ui.pod(/^Pod ping-/)).toHaveCount(0);
  const row = (name: RegExp) => app.page.getByRole('region', { name: 'Workloads' }).getByRole('button', { name });
  await expect(row(/^StatefulSet db, 2 of 2 ready/)).toBeVisible();
  await expect(row(/^DaemonSet agent, 2 of 2 ready/)).toBeVisible();
  await ui.seek(66_000);
  await expect(ui.pod(/^Pod ping-/)).toHaveCount(1);
  await expect(row(/^CronJob ping, 1 active/)).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('a StatefulSet is rolled from its highest number on, and back', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('db.yaml', STATEFUL);
  await ui.settle();
  await app.page.getByRole('button', { name: /^StatefulSet db, 3 of 3 ready/ }).click();
  await ui.dockTab('Roll-out');
  const tab = ui.dock().getByRole('tabpanel', { name: 'Roll-out' });
  await expect(tab.getByRole('row', { name: /^1 current/ })).toContainText('db:1.0');
  await tab.getByRole('button', { name: /^Set (the )?image…$/ }).click();
  const dialog = ui.dialog('Set the image of db');
  await dialog.getByLabel('Image', { exact: true }).fill('db:2.0');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toBeHidden();
  await expect(async () => {
    await ui.button('One step (one write)').click();
    await expect(tab.getByRole('row', { name: /^2 current/ })).toBeVisible({ timeout: 300 });
  }).toPass();
  await ui.settle();
  await expect(tab.getByRole('row', { name: /^2 current/ })).toContainText('3 / 3');
  await expect(tab.getByRole('row', { name: /^1 / })).toContainText('db:1.0');

  await tab.getByRole('row', { name: /^1 / }).getByRole('button', { name: 'Roll back to this' }).click();
  await ui.settle();
  await expect(tab.getByRole('row', { name: /^3 current/ })).toContainText('db:1.0');
  await expect(tab.getByRole('row', { name: /^3 current/ })).toContainText('3 / 3');
  await expect(await ui.dockTab('Command output')).toContainText('statefulset.apps/db rolled back');
});

test('a Job is suspended and resumed, and a CronJob runs now', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('batch.yaml', BATCH);
  await ui.seek(6000);
  await expect(ui.pod(/^Pod convert-.*, running/)).toHaveCount(1);
  const row = (name: RegExp) => app.page.getByRole('region', { name: 'Workloads' }).getByRole('button', { name });
  await row(/^Job convert/).click();
  await ui.inspector().getByRole('tab', { name: 'Details' }).click();
  await ui.inspector().getByRole('button', { name: 'Suspend' }).click();
  await expect(ui.inspector().getByRole('button', { name: 'Resume' })).toBeVisible();
  await ui.seek(12_000);
  await expect(ui.pod(/^Pod convert-/)).toHaveCount(0);
  await expect(row(/^Job convert, .*suspended/)).toBeVisible();
  await ui.inspector().getByRole('button', { name: 'Resume' }).click();
  await ui.seek(20_000);
  await expect(ui.pod(/^Pod convert-.*, running/)).toHaveCount(1);

  await row(/^CronJob report, 0 active/).click();
  await ui.inspector().getByRole('button', { name: 'Run a Job of it now' }).click();
  await ui.seek(28_000);
  await expect(ui.pod(/^Pod report-manual.*, running/)).toHaveCount(1);
  // As in a real cluster the Job belongs to the CronJob, which did not start it and so does not count it.
  await row(/^CronJob report, 0 active/).click();
  await expect(ui.inspector().getByRole('button', { name: /^report-manual/ })).toBeVisible();
});

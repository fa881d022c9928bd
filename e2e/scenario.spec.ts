import { openByDialog, putFile, saveAs } from './files.ts';
import { expect, test } from './fixtures.ts';
import { BAD, FULL } from './scenarios.ts';
import { Ui } from './ui.ts';

test('a scenario opens from the library by clicking', async ({ app }) => {
  const ui = new Ui(app);
  await ui.fileMenu('Scenario library…');
  await expect(ui.dialog('Scenario library').getByRole('searchbox')).toBeFocused();
  await app.page.keyboard.press('Escape');
  await ui.openFromLibrary('payment', /Priorities and preemption/);
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Priorities and preemption');
  await expect(app.page).toHaveTitle('Priorities and preemption – Stowage');
  await expect(ui.card('node-a')).toBeVisible();
  await expect(ui.card('node-b')).toBeVisible();
  await expect(app.page.getByRole('group', { name: /^Node / })).toHaveCount(2);
  for (const pod of ['batch-1', 'web-1', 'web-2', 'web-3']) await expect(ui.pod(pod)).toBeVisible();
  await expect(ui.inspector()).toContainText('the batch job is the victim');
  await expect(app.page.getByText('unsaved')).toBeHidden();
  expect(app.errors).toEqual([]);
});

test('saved and opened again, by dialog and at start: the same digest', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await app.command({ type: 'cordon', node: 'node-b' });
  await ui.settle();
  await app.command({ type: 'label', ref: { kind: 'Node', namespace: '', name: 'node-a' }, set: { disk: 'ssd' }, remove: [] });
  await ui.settle();
  await expect(app.page.getByText('unsaved')).toBeVisible();
  const before = await app.digest();
  const path = await saveAs(app, 'saved.yaml');

  await app.command({ type: 'uncordon', node: 'node-b' });
  expect(await app.digest()).not.toBe(before);
  await openByDialog(app, path);
  await expect(ui.card('node-b')).toContainText('cordoned');
  await expect.poll(() => app.digest()).toBe(before);

  await app.close();
  await app.start({ files: [path] });
  await expect(ui.card('node-b')).toContainText('cordoned');
  await expect(ui.card('node-a')).toContainText('disk=ssd');
  expect(await app.digest()).toBe(before);
  expect((await app.snapshot()).session.problems).toEqual([]);
});

test('a bad file is told problem by problem, and the open playground stays as it was', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await app.command({ type: 'cordon', node: 'node-b' });
  const before = await app.digest();
  const path = putFile(app, 'bad.yaml', BAD);
  await openByDialog(app, path);
  const dialog = ui.dialog('The file could not be opened');
  await expect(dialog).toBeVisible();
  const problems = dialog.getByRole('listitem');
  await expect(problems.filter({ hasText: 'NoShedule' })).toContainText('line 7, column');
  await expect(problems.filter({ hasText: 'NoShedule' })).toContainText('bad.yaml');
  await expect(problems.filter({ hasText: 'metadat' }).first()).toContainText('line 11, column 1');
  await expect(problems.filter({ hasText: '1x' }).first()).toContainText('line 17, column');
  await expect(problems.filter({ hasText: 'king' }).first()).toContainText('line 20, column 1');
  expect(await app.digest()).toBe(before);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(dialog).toBeHidden();
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Two full nodes');
  await expect(ui.card('node-b')).toContainText('cordoned');
});

test('a binary file and one that has vanished are told as what they are', async ({ app }) => {
  const ui = new Ui(app);
  const before = await app.digest();
  const binary = putFile(app, 'binary.yaml', 'kind: \u0000\u0001');
  await openByDialog(app, binary);
  const dialog = ui.dialog('The file could not be opened');
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  await expect(dialog).toContainText('binary.yaml');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  if (app.electron) {
    await openByDialog(app, `${app.userDataDir}/gone.yaml`);
    await expect(dialog).toContainText('does not exist');
  }
  expect(await app.digest()).toBe(before);
});

test('killed and started again: restored up to the last acknowledged command', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await ui.settle();
  await ui.card('node-b').click({ button: 'right' });
  await ui.menuItem('Cordon').click();
  await expect(ui.card('node-b')).toContainText('cordoned');
  for (const disk of ['a', 'b', 'c']) {
    await app.command({
      type: 'label',
      ref: { kind: 'Node', namespace: '', name: 'node-a' },
      set: { disk },
      remove: [],
      overwrite: true,
    });
  }
  const before = await app.digest();
  await app.kill();

  await app.start();
  const offer = ui.dialog('Restore the last session?');
  await expect(offer).toContainText('Two full nodes');
  await expect(offer).toContainText('4 commands');
  await offer.getByRole('button', { name: 'Restore' }).click();
  await expect(ui.card('node-b')).toContainText('cordoned');
  await expect(ui.card('node-a')).toContainText('disk=c');
  expect(await app.digest()).toBe(before);
  await expect(app.page.getByText('unsaved')).toBeVisible();
});

test('a reloaded window shows the same playground and follows it', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await expect(ui.card('node-a')).toBeVisible();
  const before = await app.digest();
  await app.page.reload();
  await expect(ui.card('node-a')).toBeVisible();
  await expect(ui.pod('web-2')).toBeVisible();
  await expect(app.page.getByRole('heading', { level: 1 })).toHaveText('Two full nodes');
  expect(await app.digest()).toBe(before);
  await app.command({ type: 'cordon', node: 'node-a' });
  await expect(ui.card('node-a')).toContainText('cordoned');
});

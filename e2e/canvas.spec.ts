import { openByDialog, saveAs } from './files.ts';
import { expect, test } from './fixtures.ts';
import { FULL } from './scenarios.ts';
import { Ui } from './ui.ts';

test('a node is dragged in from the palette, stands where it was dropped, and is there after saving', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await expect(ui.card('node-a')).toBeVisible();
  const point = await ui.freePlace();
  await ui.drag(ui.palette('Medium'), point);
  const fresh = ui.card('node-1');
  await expect(fresh).toBeVisible();
  const box = (await fresh.boundingBox())!;
  expect(point.x).toBeGreaterThan(box.x);
  expect(point.x).toBeLessThan(box.x + box.width);
  expect(point.y).toBeGreaterThan(box.y);
  expect(point.y).toBeLessThan(box.y + box.height);
  expect(Object.keys((await app.snapshot()).positions).sort()).toEqual(['node-1', 'node-a', 'node-b']);

  const { positions } = await app.snapshot();
  const path = await saveAs(app, 'three.yaml');
  await app.command({ type: 'delete', refs: [{ kind: 'Node', namespace: '', name: 'node-1' }] });
  await expect(fresh).toBeHidden();
  await openByDialog(app, path);
  await expect(fresh).toBeVisible();
  expect((await app.snapshot()).positions).toEqual(positions);
});

test('a card is dragged: its new place is part of the scenario and can be undone', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await expect(ui.card('node-b')).toBeVisible();
  const head = ui.card('node-b').getByText('node-b', { exact: true });
  const start = await ui.middle(head);
  await ui.drag(head, { x: start.x + 40, y: start.y + 200 });
  await expect.poll(async () => (await app.snapshot()).positions['node-b']?.y).toBeGreaterThan(100);
  await app.page.keyboard.press('ControlOrMeta+Z');
  await expect.poll(async () => (await app.snapshot()).positions['node-b']).toEqual({ x: 320, y: 0 });
});

test('a taint is dragged onto a node', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await ui.settle();
  await ui.drag(ui.palette('Taint'), await ui.middle(ui.card('node-b')));
  const dialog = ui.dialog('Taint a node');
  await expect(dialog.getByLabel('On', { exact: true })).toHaveValue('node-b');
  await dialog.getByRole('textbox', { name: 'Key' }).fill('dedicated');
  await dialog.getByRole('textbox', { name: 'Value' }).fill('databases');
  await dialog.getByLabel('Effect').selectOption('NoExecute');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toBeHidden();
  await expect(ui.card('node-b')).toContainText('dedicated=databases:NoExecute');
  await expect(ui.card('node-a')).not.toContainText('dedicated');
  await ui.settle();
  await expect(ui.pod('web-2')).toBeHidden();
  const output = await ui.dockTab('Command output');
  await expect(output).toContainText('kubectl taint nodes node-b dedicated=databases:NoExecute');
  await expect(output).toContainText('node/node-b tainted');
});

test('a pod of high priority is dropped: each node says whether it fits, the victim leaves, the pod lands, and both say why', async ({
  app,
}) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await ui.settle();
  await app.page.getByLabel('Priority of the next pod').selectOption('critical');
  await app.page.getByLabel('Size of the next pod').selectOption('500m/512Mi');
  await ui.drag(ui.palette('Pod'), await ui.freePlace());
  await expect(ui.inspector().getByRole('heading', { name: 'pod-1' })).toBeVisible();
  await expect(ui.card('node-a')).toContainText('Fits after evicting 1 pod');

  // Write by write until the victim has been told to leave.
  const why = ui.inspector().getByRole('status');
  await expect(async () => {
    await ui.button('One step (one write)').click();
    await expect(why).toContainText('It waits for room on node-a.', { timeout: 300 });
  }).toPass();
  await expect(why).toContainText('1 lower-priority pod on node-a has been told to leave');
  await expect(ui.pod('batch-1')).toHaveAccessibleName(/terminating/);

  await ui.settle();
  await expect(ui.pod('batch-1')).toBeHidden();
  await expect(ui.card('node-a').getByRole('button', { name: /^Pod pod-1, running, priority 10000/ })).toBeVisible();
  await expect(why).toContainText('It runs on node-a.');
  const explain = await ui.dockTab('Explain');
  await expect(explain.getByRole('row', { name: /node-a.*chosen/ })).toBeVisible();
  const events = await ui.dockTab('Events');
  await events.getByRole('searchbox').fill('Preempted');
  await expect(events.getByRole('listitem')).toHaveCount(1);
  await expect(events.getByRole('listitem')).toContainText('pod/batch-1');
  await expect(events.getByRole('listitem')).toContainText(/Preempted by pod [0-9a-f-]{36} on node node-a/);
});

test('a pod that fits nowhere says why, in plain words and in those of the scheduler', async ({ app }) => {
  const ui = new Ui(app);
  await app.openText('full.yaml', FULL);
  await app.command({ type: 'cordon', node: 'node-b' });
  await ui.settle();
  await ui.drag(ui.palette('Pod'), await ui.freePlace());
  await ui.settle();
  const lane = ui.lane('Unschedulable');
  await expect(lane.getByRole('button', { name: /pod-1/ })).toBeVisible();
  await lane.getByRole('button', { name: /pod-1/ }).click();
  await expect(ui.inspector().getByRole('status')).toContainText('No node fits.');
  await expect(ui.inspector()).toContainText('Not enough free CPU');
  await expect(ui.inspector()).toContainText('Cordoned: takes no new pods');
  const explain = await ui.dockTab('Explain');
  await expect(explain).toContainText('0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.');
  await expect(explain.getByRole('row', { name: /node-a/ })).toContainText('NodeResourcesFit: Insufficient cpu');
});

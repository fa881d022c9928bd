import { expect, test } from './fixtures.ts';
import { Ui } from './ui.ts';

test('a scheduler is configured by form and YAML, added, stopped and removed', async ({ app }) => {
  const ui = new Ui(app);
  await app.openLibrary('16-two-schedulers');
  await ui.seek(13_000);
  const unserved = ui.lane('No scheduler');
  await expect(unserved).toContainText('asks for night-shift');
  await unserved.getByRole('button', { name: /report/ }).click();
  await expect(ui.inspector()).toContainText('It asks for the scheduler "night-shift"');

  await ui.button(/^bin-packer/).click({ button: 'right' });
  await ui.menuItem('Scheduler configuration…').click();
  const dialog = ui.dialog('Scheduler configuration');
  await expect(dialog.getByLabel('Machines score')).toHaveValue('MostAllocated');
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await dialog.getByLabel('Weight of ImageLocality').fill('7');
  await dialog.getByRole('tab', { name: 'YAML' }).click();
  const yaml = dialog.getByRole('textbox', { name: 'Configuration of bin-packer as YAML' });
  await expect(yaml).toContainText('ImageLocality');
  await yaml.click();
  await app.page.keyboard.press('ControlOrMeta+End');
  await app.page.keyboard.type('parallelism: 0');
  await expect(dialog).toContainText('should be an integer value greater than zero');
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await app.page.keyboard.press('Backspace');
  await app.page.keyboard.type('4');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toBeHidden();

  await app.page.keyboard.press('ControlOrMeta+k');
  await ui.dialog('Commands').getByRole('combobox').fill('Scheduler configuration');
  await app.page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Add a scheduler' }).click();
  await dialog.getByLabel('Name of the scheduler').fill('night');
  await dialog.getByLabel('schedulerName', { exact: true }).fill('night-shift');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(ui.button(/^night: /)).toBeVisible();
  await ui.seek(15_000);
  await expect(ui.pod('report')).toBeVisible();
  await expect(unserved).toBeHidden();

  await app.page.keyboard.press('ControlOrMeta+k');
  await ui.dialog('Commands').getByRole('combobox').fill('Scheduler configuration');
  await app.page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Stop bin-packer' }).click();
  await expect(dialog.getByRole('button', { name: 'Start bin-packer' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove night' }).click();
  await expect(ui.button(/^night: /)).toBeHidden();
});

test('two configurations are compared, and the better one is taken', async ({ app }) => {
  const ui = new Ui(app);
  await app.openLibrary('15-bin-packing');
  await app.page.keyboard.press('ControlOrMeta+k');
  await ui.dialog('Commands').getByRole('combobox').fill('Compare scheduler');
  await app.page.keyboard.press('Enter');
  const dialog = ui.dialog('Compare configurations');
  await dialog.getByLabel('Right').selectOption('Kubernetes defaults');
  await dialog.getByLabel('Until, seconds').fill('22');
  await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(dialog.getByRole('row', { name: /^Pods placed/ })).toContainText(/10 of 10\s*8 of 10/);
  await expect(dialog.getByRole('row', { name: /^trainer-1/ })).toContainText('Pending');
  await expect(dialog).toContainText('0/4 nodes are available: 4 Insufficient cpu');
  await dialog.getByRole('button', { name: 'Use the right one' }).click();
  await expect(dialog).toBeHidden();
  await ui.seek(9000);
  for (const node of ['node-a', 'node-b', 'node-c', 'node-d'])
    await expect(ui.card(node).getByRole('button', { name: /^Pod shop-/ })).toHaveCount(2);
});

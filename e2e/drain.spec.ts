import { expect, test } from './fixtures.ts';
import { Ui } from './ui.ts';

test('a drain that a budget blocks says so beforehand, is refused in the words of kubectl, and can be stopped', async ({
  app,
}) => {
  const ui = new Ui(app);
  await app.openLibrary('07-drain-blocked-by-budget');
  await ui.seek(5000);
  await expect(ui.pod(/^Pod database-.*, running,/)).toHaveCount(2);
  await ui.card('node-a').click({ button: 'right' });
  await ui.menuItem('Drain…').click();
  const dialog = ui.dialog('Drain node-a');
  await expect(dialog).toContainText('1 pod would be evicted');
  await expect(dialog.getByRole('listitem').first()).toContainText('blocked by budget database: 0 allowed now');
  await expect(dialog).toContainText('tried again every 5 seconds');
  await dialog.getByRole('button', { name: 'Drain', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(ui.card('node-a')).toContainText('cordoned');

  await ui.seek(9000);
  const output = ui.dock().getByRole('log', { name: 'Command output' });
  await expect(output).toContainText('kubectl drain node-a --ignore-daemonsets');
  await expect(output).toContainText('node/node-a cordoned');
  await expect(output).toContainText(/evicting pod default\/database-\w+-\w+/);
  await expect(output).toContainText(
    /error when evicting pods\/"database-\w+-\w+" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\./,
  );
  await expect(output).toContainText('running');
  await expect(ui.card('node-a').getByRole('button', { name: /^Pod database-/ })).toHaveCount(1);
  await output.getByRole('button', { name: 'Stop (Ctrl+C)' }).click();
  await expect(output.getByRole('button', { name: 'Stop (Ctrl+C)' })).toBeHidden();

  // Another playground has another log.
  await app.openLibrary('01-first-placement');
  await expect(ui.dock()).toContainText('What you do appears here');
});

test('a drain that the budget lets through empties the node, and the pods find another', async ({ app }) => {
  const ui = new Ui(app);
  await app.openLibrary('07-drain-blocked-by-budget');
  await ui.seek(5000);
  await app.command({ type: 'scale', ref: { kind: 'Deployment', namespace: 'default', name: 'database' }, replicas: 1 });
  await app.command({
    type: 'patch',
    ref: { kind: 'PodDisruptionBudget', namespace: 'default', name: 'database' },
    patchType: 'merge',
    patch: { spec: { minAvailable: 0 } },
  });
  await ui.seek(9000);
  const card = app.page.getByRole('group', { name: /^Node node-[ab],.* 1 pods/ });
  const name = /^Node (node-[ab])/.exec((await card.getAttribute('aria-label')) ?? '')?.[1] ?? '';
  await card.click({ button: 'right' });
  await ui.menuItem('Drain…').click();
  await expect(ui.dialog(`Drain ${name}`).getByRole('listitem').first()).toContainText('budget database: 1 allowed now');
  await ui.dialog(`Drain ${name}`).getByRole('button', { name: 'Drain', exact: true }).click();
  const output = ui.dock().getByRole('log', { name: 'Command output' });
  await expect(output).toContainText(`kubectl drain ${name}`);
  await ui.seek(25_000);
  await expect(ui.card(name).getByRole('button', { name: /^Pod / })).toHaveCount(0);
  await expect(ui.pod(/^Pod database-.*, running,/)).toHaveCount(1);
  await expect(output).toContainText(/pod\/database-\w+-\w+ evicted/);
  await expect(output).toContainText(`node/${name} drained`);
});
